import { type RawBuilder, sql } from 'kysely';
import {
  badCursor,
  type Connection,
  type Cursor,
  decodeCursor,
  encodeCursor,
  type PageArgs,
  toConnection,
} from '../connection.ts';

/** Where a page begins; null at the beginning. `kind` is what the list is ordered by besides the id. */
export const cursorOf = ({ after }: PageArgs, kind: 'number' | null): Cursor | null => {
  if (after === null || after === undefined) return null;
  const cursor = decodeCursor(after);
  if (kind === 'number' ? typeof cursor.value !== 'number' : cursor.value !== null) throw badCursor();
  return cursor;
};

/** A page of rows of which one more was read than it holds. */
export const pageOf = <Row extends { readonly id: number }, Node>(
  rows: readonly Row[],
  size: number,
  { after }: PageArgs,
  total: number | null,
  value: (row: Row) => Cursor['value'],
  toNode: (row: Row) => Node,
): Connection<Node> => {
  const edges = rows
    .slice(0, size)
    .map((row) => ({ cursor: encodeCursor({ value: value(row), id: row.id }), node: toNode(row) }));
  return toConnection(edges, rows.length > size, after, total);
};

export const counting = (): RawBuilder<number> => sql<number>`count(*)`;
