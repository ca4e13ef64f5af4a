import DataLoader from 'dataloader';
import {
  badCursor,
  type Connection,
  decodeCursor,
  encodeCursor,
  type ListArgs,
  type ListSelection,
  type PageArgs,
  pageSize,
  toConnection,
} from '../connection.ts';
import { fail } from '../errors.ts';
import type { RowsOf } from '../identity.ts';
import { decodeId } from '../ids.ts';
import type { Order } from './binding.ts';
import type { Facility, FacilityDirectory } from './directory.ts';
import { allOf } from './domain.ts';
import type { EntitySpec, Name } from './entity.ts';
import { pagesTogether } from './facility-lists.ts';
import { localId } from './filters.ts';
import type { Reference } from './mappings.ts';
import { cursorOf, orderText, planColumns, startAfter, toFilter, toOrder } from './paging.ts';
import {
  type CanonicalRecord,
  keptIn,
  keyOf,
  MAX_NESTED_ROWS,
  type OdooGround,
  OdooReader,
  type ParentKey,
  type Spending,
} from './reader.ts';
import type { Domain, OdooRow } from './types.ts';

export type { ListArgs, ListSelection } from '../connection.ts';

/**
 * Reads Odoo for one request of one caller.
 *
 * Every read carries the caller's companies twice: in the context, which decides company-dependent values, and in the
 * domain, which decides the rows; the domain also keeps a party that the caller stands for to its own. Reads by id are
 * batched over everything that asks in the same tick, and only the columns behind the selected fields are asked for, so a
 * list of any length costs a constant number of calls.
 */
export class OdooSession {
  readonly directory: FacilityDirectory;
  /** The facilities of the caller, in the order of their codes. */
  readonly facilities: readonly Facility[];
  readonly #ground: OdooGround;
  readonly #reader: OdooReader;
  readonly #isParty: boolean;
  readonly #listsAt = new Map<EntitySpec, Map<string, DataLoader<Facility, Connection<CanonicalRecord>>>>();

  constructor(ground: OdooGround, { facilities, party }: RowsOf, spending: Spending) {
    this.#ground = ground;
    this.directory = ground.directory;
    this.facilities = facilities.flatMap((code) => ground.directory.byCode(code) ?? []);
    this.#isParty = party !== undefined;
    this.#reader = new OdooReader(ground, this.facilities, party, spending);
  }

  /**
   * A page of the records that match. `within` narrows it by what the graph already knows; `facility` reads as that one
   * alone. Keyset paging: neighbouring pages never repeat or skip a row that did not change in between.
   */
  async list(
    spec: EntitySpec,
    args: ListArgs,
    selected: ListSelection,
    { within = [], facility }: { readonly within?: Domain; readonly facility?: Facility } = {},
  ): Promise<Connection<CanonicalRecord>> {
    const bound = this.#ground.bound(spec);
    const size = pageSize(args.first);
    const order = toOrder(bound, args.orderBy);
    const domain = allOf(within, toFilter(bound, args.filter, this.#reader.environment()));
    const start = isSet(args.after) ? startAfter(bound, order, decodeCursor(args.after)) : [];
    const plan = planColumns(bound, selected.rows, [order.column]);
    const [rows, total] = await Promise.all([
      size === 0
        ? []
        : this.#reader.search(bound, allOf(domain, start), {
            ...plan,
            order: orderText(order),
            limit: size + 1,
            facility,
          }),
      selected.counted ? this.#reader.count(bound, domain, facility) : null,
    ]);
    const edges = rows.slice(0, size).map((row) => ({
      cursor: encodeCursor(cursorOf(order, row)),
      node: this.#reader.toRecord(bound, row, selected.rows, facility),
    }));
    return toConnection(edges, rows.length > size, args.after, total);
  }

  /**
   * A page of the records of one facility; a constant number of calls for all the facilities of a tick, each of which is
   * read once for the request.
   */
  listAt(
    spec: EntitySpec,
    facility: Facility,
    args: ListArgs,
    selected: ListSelection,
    within: Domain = [],
  ): Promise<Connection<CanonicalRecord>> {
    const loaders = keptIn(this.#listsAt, spec);
    const key = JSON.stringify([args, within, keyOf(this.#ground.bound(spec), selected.rows), selected.counted]);
    const loader =
      loaders.get(key) ??
      new DataLoader((facilities: readonly Facility[]) => this.#pagesAt(spec, facilities, args, selected, within));
    loaders.set(key, loader);
    return loader.load(facility);
  }

  async #pagesAt(
    spec: EntitySpec,
    facilities: readonly Facility[],
    args: ListArgs,
    selected: ListSelection,
    within: Domain,
  ): Promise<readonly Connection<CanonicalRecord>[]> {
    const bound = this.#ground.bound(spec);
    // A cursor is a place in the list of one facility.
    const isAlone = facilities.length === 1 || isSet(args.after);
    const together = isAlone
      ? null
      : await pagesTogether(this.#reader, {
          bound,
          facilities,
          domain: allOf(within, toFilter(bound, args.filter, this.#reader.environment())),
          order: toOrder(bound, args.orderBy),
          first: args.first,
          selected,
        });
    return together ?? Promise.all(facilities.map((facility) => this.list(spec, args, selected, { within, facility })));
  }

  /** The record of a canonical id, or null: absent, of another type and out of sight are the same. */
  async find(spec: EntitySpec, id: unknown, fields: ReadonlySet<string>): Promise<CanonicalRecord | null> {
    const [digits = null, company] = (decodeId(spec.type, id) ?? '').split('.', 2);
    const local = localId(digits);
    if (local === null || (company !== undefined) !== (spec.visibility === 'per-facility')) return null;
    if (company === undefined) return this.#reader.load(spec, local, fields);
    const facility = this.facilities.find((one) => String(one.company) === company);
    return facility === undefined ? null : this.#reader.load(spec, local, fields, facility);
  }

  /** Follows a reference made by `reference()`; asks Odoo only when more is wanted than the reference holds. */
  async follow(
    spec: EntitySpec,
    reference: unknown,
    fields: ReadonlySet<string>,
  ): Promise<CanonicalRecord | Reference | null> {
    if (reference === null || reference === undefined) return null;
    const known = reference as Reference;
    // What a row of a party's own refers to is not always its own, so it is asked for.
    if (this.#isParty) return this.find(spec, known.id, fields);
    for (const field of fields) if (!Object.hasOwn(known, field)) return this.find(spec, known.id, fields);
    return known;
  }

  /**
   * A page of the members of an x2many, given their local ids in Odoo's order. Where somebody could learn of members that
   * they may not see, by how many there are or by whether more follow, all of them are read, in the same call.
   */
  async members(
    spec: EntitySpec,
    ids: unknown,
    args: PageArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord>> {
    const named = (ids ?? []) as readonly number[];
    const load = async (some: readonly number[]) => {
      const records = await Promise.all(some.map((id) => this.#reader.load(spec, id, selected.rows)));
      return records.flatMap((node, index) => (node === null ? [] : [{ id: some[index] as number, node }]));
    };
    const isWhole = selected.counted || this.#isParty;
    const members = isWhole ? (await load(named)).map(({ id }) => id) : named;
    const { page, more } = slice(members, (id) => id, args);
    const edges = (await load(page)).map(({ id, node }) => ({ cursor: encodeCursor({ value: null, id }), node }));
    return toConnection(edges, more, args.after, selected.counted ? members.length : null);
  }

  /**
   * A page of the records whose many2one `relation` is the parent, or whose text `relation` names it; one call for all
   * the parents of a tick. `keep` is for what a domain cannot say about each parent.
   */
  async children(
    spec: EntitySpec,
    relation: Name,
    parent: ParentKey,
    args: PageArgs,
    selected: ListSelection,
    options: { readonly order?: Order; readonly keep?: (record: CanonicalRecord) => boolean } = {},
  ): Promise<Connection<CanonicalRecord>> {
    const { order, keep = () => true } = options;
    const all = await this.#reader.childrenOf(spec, relation, selected.rows, order).load(parent);
    const children = all.filter(({ record }) => keep(record));
    const { page, more } = slice(children, ({ cursor }) => cursor.id, args);
    const edges = page.map(({ cursor, record }) => ({ cursor: encodeCursor(cursor), node: record }));
    return toConnection(edges, more, args.after, selected.counted ? children.length : null);
  }

  /** All the records whose many2one `relation` is the parent, for sums; one call for all the parents of a tick. */
  async childRecords(
    spec: EntitySpec,
    relation: Name,
    parent: number,
    fields: ReadonlySet<string>,
  ): Promise<readonly CanonicalRecord[]> {
    const children = await this.#reader.childrenOf(spec, relation, fields, undefined).load(parent);
    return children.map(({ record }) => record);
  }

  /** The record as each of the caller's facilities sees it: one call per facility, for all the ids of a tick. */
  async perFacility(
    spec: EntitySpec,
    id: unknown,
    fields: ReadonlySet<string>,
  ): Promise<readonly { readonly facility: Facility; readonly record: CanonicalRecord }[]> {
    const local = localId(decodeId(spec.type, id));
    if (local === null) return [];
    const records = await Promise.all(
      this.facilities.map((facility) => this.#reader.load(spec, local, fields, facility)),
    );
    return this.facilities.flatMap((facility, index) => {
      const record = records[index];
      return record === null || record === undefined ? [] : [{ facility, record }];
    });
  }

  /** Rows for what is no entity of the graph. @throws RESULT_TOO_LARGE instead of leaving rows out */
  async rows(
    spec: EntitySpec,
    domain: Domain,
    columns: readonly Name[],
    options: { readonly named?: boolean } = {},
  ): Promise<OdooRow[]> {
    const bound = this.#ground.bound(spec);
    const rows = await this.#reader.search(bound, domain, {
      columns: columns.map((name) => bound.column(name)),
      named: options.named ?? false,
      order: 'id',
      limit: MAX_NESTED_ROWS + 1,
    });
    if (rows.length > MAX_NESTED_ROWS) throw fail('RESULT_TOO_LARGE');
    return rows;
  }

  /** Groups of rows with their sums. */
  async groups(
    spec: EntitySpec,
    domain: Domain,
    groupBy: readonly Name[],
    aggregates: readonly string[],
  ): Promise<OdooRow[]> {
    const bound = this.#ground.bound(spec);
    const keys = groupBy.map((name) => bound.column(name));
    return this.#reader.groups(bound, domain, keys, aggregates);
  }

  /** The facility of an id, if it is one of the caller's. */
  facility(id: unknown): Facility | undefined {
    return this.facilities.find(({ record }) => record.id === id);
  }

  /** Whether the caller can have a row of the entity at all, whatever else is asked. */
  mayHave(spec: EntitySpec): boolean {
    return this.#reader.hasRows(this.#ground.bound(spec));
  }

  /** Whether this server has the model of an optional entity. */
  has(spec: EntitySpec): boolean {
    return this.#ground.has(spec);
  }

  /** What this server calls a column. */
  column(spec: EntitySpec, name: Name): string {
    return this.#ground.bound(spec).column(name);
  }
}

const isSet = (cursor: string | null | undefined): cursor is string => cursor !== null && cursor !== undefined;

/** The part of a list in memory that a page is. @throws BAD_USER_INPUT for a cursor that is not among the rows */
const slice = <T>(
  rows: readonly T[],
  idOf: (row: T) => number,
  { first, after }: PageArgs,
): { readonly page: readonly T[]; readonly more: boolean } => {
  const size = pageSize(first);
  const wanted = isSet(after) ? decodeCursor(after).id : null;
  const from = wanted === null ? 0 : rows.findIndex((row) => idOf(row) === wanted) + 1;
  if (wanted !== null && from === 0) throw badCursor();
  return { page: rows.slice(from, from + size), more: from + size < rows.length };
};
