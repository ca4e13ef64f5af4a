import type { Row } from '../seed.ts';

/** A stored row. Never changed in place: an update puts a new object in its stead. */
export interface StoredRow {
  readonly id: number;
  readonly [field: string]: unknown;
}

/** One change of a transaction, as it goes into the journal. `after` is null for a deletion. */
export interface Change {
  readonly model: string;
  readonly id: number;
  readonly before: StoredRow | null;
  readonly after: StoredRow | null;
}

type Index = Map<unknown, Set<number>>;

interface Table {
  readonly rows: Map<number, StoredRow>;
  readonly indexes: Map<string, Index>;
  nextId: number;
  version: number;
}

/** Rows in memory, with indexes made when first asked for, and one transaction at a time. */
export class Database {
  /** Grows with every change: what was derived from an older version is stale. */
  version = 0;
  readonly #tables = new Map<string, Table>();
  #changes: Change[] = [];

  constructor(tables: Readonly<Record<string, readonly Row[]>>) {
    for (const [model, rows] of Object.entries(tables)) {
      const table = this.#table(model);
      for (const row of rows) table.rows.set(row.id, row);
      for (const row of rows) table.nextId = Math.max(table.nextId, row.id + 1);
    }
  }

  rows(model: string): ReadonlyMap<number, StoredRow> {
    return this.#table(model).rows;
  }

  row(model: string, id: number): StoredRow | undefined {
    return this.#table(model).rows.get(id);
  }

  /** Grows with every change of this model's rows. */
  versionOf(model: string): number {
    return this.#table(model).version;
  }

  /** The ids of the rows whose stored value is `key`, or whose stored ids contain it. */
  idsBy(model: string, field: string, key: unknown): ReadonlySet<number> {
    return this.#index(model, field).get(key) ?? NONE;
  }

  /** Ids are given once: a rolled back or deleted one does not come again, as with a PostgreSQL sequence. */
  insert(model: string, values: Readonly<Record<string, unknown>>): number {
    const table = this.#table(model);
    const id = table.nextId;
    table.nextId += 1;
    this.#put({ model, id, before: null, after: { ...values, id } });
    return id;
  }

  update(model: string, id: number, patch: Readonly<Record<string, unknown>>): void {
    const before = this.row(model, id);
    if (before === undefined) throw new Error(`${model} has no row ${id}`);
    this.#put({ model, id, before, after: { ...before, ...patch, id } });
  }

  remove(model: string, id: number): void {
    const before = this.row(model, id);
    if (before !== undefined) this.#put({ model, id, before, after: null });
  }

  /** Ends the transaction and answers what it changed, in order. */
  commit(): readonly Change[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  rollback(): void {
    this.rollbackTo(0);
  }

  /** A place in the open transaction to come back to. */
  savepoint(): number {
    return this.#changes.length;
  }

  rollbackTo(savepoint: number): void {
    for (const change of this.#changes.splice(savepoint).toReversed()) {
      this.#apply({ ...change, before: change.after, after: change.before });
    }
  }

  /** Applies what a journal says was committed. */
  replay(model: string, id: number, after: StoredRow | null): void {
    const table = this.#table(model);
    table.nextId = Math.max(table.nextId, id + 1);
    this.#apply({ model, id, before: table.rows.get(id) ?? null, after });
  }

  #put(change: Change): void {
    this.#changes.push(change);
    this.#apply(change);
  }

  #apply({ model, id, before, after }: Change): void {
    this.version += 1;
    const table = this.#table(model);
    table.version += 1;
    if (after === null) table.rows.delete(id);
    else table.rows.set(id, after);
    for (const [field, index] of table.indexes) {
      if (before !== null && after !== null && before[field] === after[field]) continue;
      for (const key of keysOf(before?.[field])) index.get(key)?.delete(id);
      for (const key of keysOf(after?.[field])) enter(index, key, id);
    }
  }

  #table(name: string): Table {
    // The public profile of an employee is a view of the same rows.
    const model = name === 'hr.employee.public' ? 'hr.employee' : name;
    const known = this.#tables.get(model);
    if (known !== undefined) return known;
    const table: Table = { rows: new Map(), indexes: new Map(), nextId: 1, version: 0 };
    this.#tables.set(model, table);
    return table;
  }

  #index(model: string, field: string): Index {
    const table = this.#table(model);
    const known = table.indexes.get(field);
    if (known !== undefined) return known;
    const index: Index = new Map();
    for (const [id, row] of table.rows) for (const key of keysOf(row[field])) enter(index, key, id);
    table.indexes.set(field, index);
    return index;
  }
}

const NONE: ReadonlySet<number> = new Set();

/** Empty values are in no index: nobody asks for "all without" by index. */
const keysOf = (value: unknown): readonly unknown[] => {
  if (value === undefined || value === false || value === null) return [];
  return Array.isArray(value) ? value : [value];
};

const enter = (index: Index, key: unknown, id: number): void => {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([id]));
  else known.add(id);
};
