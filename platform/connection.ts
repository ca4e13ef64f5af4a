import { fail } from './errors.ts';

/** Arguments of every list (Relay cursor connections, forward paging). */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** What is asked for of a list: its rows' fields, and whether the rows are counted. */
export interface ListSelection {
  readonly rows: ReadonlySet<string>;
  readonly counted: boolean;
}

export interface ListArgs extends PageArgs {
  readonly filter?: Readonly<Record<string, unknown>> | null;
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' } | null;
}

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: number | null;
}

/** A place in an ordered list: the value ordered by, and the owner's id that breaks ties. */
export interface Cursor {
  readonly value: string | number | boolean | null;
  readonly id: number;
}

export const MAX_PAGE = 200;
export const DEFAULT_PAGE = 50;

/**
 * How many rows a page may hold.
 *
 * @throws BAD_USER_INPUT outside 0..200
 */
export const pageSize = (first: number | null | undefined, byDefault = DEFAULT_PAGE): number => {
  const size = first ?? byDefault;
  if (!Number.isInteger(size) || size < 0 || size > MAX_PAGE) {
    throw fail('BAD_USER_INPUT', { message: `\`first\` must be between 0 and ${MAX_PAGE}.` });
  }
  return size;
};

export const encodeCursor = ({ value, id }: Cursor): string =>
  Buffer.from(JSON.stringify([value, id])).toString('base64url');

/**
 * Reads a cursor back. It may have been made up: what it holds is only ever compared with, inside the caller's rows.
 *
 * @throws BAD_USER_INPUT
 */
export const decodeCursor = (cursor: string): Cursor => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [value, id] = parsed as [unknown, unknown];
      if (Number.isSafeInteger(id) && isScalar(value)) return { value, id: id as number };
    }
  } catch {
    // Falls through to the one answer for every defect.
  }
  throw badCursor();
};

export const badCursor = () => fail('BAD_USER_INPUT', { message: '`after` is not a cursor of this list.' });

/** Wraps the rows of one page. `more` says that rows follow; a page that has a cursor before it has a previous page. */
export const toConnection = <T>(
  edges: readonly Edge<T>[],
  more: boolean,
  after: string | null | undefined,
  totalCount: number | null = null,
): Connection<T> => ({
  edges,
  nodes: edges.map(({ node }) => node),
  pageInfo: {
    hasNextPage: more,
    hasPreviousPage: after !== null && after !== undefined,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  },
  totalCount,
});

const isScalar = (value: unknown): value is Cursor['value'] =>
  value === null ||
  typeof value === 'number' ||
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.length <= 512);
