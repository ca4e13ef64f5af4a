import { fail } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { type Columns, type Environment, type FieldMapping, logical, type Name } from './entity.ts';
import type { Reference } from '../record.ts';
import type { Many2one, OdooRow } from './types.ts';
import { decimal, plainDecimal } from './values.ts';

export type { Reference } from '../record.ts';

const one = (name: Name, read: (value: unknown, env: Environment) => unknown): FieldMapping => ({
  needs: [name],
  bind:
    ([column]) =>
    (row, env) => {
      const value = at(row, column);
      return value === null ? null : read(value, env);
    },
});

/** Text, a day, an instant, a whole number or a flag, as values.ts has normalised it. */
export const plain = (name: Name): FieldMapping => one(name, (value) => value);

/** A day, also where some versions keep an instant. */
export const day = (name: Name): FieldMapping => one(name, (value) => String(value).slice(0, 10));

/** A field that some servers lack, for example because it is newer than they are. */
export const optional = (mapping: FieldMapping): FieldMapping => ({ ...mapping, optional: true });

/** What an enum says for a word of the owner that the graph does not know. */
export const UNMAPPED = 'UNMAPPED';

/**
 * A selection, by its table. What the table lacks is `UNMAPPED`: never a crash, never a silent null. A change of the table
 * is a new version.
 */
export const choice = (name: Name, table: Readonly<Record<string, string>>, version = 1): FieldMapping => ({
  ...one(name, (value) => (Object.hasOwn(table, value as string) ? table[value as string] : UNMAPPED)),
  mapping: { name: logical(name), version, words: table },
});

/** An exact number without trailing zeros, at most `digits` behind the point. */
export const number = (name: Name, digits = 6): FieldMapping =>
  one(name, (value) => plainDecimal(value as number, digits));

/** An amount in the currency of the same row, rounded to it. */
export const money = (name: Name, currency: Name = 'currency_id'): FieldMapping => ({
  needs: [name, currency],
  bind:
    ([amount, unit]) =>
    (row, env) =>
      toMoney(at(row, amount), at(row, unit), env),
});

/** A price per unit: may be finer than the currency's smallest unit, and is not rounded to it. */
export const price = (name: Name, currency: Name = 'currency_id'): FieldMapping => ({
  needs: [name, currency],
  bind:
    ([amount, unit]) =>
    (row, env) =>
      toPrice(at(row, amount), at(row, unit), env),
});

/** A price per unit in the currency of the record's company. */
export const companyPrice = (name: Name, company: Name = 'company_id'): FieldMapping => ({
  needs: [name, company],
  bind:
    ([amount, of]) =>
    (row, env) =>
      toPrice(at(row, amount), companyCurrency(at(row, of), env), env),
});

/** A price per unit in the currency of the facility as which the row was read. */
export const facilityPrice = (name: Name): FieldMapping => ({
  needs: [name],
  bind:
    ([amount]) =>
    (row, env) =>
      env.facility === undefined ? null : toPrice(at(row, amount), { id: env.facility.currency }, env),
});

/** An amount in the currency of the record's company. */
export const companyMoney = (name: Name, company: Name = 'company_id'): FieldMapping => ({
  needs: [name, company],
  bind:
    ([amount, of]) =>
    (row, env) =>
      toMoney(at(row, amount), companyCurrency(at(row, of), env), env),
});

/** A quantity with the name of its unit. */
export const quantity = (name: Name, unit: Name): FieldMapping => ({
  needs: [name, unit],
  named: true,
  bind:
    ([value, of]) =>
    (row) =>
      toQuantity(at(row, value), at(row, of)),
});

/**
 * A many2one as a reference to a canonical type.
 *
 * `label` is the field of that type which Odoo gives as the record's name: when no more than it is asked for, the
 * reference is the whole answer and costs no call.
 */
export const reference = (type: string, name: Name, label?: string): FieldMapping => ({
  ...one(name, (value) => {
    const { id, name: text } = value as Many2one;
    return label === undefined || text === null ? toReference(type, id) : { ...toReference(type, id), [label]: text };
  }),
  ...(label === undefined ? {} : { named: true }),
});

/** A many2one of which only the name is canonical. */
export const nameOf = (name: Name): FieldMapping => ({
  ...one(name, (value) => (value as Many2one).name),
  named: true,
});

/** Local ids of an x2many, in Odoo's order; a connector pages through them. */
export const members = (name: Name): FieldMapping => one(name, (value) => value);

/** The facility that the record's company is; null for master data without one. */
export const facility = (company: Name = 'company_id'): FieldMapping =>
  one(company, (value, env) => env.directory.byCompany((value as Many2one).id)?.record ?? null);

/** The facility as which the row was read, on records that read differently in each. */
export const readingFacility = (): FieldMapping => ({
  needs: [],
  bind: () => (_row, env) => env.facility?.record ?? null,
});

/** Whatever a connector makes of several columns; the values arrive in the order of the names. */
export const derived = (
  needs: readonly Name[],
  make: (values: readonly unknown[], env: Environment) => unknown,
  options: { readonly named?: true } = {},
): FieldMapping => ({
  needs,
  ...options,
  bind: (columns: Columns) => (row, env) =>
    make(
      columns.map((column) => at(row, column)),
      env,
    ),
});

export const toReference = (type: string, local: number | string): Reference => ({
  __typename: type,
  id: encodeId(type, local),
});

export const toQuantity = (value: unknown, unit: unknown) =>
  value === null ? null : { value: plainDecimal(value as number, 6), unit: (unit as Many2one | null)?.name ?? null };

/** @throws SOR_UNAVAILABLE when the currency is newer than what we know of the server; the next refresh learns it. */
export const toMoney = (amount: unknown, currency: unknown, { directory }: Pick<Environment, 'directory'>) => {
  if (amount === null || currency === null) return null;
  const known = directory.currency((currency as Pick<Many2one, 'id'>).id);
  if (known === undefined) throw fail('SOR_UNAVAILABLE');
  return { amount: decimal(amount as number, known.digits), currency: known.code };
};

const toPrice = (amount: unknown, currency: unknown, env: Environment) => {
  const rounded = toMoney(amount, currency, env);
  if (rounded === null) return null;
  const exact = plainDecimal(amount as number, 6);
  return exact.length > rounded.amount.length ? { ...rounded, amount: exact } : rounded;
};

const companyCurrency = (company: unknown, env: Environment): Pick<Many2one, 'id'> | null => {
  const found = company === null ? undefined : env.directory.byCompany((company as Many2one).id);
  return found === undefined ? null : { id: found.currency };
};

const at = (row: OdooRow, column: string | null | undefined): unknown =>
  column === null || column === undefined ? null : (row[column] ?? null);
