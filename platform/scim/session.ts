import DataLoader from 'dataloader';
import {
  badCursor,
  type Connection,
  type Cursor,
  decodeCursor,
  encodeCursor,
  type PageArgs,
  pageSize,
  toConnection,
} from '../connection.ts';
import { decodeId, encodeId } from '../ids.ts';
import type { ScimEntity } from './entity.ts';
import { allOf, compare, everything, type Filter } from './filter.ts';
import type { ScimGround } from './ground.ts';
import { type CanonicalRecord, type Row, ScimReader } from './reader.ts';
import type { Spending } from './types.ts';

/** What is asked for of a list: its rows' fields, and whether the rows are counted. */
export interface ListSelection {
  readonly rows: ReadonlySet<string>;
  readonly counted: boolean;
}

export interface ListArgs extends PageArgs {
  readonly filter?: Readonly<Record<string, unknown>> | null;
  readonly orderBy?: { readonly field: string; readonly direction: 'ASC' | 'DESC' } | null;
}

/**
 * Reads a SCIM server for one request of one caller.
 *
 * The caller's facilities are part of every query. Reads by the same attribute are one query for everything that asks in
 * the same tick, and only the attributes behind the selected fields are asked for, so a list of any length costs a
 * constant number of calls.
 */
export class ScimSession {
  readonly #ground: () => Promise<ScimGround>;
  readonly #reader: ScimReader;
  readonly #listsAt = new Map<ScimEntity, Map<string, DataLoader<string, Connection<CanonicalRecord>>>>();

  constructor(ground: () => Promise<ScimGround>, facilityCodes: readonly string[], spending: Spending) {
    this.#ground = ground;
    this.#reader = new ScimReader(ground, facilityCodes, spending);
  }

  /** A page of the records that match. */
  list(spec: ScimEntity, args: ListArgs, selected: ListSelection): Promise<Connection<CanonicalRecord>> {
    return this.#list(spec, args, selected, everything);
  }

  /** A page of the records of one facility, by its code; read together for all the facilities of a tick. */
  listAt(
    spec: ScimEntity,
    code: string,
    args: ListArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord>> {
    const loaders = this.#listsAt.get(spec) ?? new Map<string, DataLoader<string, Connection<CanonicalRecord>>>();
    this.#listsAt.set(spec, loaders);
    const fields = [...selected.rows].filter((name) => Object.hasOwn(spec.fields, name)).toSorted();
    const key = JSON.stringify([args, fields, selected.counted]);
    const loader =
      loaders.get(key) ?? new DataLoader((codes: readonly string[]) => this.#pagesAt(spec, codes, args, selected));
    loaders.set(key, loader);
    return loader.load(code);
  }

  /** Pages of several facilities out of one read of all they have, where that is no more than a page of the server each. */
  async #pagesAt(spec: ScimEntity, codes: readonly string[], args: ListArgs, selected: ListSelection) {
    // A cursor is a place in the list of one facility.
    const isAlone = codes.length === 1 || (args.after !== null && args.after !== undefined);
    const rows = isAlone
      ? null
      : await this.#reader.inFacilities(spec, codes, {
          filter: toFilter(spec, args.filter),
          descending: args.orderBy?.direction === 'DESC',
          fields: selected.rows,
        });
    if (rows === null)
      return Promise.all(codes.map((code) => this.#list(spec, args, selected, compare(spec.facility, 'eq', code))));
    const size = pageSize(args.first);
    return codes.map((code) => {
      // Codes are compared as the server has done it.
      const own = rows.filter(({ value }) => value?.toLowerCase() === code.toLowerCase());
      const edges = own.slice(0, size).map(toEdge);
      return toConnection(edges, own.length > size, null, selected.counted ? own.length : null);
    });
  }

  async #list(
    spec: ScimEntity,
    args: ListArgs,
    selected: ListSelection,
    within: Filter,
  ): Promise<Connection<CanonicalRecord>> {
    const size = pageSize(args.first);
    const after = cursorOf(args.after);
    const filter = allOf(within, toFilter(spec, args.filter));
    const descending = args.orderBy?.direction === 'DESC';
    const query = { filter, descending, after, size, fields: selected.rows };
    const isCountedApart = selected.counted && (after !== null || size === 0);
    const [page, counted] = await Promise.all([
      this.#reader.page(spec, query),
      isCountedApart ? this.#reader.count(spec, filter) : null,
    ]);
    const total = selected.counted ? (counted ?? page.total) : null;
    return toConnection(page.rows.map(toEdge), page.more, args.after, total);
  }

  /** The record of a canonical id, or null: absent, of another type and out of sight are the same. */
  async find(spec: ScimEntity, id: unknown, fields: ReadonlySet<string>): Promise<CanonicalRecord | null> {
    const key = decodeId(spec.type, id);
    return key === null ? null : this.by(spec, spec.key, key, fields);
  }

  /** The one record that has the value at the path, or null. Two of them are none: which is meant would be a guess. */
  async by(
    spec: ScimEntity,
    path: string,
    value: unknown,
    fields: ReadonlySet<string>,
  ): Promise<CanonicalRecord | null> {
    if (typeof value !== 'string' || value === '') return null;
    const rows = await this.#reader.having(spec, path, value, fields);
    if (rows.length < 2) return rows[0]?.record ?? null;
    const { findings } = await this.#ground();
    findings.note({ kind: 'ambiguous-key', type: spec.type, field: path.split(/[:.]/).pop() ?? '' });
    return null;
  }

  /** Follows a reference by key; asks the server only when more is wanted than the reference holds. */
  async follow(
    spec: ScimEntity,
    key: unknown,
    keyField: string,
    fields: ReadonlySet<string>,
  ): Promise<Readonly<Record<string, unknown>> | null> {
    if (typeof key !== 'string') return null;
    const known = { __typename: spec.type, id: encodeId(spec.type, key), [keyField]: key };
    return [...fields].every((field) => Object.hasOwn(known, field)) ? known : this.by(spec, spec.key, key, fields);
  }

  /** A page of the records that have the value at the path; one read for all the parents of a tick. */
  async children(
    spec: ScimEntity,
    path: string,
    value: unknown,
    args: PageArgs,
    selected: ListSelection,
  ): Promise<Connection<CanonicalRecord>> {
    const size = pageSize(args.first);
    const after = cursorOf(args.after);
    const all = typeof value === 'string' ? await this.#reader.having(spec, path, value, selected.rows) : [];
    const from = after === null ? 0 : behind(all, after);
    const page = all.slice(from, from + size);
    return toConnection(page.map(toEdge), from + size < all.length, args.after, selected.counted ? all.length : null);
  }

  /** Codes of the caller's facilities, of those there are. */
  facilities(): Promise<readonly string[]> {
    return this.#reader.facilities();
  }
}

const toEdge = ({ cursor, record }: Row) => ({ cursor: encodeCursor(cursor), node: record });

const cursorOf = (text: string | null | undefined): Cursor | null => {
  if (text === null || text === undefined) return null;
  const cursor = decodeCursor(text);
  if (typeof cursor.value !== 'string' || cursor.id < 1) throw badCursor();
  return cursor;
};

/** Where the rows after a cursor begin, also when its own row has gone. */
const behind = (rows: readonly Row[], { value }: Cursor): number => {
  const at = rows.findIndex(({ cursor }) => cursor.value === value);
  return at >= 0 ? at + 1 : rows.filter(({ cursor }) => String(cursor.value) < String(value)).length;
};

/** The filter input as a filter; keys without a value ask for nothing. */
const toFilter = ({ filters = {} }: ScimEntity, input: ListArgs['filter']): Filter =>
  allOf(
    ...Object.entries(input ?? {}).map(([key, value]) =>
      value === null || value === undefined ? everything : (filters[key]?.toFilter(value as never) ?? everything),
    ),
  );
