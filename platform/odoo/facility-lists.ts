import { type Connection, encodeCursor, type ListSelection, pageSize, toConnection } from '../connection.ts';
import type { BoundEntity, Order } from './binding.ts';
import type { Facility } from './directory.ts';
import { allOf } from './domain.ts';
import { cursorOf, orderText } from './paging.ts';
import { type CanonicalRecord, MAX_NESTED_ROWS, type OdooReader } from './reader.ts';
import type { Domain, Many2one, OdooRow } from './types.ts';

/** The first page of one list at each of several facilities. */
export interface FacilityPages {
  readonly bound: BoundEntity;
  readonly facilities: readonly Facility[];
  readonly domain: Domain;
  readonly order: Order;
  readonly first: number | null | undefined;
  readonly selected: ListSelection;
}

/**
 * Reads the pages of all the facilities in two calls, whatever their number: one for the ids of everything that matches,
 * one for the rows of the pages. Odoo cannot limit a search per company.
 *
 * @returns a page for each facility, in their order; null when too much matches to be read at once
 */
export const pagesTogether = async (
  reader: OdooReader,
  { bound, facilities, domain, order, first, selected }: FacilityPages,
): Promise<readonly Connection<CanonicalRecord>[] | null> => {
  const { spec } = bound;
  if (spec.visibility !== 'facility') throw new Error(`${spec.type} is not kept by facility`);
  const size = pageSize(first);
  const company = bound.column(spec.company ?? 'company_id');
  const asked: Domain = [[company, 'in', facilities.map((facility) => facility.company)]];
  const rows = await reader.search(bound, allOf(asked, domain), {
    columns: ['id', ...new Set([company, order.column].filter((column) => column !== 'id'))],
    named: false,
    order: orderText(order),
    limit: MAX_NESTED_ROWS + 1,
  });
  if (rows.length > MAX_NESTED_ROWS) return null;
  const of = ({ company: id }: Facility): readonly OdooRow[] =>
    rows.filter((row) => (row[company] as Many2one).id === id);
  const pageAt = async (facility: Facility): Promise<Connection<CanonicalRecord>> => {
    const all = of(facility);
    const page = all.slice(0, size);
    const records = await Promise.all(page.map((row) => reader.load(spec, row['id'] as number, selected.rows)));
    const edges = page.flatMap((row, index) => {
      const node = records[index];
      return node === null || node === undefined ? [] : [{ cursor: encodeCursor(cursorOf(order, row)), node }];
    });
    return toConnection(edges, all.length > size, null, selected.counted ? all.length : null);
  };
  return Promise.all(facilities.map(pageAt));
};
