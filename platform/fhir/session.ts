import DataLoader from 'dataloader';
import {
  badCursor,
  type Connection,
  type ListArgs,
  type ListSelection,
  type PageArgs,
  pageSize,
  toConnection,
} from '../connection.ts';
import { fail } from '../errors.ts';
import type { RowsOf } from '../identity.ts';
import { decodeId } from '../ids.ts';
import type { CanonicalRecord, Reference } from '../record.ts';
import { decodePlace, encodePlace } from './cursors.ts';
import type { FhirFacility } from './directory.ts';
import type { FhirEntitySpec, FhirRelation } from './entity.ts';
import { referringTo } from './links.ts';
import { countOf, isKeyset, type Listing, NO_ROWS, pageOf, toFilter, toOrder } from './listing.ts';
import { allRows, type RowPage, slicePage } from './paging.ts';
import { bothOf, type Criteria, isFhirId } from './query.ts';
import { elementsOf, type FhirGround, FhirReader, keptIn, keyOf, MAX_BATCH, MAX_NESTED_ROWS } from './reader.ts';
import type { FhirSpending, Stored } from './types.ts';

/** Lists that are asked for alike, by what they are lists of. */
type Lists = DataLoader<string, Connection<CanonicalRecord>>;

/**
 * Reads one FHIR server for one request of one caller.
 *
 * The caller's facilities are part of every search, and so is the party that the caller stands for. What is read by id or by number is batched over everything that asks
 * in the same tick, and so are the lists of many parents; only the elements behind the selected fields are asked for.
 * A list of any length costs a constant number of calls. Opening a session asks nothing of the server: while it is away,
 * each read fails by itself.
 */
export class FhirSession {
  readonly #reader: FhirReader;
  readonly #isParty: boolean;
  readonly #lists = new Map<FhirEntitySpec, Map<string, Lists>>();

  constructor(open: () => Promise<FhirGround>, rows: RowsOf, spending: FhirSpending) {
    this.#isParty = rows.party !== undefined;
    this.#reader = new FhirReader(open, rows, spending);
  }

  /** A page of the records that match. */
  async list(spec: FhirEntitySpec, args: ListArgs, selected: ListSelection): Promise<Connection<CanonicalRecord>> {
    const ground = await this.#reader.groundFor(spec);
    const scope = await this.#reader.scope(ground, spec);
    return this.#list({ ground, spec, scope, args, selected, pages: this.#reader.pages(ground) });
  }

  /** A page of the records of one facility, given by its canonical id; null where it is none of the caller's. */
  async listAt(
    spec: FhirEntitySpec,
    facilityId: unknown,
    args: ListArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord> | null> {
    const facility = await this.facility(facilityId);
    if (facility === undefined) return null;
    const listsAt = (codes: readonly string[]) => this.#listsAt(spec, codes, args, selected);
    return this.#listsBy(spec, ['at', args, keyOf(spec, selected.rows), selected.counted], listsAt).load(facility.code);
  }

  /** The record of a canonical id, or null: absent, of another type and out of sight are the same. */
  async find(spec: FhirEntitySpec, id: unknown, fields: ReadonlySet<string>): Promise<CanonicalRecord | null> {
    const local = decodeId(spec.type, id);
    return isFhirId(local) ? this.#reader.load(spec, '_id', local, fields) : null;
  }

  /** The record with a number, which is the canonical field whose identifier system the entity names. */
  async findBy(
    spec: FhirEntitySpec,
    field: string,
    value: unknown,
    fields: ReadonlySet<string>,
  ): Promise<CanonicalRecord | null> {
    if (!isNumber(value)) return null;
    return this.#reader.load(spec, field, value, fields);
  }

  /** Follows a reference made by a mapping; asks only when more is wanted than the reference holds. */
  async follow(
    spec: FhirEntitySpec,
    reference: unknown,
    fields: ReadonlySet<string>,
  ): Promise<CanonicalRecord | Reference | null> {
    if (reference === null || reference === undefined) return null;
    const known = reference as Reference;
    // What a row of a party's own refers to is not always its own, so it is asked for.
    if (this.#isParty) return this.find(spec, known.id, fields);
    return [...fields].every((field) => Object.hasOwn(known, field)) ? known : this.find(spec, known.id, fields);
  }

  /** A page of the records whose relation is the parent, which is given by its canonical id. */
  async children(
    spec: FhirEntitySpec,
    relation: string,
    parent: { readonly type: string; readonly id: unknown },
    args: ListArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord>> {
    const local = decodeId(parent.type, parent.id);
    return isFhirId(local) ? this.#childrenOf(spec, relation, local, args, selected) : noRows(args, selected);
  }

  /** The same, where the parent is kept elsewhere and the relation is by its number. */
  async childrenByNumber(
    spec: FhirEntitySpec,
    relation: string,
    number: unknown,
    args: ListArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord>> {
    return isNumber(number) ? this.#childrenOf(spec, relation, number, args, selected) : noRows(args, selected);
  }

  /**
   * Pages of the records whose relation is each of some parents, given by their canonical ids, where no search leads from
   * a parent: whatever passes the filter is read, once for all of them, and sorted out here.
   *
   * @throws RESULT_TOO_LARGE
   */
  async sorted(
    spec: FhirEntitySpec,
    relation: string,
    parents: { readonly type: string; readonly ids: readonly unknown[] },
    args: ListArgs,
    selected: ListSelection,
  ): Promise<readonly Connection<CanonicalRecord>[]> {
    const ground = await this.#reader.groundFor(spec);
    const scope = await this.#reader.scope(ground, spec);
    const listing = { ground, spec, scope, args, selected, pages: this.#reader.pages(ground) };
    const locals = parents.ids.map((id) => decodeId(parents.type, id) ?? '');
    return this.#wholeLists(listing, relationOf(spec, relation), locals);
  }

  /** A page of the records that a parent names, in its order. Those that the caller may not see are left out. */
  async members(
    spec: FhirEntitySpec,
    references: unknown,
    args: PageArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord>> {
    const named = [...new Set(((references ?? []) as readonly Reference[]).map(({ id }) => id))];
    const size = pageSize(args.first);
    const after = args.after ?? null;
    const start = after === null ? 0 : 1 + named.findIndex((id) => localOf(spec, id) === decodePlace(after).id);
    if (after !== null && start === 0) throw badCursor();
    const found = await Promise.all(named.map((id) => this.find(spec, id, selected.rows)));
    const edges = found.map((node) =>
      node === null ? null : { cursor: encodePlace({ value: null, id: localOf(spec, node.id) }), node },
    );
    const rest = edges.slice(start).filter((edge) => edge !== null);
    const count = edges.filter((edge) => edge !== null).length;
    return toConnection(rest.slice(0, size), rest.length > size, args.after, selected.counted ? count : null);
  }

  #childrenOf(spec: FhirEntitySpec, relation: string, parent: string, args: ListArgs, selected: ListSelection) {
    const link = relationOf(spec, relation);
    const listsOf = (parents: readonly string[]) => this.#listsOf(spec, link, parents, args, selected);
    return this.#listsBy(spec, [relation, args, keyOf(spec, selected.rows), selected.counted], listsOf).load(parent);
  }

  /** The facility of a canonical id, if it is one of the caller's. */
  async facility(id: unknown): Promise<FhirFacility | undefined> {
    const ground = await this.#reader.ground();
    return this.#reader.facilities(ground).find(({ record }) => record.id === id);
  }

  async #list(listing: Listing, within: Criteria = []): Promise<Connection<CanonicalRecord>> {
    const { ground, spec, scope, args, selected, pages } = listing;
    const size = pageSize(args.first);
    const criteria = bothOf(scope.criteria, within, toFilter(spec, args.filter, this.#reader.environment(ground)));
    const [page, total] = await Promise.all([
      size === 0 ? NO_ROWS : pageOf(listing, criteria, size),
      selected.counted ? countOf(pages, spec, criteria) : null,
    ]);
    return this.#connection(listing, page, total);
  }

  async #connection({ ground, spec, scope, args, selected }: Listing, page: RowPage, total: number | null) {
    await scope.assertHold(page.edges.map(({ row }) => row));
    const edges = page.edges.map(({ cursor, row }) => ({
      cursor,
      node: this.#reader.toRecord(ground, spec, row, selected.rows),
    }));
    return toConnection(edges, page.more, args.after, total);
  }

  /** Those that are asked for alike go together, and each of them is read once for the request. */
  #listsBy(
    spec: FhirEntitySpec,
    likeness: readonly unknown[],
    read: (names: readonly string[]) => Promise<readonly (Connection<CanonicalRecord> | Error)[]>,
  ): Lists {
    const loaders = keptIn(this.#lists, spec);
    const key = JSON.stringify(likeness);
    const loader: Lists = loaders.get(key) ?? new DataLoader(read, { maxBatchSize: MAX_BATCH });
    loaders.set(key, loader);
    return loader;
  }

  /** Each facility's page by a search of its own. */
  async #listsAt(spec: FhirEntitySpec, codes: readonly string[], args: ListArgs, selected: ListSelection) {
    const ground = await this.#reader.groundFor(spec);
    const isBatch = codes.length > 1 && ground.client.capabilities.batch;
    const pages = isBatch ? this.#reader.batchedPages(ground) : this.#reader.pages(ground);
    const scopes = await Promise.all(
      codes.map((code) => this.#reader.scope(ground, spec, ground.directory.byCode(code))),
    );
    return settled(scopes.map((scope) => this.#list({ ground, spec, scope, args, selected, pages })));
  }

  /** Each parent's page by a search of its own, all in one batch; or whole lists by one search. */
  async #listsOf(
    spec: FhirEntitySpec,
    link: FhirRelation,
    parents: readonly string[],
    args: ListArgs,
    selected: ListSelection,
  ): Promise<readonly (Connection<CanonicalRecord> | Error)[]> {
    const ground = await this.#reader.groundFor(spec);
    const scope = await this.#reader.scope(ground, spec);
    const isAlone = parents.length === 1;
    const pages = isAlone ? this.#reader.pages(ground) : this.#reader.batchedPages(ground);
    const listing = { ground, spec, scope, args, selected, pages };
    const canBatch = isAlone || ground.client.capabilities.batch || !isKeyset(toOrder(spec, args.orderBy).order);
    if (link.few === true || !canBatch)
      return this.#wholeLists({ ...listing, pages: this.#reader.pages(ground) }, link, parents);
    return settled(parents.map((parent) => this.#list(listing, referringTo(link, [parent]))));
  }

  async #wholeLists(listing: Listing, link: FhirRelation, parents: readonly string[]) {
    const { ground, spec, scope, args, selected, pages } = listing;
    const size = pageSize(args.first);
    const env = this.#reader.environment(ground);
    const { order, direction } = toOrder(spec, args.orderBy);
    const keyset = isKeyset(order) ? { ...order, direction } : null;
    const own = [...scope.elements, ...link.elements, ...(keyset?.elements ?? [])];
    const ofParents = link.unsearched === true ? [] : referringTo(link, parents);
    const rows = await allRows(pages, {
      type: spec.resource,
      criteria: bothOf(scope.criteria, ofParents, toFilter(spec, args.filter, env)),
      elements: elementsOf(spec, selected.rows, own),
    });
    if (rows.length > MAX_NESTED_ROWS) throw fail('RESULT_TOO_LARGE');
    const byParent = new Map<string, Stored[]>(parents.map((parent) => [parent, []]));
    for (const row of rows) for (const parent of new Set(link.targets(row, env))) byParent.get(parent)?.push(row);
    return Promise.all(
      parents.map((parent) => {
        const all = byParent.get(parent) ?? [];
        const page = slicePage(all, keyset, size, args.after);
        return this.#connection(listing, page, selected.counted ? all.length : null);
      }),
    );
  }
}

const relationOf = ({ type, relations }: FhirEntitySpec, name: string): FhirRelation => {
  const link = relations?.[name];
  if (link === undefined) throw new Error(`${type} has no relation ${name}`);
  return link;
};

/** Something that can be a number: it becomes part of a query. */
const isNumber = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= 128;

const noRows = ({ after }: ListArgs, { counted }: ListSelection): Connection<CanonicalRecord> =>
  toConnection([], false, after, counted ? 0 : null);

const localOf = ({ type }: FhirEntitySpec, id: unknown): string => decodeId(type, id) ?? '';

/** What failed is an error in its place: one parent's list does not take the others with it. */
const settled = async <T>(promises: readonly Promise<T>[]): Promise<(T | Error)[]> =>
  (await Promise.allSettled(promises)).map((each) =>
    each.status === 'fulfilled' ? each.value : (each.reason as Error),
  );
