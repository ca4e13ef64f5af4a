import { fail } from '../errors.ts';
import { type Continuation, type ContinuationSeal, decodePlace, encodePlace, isMoment, type Place } from './cursors.ts';
import type { FhirOrder } from './entity.ts';
import { shapeFault, toError } from './faults.ts';
import { bothOf, type Criteria, where } from './query.ts';
import type { FhirClient, FhirSpending, SearchPage, SearchRequest, Stored } from './types.ts';

/** How pages are had: a list of its own asks the client, one among many asks together with them. */
export interface Pages {
  search(request: SearchRequest): Promise<SearchPage>;
  follow(type: string, next: string): Promise<SearchPage>;
}

export const pagesOf = (client: FhirClient, spending: FhirSpending): Pages => ({
  search: (request) => client.search(request, spending),
  follow: (type, next) => client.follow(type, next, spending),
});

export interface RowPage {
  readonly edges: readonly { readonly cursor: string; readonly row: Stored }[];
  readonly more: boolean;
}

/** An order that keeps its place by the value it sorts by. */
export interface KeysetOrder extends FhirOrder {
  readonly value: (resource: Stored) => string | null;
  readonly direction: 'ASC' | 'DESC';
}

/** Rows asked for beyond the page: room for those that share a value with its ends, so that one call is enough. */
const SLACK = 25;
/** Pages of the server that one page of ours may take. */
const MAX_PAGES = 50;
/** Rows of a page that shall be as long as can be. */
const LONGEST_PAGE = 1000;

type Wanted = Pick<SearchRequest, 'type' | 'criteria' | 'elements'>;

/**
 * A page in the order of a date and, among equals, of the id.
 *
 * Servers sort by the date alone and leave equals in any order, so every group of equals that touches the page is read
 * whole and put in order here: two pages then never repeat or skip a row that did not change in between.
 */
export const keysetPage = async (
  pages: Pages,
  wanted: Wanted,
  order: KeysetOrder,
  size: number,
  after: string | null | undefined,
): Promise<RowPage> => {
  const place = after === null || after === undefined ? null : decodePlace(after);
  const dated = place?.value === null ? [] : await datedRows(pages, wanted, order, size, place);
  const enough = order.sparse !== true || dated.length > size;
  const undated = enough ? [] : await undatedRows(pages, wanted, order, place);
  const rows = [...dated, ...undated];
  const edges = rows.slice(0, size).map((row) => ({ cursor: encodePlace(placeOf(order, row)), row }));
  return { edges, more: rows.length > size };
};

/** At least `size + 1` rows after the place, or all there are. */
const datedRows = async (
  pages: Pages,
  wanted: Wanted,
  order: KeysetOrder,
  size: number,
  place: Place | null,
): Promise<readonly Stored[]> => {
  const { param, direction } = order;
  const count = size + 1 + SLACK;
  const request = {
    ...wanted,
    criteria: bothOf(wanted.criteria, startOf(order, place)),
    sort: direction === 'ASC' ? param : `-${param}`,
  };
  const first = await pages.search({ ...request, count });
  const enough = rowsIn(wanted.type, order, size, place);
  const rows = enough(first);
  if (rows !== null) return rows;
  // More rows than can be guessed share a value, as after an import: they are read in pages as long as can be. A server
  // that cuts its pages has given one that is as long as can be.
  const isCut = first.rows.length < count;
  const all = isCut ? enough : rowsIn(wanted.type, order, size, place);
  for await (const page of isCut
    ? walkOn(pages, wanted.type, first)
    : walk(pages, { ...request, count: LONGEST_PAGE })) {
    const found = all(page);
    if (found !== null) return found;
  }
  return [];
};

/** Takes pages as they come, until they hold a page of ours: then its rows, and those behind; null before. */
const rowsIn = (type: string, order: KeysetOrder, size: number, place: Place | null) => {
  const found = new Map<string, Stored>();
  let last: Stored | undefined;
  return (page: SearchPage): readonly Stored[] | null => {
    last = inOrder(page.rows, order, last, type);
    for (const row of page.rows) found.set(row.id, row);
    const rows = sortedAfter([...found.values()], order, place);
    const end = rows[size - 1];
    // Whatever equals the last row of the page has come once something later has.
    const isWhole = page.next === null || (end !== undefined && last !== undefined && isLater(order, last, end));
    return isWhole ? rows : null;
  };
};

/** Those without a value: few, so they are read whole. */
const undatedRows = async (
  pages: Pages,
  wanted: Wanted,
  { param }: KeysetOrder,
  place: Place | null,
): Promise<readonly Stored[]> => {
  const rows = await allRows(pages, {
    ...wanted,
    criteria: bothOf(wanted.criteria, where(`${param}:missing`, ['true'])),
  });
  return byId(rows).filter(({ id }) => place === null || place.value !== null || id > place.id);
};

/** Every row of a search. @throws RESULT_TOO_LARGE instead of leaving rows out */
export const allRows = async (pages: Pages, request: Omit<SearchRequest, 'count'>): Promise<readonly Stored[]> => {
  const found = new Map<string, Stored>();
  for await (const page of walk(pages, { ...request, count: LONGEST_PAGE }))
    for (const row of page.rows) found.set(row.id, row);
  return [...found.values()];
};

/** The part of a list in memory that a page is. @throws BAD_USER_INPUT for a cursor that is none of this list */
export const slicePage = (
  rows: readonly Stored[],
  order: KeysetOrder | null,
  size: number,
  after: string | null | undefined,
): RowPage => {
  const place = after === null || after === undefined ? null : decodePlace(after);
  const sorted =
    order === null
      ? byId(rows)
      : [...sortedAfter(rows, order, null), ...byId(rows.filter((row) => order.value(row) === null))];
  const placed = sorted.map((row) => ({
    place: order === null ? { value: null, id: row.id } : placeOf(order, row),
    row,
  }));
  const rest = place === null ? placed : placed.filter((each) => isAfter(order, each.place, place));
  return {
    edges: rest.slice(0, size).map((each) => ({ cursor: encodePlace(each.place), row: each.row })),
    more: rest.length > size,
  };
};

/** A page in an order that only the server knows, by going on where it said. */
export const continuedPage = async (
  pages: Pages,
  request: SearchRequest,
  size: number,
  after: string | null | undefined,
  seal: ContinuationSeal,
): Promise<RowPage> => {
  const from: Continuation = after === null || after === undefined ? { page: null, skip: 0 } : seal.open(after);
  const edges: { cursor: string; row: Stored }[] = [];
  let [at, skip] = [from.page, from.skip];
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page: SearchPage =
      at === null ? await pages.search({ ...request, count: size }) : await pages.follow(request.type, at);
    const begin = Math.min(skip, page.rows.length);
    for (const [index, row] of page.rows.entries()) {
      if (index < begin) continue;
      if (edges.length === size) return { edges, more: true };
      const isLast = index === page.rows.length - 1 && page.next !== null;
      edges.push({ cursor: seal.seal(isLast ? { page: page.next, skip: 0 } : { page: at, skip: index + 1 }), row });
    }
    if (page.next === null || edges.length === size) return { edges, more: page.next !== null };
    at = page.next;
    skip -= begin;
  }
  throw fail('RESULT_TOO_LARGE');
};

/** The pages of a search, one after the other. @throws RESULT_TOO_LARGE after too many */
async function* walk(pages: Pages, request: SearchRequest): AsyncGenerator<SearchPage> {
  const page = await pages.search(request);
  yield page;
  yield* walkOn(pages, request.type, page);
}

/** The pages behind one. */
async function* walkOn(pages: Pages, type: string, first: SearchPage): AsyncGenerator<SearchPage> {
  let page = first;
  for (let count = 1; page.next !== null; count += 1) {
    if (count === MAX_PAGES) throw fail('RESULT_TOO_LARGE');
    page = await pages.follow(type, page.next);
    yield page;
  }
}

/** Conditions that a place in the order is the begin of. */
const startOf = ({ param, direction, sparse }: KeysetOrder, place: Place | null): Criteria => {
  if (place?.value !== undefined && place.value !== null)
    return where(param, [`${direction === 'ASC' ? 'ge' : 'le'}${place.value}`]);
  return sparse === true ? where(`${param}:missing`, ['false']) : [];
};

/** The rows are as they were asked for, or the pages made of them would skip some. Returns the last of them. */
const inOrder = (rows: readonly Stored[], order: KeysetOrder, before: Stored | undefined, type: string) => {
  let last = before;
  for (const row of rows) {
    if (!isMoment(order.value(row)) || (last !== undefined && isLater(order, last, row)))
      throw toError(shapeFault('the rows are not in the order asked for', { type, interaction: 'search' }), 'read');
    last = row;
  }
  return last;
};

const sortedAfter = (rows: readonly Stored[], order: KeysetOrder, place: Place | null): Stored[] =>
  rows
    .map((row) => ({ row, place: placeOf(order, row) }))
    .filter((each) => each.place.value !== null && (place === null || isAfter(order, each.place, place)))
    .toSorted((a, b) => (isAfter(order, a.place, b.place) ? 1 : -1))
    .map(({ row }) => row);

const placeOf = ({ value }: KeysetOrder, row: Stored): Place => ({ value: value(row), id: row.id });

/** The order of a list: by value in its direction, then by id in the same; those without a value last, by id. */
const isAfter = (order: KeysetOrder | null, a: Place, b: Place): boolean => {
  if (a.value === null || b.value === null) return a.value === b.value ? a.id > b.id : a.value === null;
  const [left, right] = [Date.parse(a.value), Date.parse(b.value)];
  if (order?.direction === 'DESC') return left === right ? a.id < b.id : left < right;
  return left === right ? a.id > b.id : left > right;
};

const isLater = (order: KeysetOrder, a: Stored, b: Stored): boolean => {
  const [left, right] = [Date.parse(order.value(a) ?? ''), Date.parse(order.value(b) ?? '')];
  return order.direction === 'ASC' ? left > right : left < right;
};

const byId = (rows: readonly Stored[]): Stored[] => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
