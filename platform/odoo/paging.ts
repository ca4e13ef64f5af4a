import type { Cursor } from '../connection.ts';
import type { BoundEntity, Order } from './binding.ts';
import { allOf, anyOf } from './domain.ts';
import type { Environment } from './entity.ts';
import type { Domain, OdooRow, OdooValue } from './types.ts';
import { toOdooDatetime } from './values.ts';

/** The columns a read asks for, and whether Odoo must look up the names of many2one fields. */
export interface ColumnPlan {
  readonly columns: readonly string[];
  readonly named: boolean;
}

/** Only what is behind the selected fields, plus what the read itself needs. */
export const planColumns = (
  bound: BoundEntity,
  fields: ReadonlySet<string>,
  extra: readonly string[] = [],
): ColumnPlan => {
  const wanted = [...fields].flatMap((name) => bound.fields.get(name) ?? []);
  return {
    columns: [
      'id',
      ...new Set([...wanted.flatMap(({ columns }) => columns), ...extra].filter((column) => column !== 'id')),
    ],
    named: wanted.some(({ named }) => named),
  };
};

/** The filter input as a domain; keys without a value ask for nothing. */
export const toFilter = (
  bound: BoundEntity,
  input: Readonly<Record<string, unknown>> | null | undefined,
  env: Environment,
): Domain =>
  allOf(
    ...Object.entries(input ?? {}).map(([key, value]) =>
      value === null || value === undefined ? [] : (bound.filters.get(key)?.(value as never, env) ?? []),
    ),
  );

export const toOrder = (
  bound: BoundEntity,
  input: { readonly field: string; readonly direction: Order['direction'] } | null | undefined,
): Order => {
  const column = input === null || input === undefined ? undefined : bound.orders.get(input.field);
  return column === undefined ? bound.defaultOrder : { column, direction: input?.direction ?? 'ASC' };
};

/** Ends in the id, so that equal values keep one order from page to page. */
export const orderText = ({ column, direction }: Order): string =>
  column === 'id' ? `id ${direction}` : `${column} ${direction}, id ${direction}`;

export const cursorOf = ({ column }: Order, row: OdooRow): Cursor => ({
  value: column === 'id' ? null : ((row[column] ?? null) as Cursor['value']),
  id: row['id'] as number,
});

/**
 * The rows after a cursor (keyset paging): those with a later value, and those with the same value and a later id.
 *
 * PostgreSQL puts NULL last when ascending and first when descending, and so must this. Numbers have no such case:
 * Odoo reads NULL as 0 there and takes `= false` for `= 0`.
 */
export const startAfter = (bound: BoundEntity, { column, direction }: Order, { value, id }: Cursor): Domain => {
  const later = direction === 'ASC' ? '>' : '<';
  const laterId: Domain = [['id', later, id]];
  if (column === 'id') return laterId;
  const unset: Domain = [[column, '=', false]];
  if (value === null) {
    const alike = allOf(unset, laterId);
    return direction === 'ASC' ? alike : anyOf(alike, [[column, '!=', false]]);
  }
  const sent: OdooValue = bound.datetimes.has(column) ? toOdooDatetime(String(value)) : value;
  const same = allOf([[column, '=', sent]], laterId);
  if (typeof value !== 'string') return anyOf([[column, later, sent]], same);
  if (direction === 'ASC') return anyOf([[column, later, sent]], same, unset);
  // 19 takes an unset text for an empty one when it compares, and the rows without a value have been.
  return anyOf(allOf([[column, later, sent]], [[column, '!=', false]]), same);
};
