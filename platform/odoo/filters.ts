import { fail } from '../errors.ts';
import {
  type DateInput,
  type DateTimeInput,
  type DecimalInput,
  type IdInput,
  MAX_VALUES,
  type TextInput,
} from '../filter-inputs.ts';
import { decodeId } from '../ids.ts';
import { allOf, anyOf, nothing } from './domain.ts';
import type { FilterMapping, Name } from './entity.ts';
import type { Domain, DomainOperator, OdooValue } from './types.ts';
import { toOdooDatetime } from './values.ts';

const filter = <I>(name: Name, toDomain: (column: string, input: I) => Domain): FilterMapping => ({
  needs: [name],
  bind: ([column]) => toDomain.bind(null, column ?? '') as (input: never) => Domain,
});

const when = <T>(value: T | null | undefined, make: (value: T) => Domain): Domain =>
  value === null || value === undefined ? [] : make(value);

const term = (column: string, operator: DomainOperator, value: OdooValue): Domain => [[column, operator, value]];

export const textFilter = (name: Name): FilterMapping =>
  filter(name, (column, input: TextInput) =>
    // PostgreSQL has no text with NUL in it, and Odoo fails instead of finding none.
    JSON.stringify(input).includes('\\u0000')
      ? nothing
      : allOf(
          when(input.eq, (value) => term(column, '=', value)),
          when(input.in, (values) => term(column, 'in', bounded(values))),
          when(input.contains, (value) => term(column, 'ilike', literal(value))),
          when(input.startsWith, (value) => term(column, '=ilike', `${literal(value)}%`)),
        ),
  );

/** Ids of a type. One that is malformed, or of another type, matches nothing, just as a missing record would. */
export const idFilter = (type: string, name: Name = 'id'): FilterMapping =>
  filter(name, (column, input: IdInput) =>
    allOf(
      when(input.eq, (id) => ids(column, type, [id])),
      when(input.in, (list) => ids(column, type, bounded(list))),
    ),
  );

/** Facilities, by the company they are. */
export const facilityFilter = (name: Name = 'company_id'): FilterMapping => ({
  needs: [name],
  bind:
    ([column]) =>
    (input: IdInput, env) => {
      const among = (list: readonly string[]): Domain => {
        const companies = list.flatMap((id) => env.directory.byCode(decodeId('Facility', id) ?? '')?.company ?? []);
        return companies.length === 0 ? nothing : term(column ?? '', 'in', companies);
      };
      return allOf(
        when(input.eq, (id) => among([id])),
        when(input.in, (list) => among(bounded(list))),
      );
    },
});

/** Values of an enum, by the table that `choice` reads it with. */
export const choiceFilter = (name: Name, table: Readonly<Record<string, string>>): FilterMapping =>
  filter(name, (column, wanted: readonly string[]) => {
    const mapped = Object.entries(table).flatMap(([key, value]) => (wanted.includes(value) ? [key] : []));
    // UNMAPPED is whatever the table does not name, so it is asked for by exclusion.
    return anyOf(
      mapped.length === 0 ? nothing : term(column, 'in', mapped),
      wanted.includes('UNMAPPED')
        ? allOf(term(column, 'not in', Object.keys(table)), term(column, '!=', false))
        : nothing,
    );
  });

/** Days, both ends included. */
export const dateFilter = (name: Name): FilterMapping =>
  filter(name, (column, input: DateInput) =>
    allOf(
      when(input.eq, (day) => term(column, '=', day)),
      when(input.from, (day) => term(column, '>=', day)),
      when(input.to, (day) => term(column, '<=', day)),
    ),
  );

/** Instants, the end excluded. */
export const instantFilter = (name: Name): FilterMapping =>
  filter(name, (column, input: DateTimeInput) =>
    allOf(
      when(input.from, (instant) => term(column, '>=', toOdooDatetime(instant))),
      when(input.before, (instant) => term(column, '<', toOdooDatetime(instant))),
    ),
  );

export const decimalFilter = (name: Name): FilterMapping =>
  filter(name, (column, input: DecimalInput) =>
    allOf(
      when(input.eq, (value) => term(column, '=', Number(value))),
      when(input.gte, (value) => term(column, '>=', Number(value))),
      when(input.lte, (value) => term(column, '<=', Number(value))),
    ),
  );

/** A flag. Odoo hides archived records from every search that does not name `active`, and shows them to one that does. */
export const flagFilter = (name: Name): FilterMapping =>
  filter(name, (column, input: boolean | null) => when(input, (value) => term(column, '=', value)));

const ids = (column: string, type: string, list: readonly string[]): Domain => {
  // What is read per facility carries the company behind a point.
  const locals = list.flatMap((id) => localId(decodeId(type, id)?.split('.', 1)[0] ?? null) ?? []);
  return locals.length === 0 ? nothing : term(column, 'in', locals);
};

/** A positive whole number, or null: Odoo reads `"7"` as something else than 7. */
export const localId = (local: string | null): number | null => {
  if (local === null || !/^[1-9]\d{0,9}$/.test(local)) return null;
  const id = Number(local);
  // Odoo's ids are PostgreSQL integers; a larger number makes it fail instead of finding nothing.
  return id <= 2_147_483_647 ? id : null;
};

/** `%`, `_` and the escape itself stand for themselves: Odoo passes a pattern on to PostgreSQL as it is. */
const literal = (text: string): string => text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

const bounded = <T>(values: readonly T[]): readonly T[] => {
  if (values.length > MAX_VALUES) {
    throw fail('BAD_USER_INPUT', { message: `A filter takes at most ${MAX_VALUES} values.` });
  }
  return values;
};
