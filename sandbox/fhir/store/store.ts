import { isTombstone, type Draft, type Resource, type Version } from '../resource.ts';

/** Told of every change, also of those that are taken back. */
export type Listener = (before: Resource | undefined, after: Resource | undefined) => void;

/** The resources of one server, with the versions of those that have been changed. */
export interface Store {
  has(type: string): boolean;
  readonly types: readonly string[];
  get(type: string, id: string): Resource | undefined;
  /** The current version or what a deletion has left. */
  latest(type: string, id: string): Version | undefined;
  /** Oldest first. */
  versions(type: string, id: string): readonly Version[];
  all(type: string): ReadonlyMap<string, Resource>;
  /** The next version of a resource. */
  put(draft: Draft & { readonly id: string }): Resource;
  /** Of what is not there, nothing. */
  remove(type: string, id: string): void;
  /** Does all of `work` or, when it throws, nothing. One inside another belongs to the outer one. */
  transaction<T>(work: () => T): T;
  /** Takes a version as it is; for seeds and journals. */
  restore(version: Version): void;
  listen(listener: Listener): void;
}

export interface StoreOptions {
  readonly types: readonly string[];
  readonly clock: () => number;
  /** Makes what a transaction has written durable; when it throws, the transaction is taken back. */
  readonly commit: (versions: readonly Version[]) => void;
}

export const createStore = ({ types, clock, commit }: StoreOptions): Store => {
  const current = new Map<string, Map<string, Resource>>(types.map((type) => [type, new Map()]));
  /** Versions of what has been written more than once or deleted; the last one is the latest. */
  const changed = new Map<string, Version[]>();
  const listeners: Listener[] = [];
  let open: { readonly written: Version[]; readonly undo: (() => void)[] } | null = null;

  const tableOf = (type: string): Map<string, Resource> => {
    const table = current.get(type);
    if (table === undefined) throw new Error(`no table of ${type}`);
    return table;
  };
  const latest = (type: string, id: string): Version | undefined =>
    current.get(type)?.get(id) ?? changed.get(`${type}/${id}`)?.at(-1);

  const set = (type: string, id: string, before: Resource | undefined, after: Resource | undefined): void => {
    if (after === undefined) tableOf(type).delete(id);
    else tableOf(type).set(id, after);
    for (const listener of listeners) listener(before, after);
  };

  const apply = (version: Version): (() => void) => {
    const { resourceType: type, id } = version;
    const key = `${type}/${id}`;
    const before = tableOf(type).get(id);
    const after = isTombstone(version) ? undefined : version;
    const past = changed.get(key);
    if (past !== undefined) past.push(version);
    else if (before !== undefined) changed.set(key, [before, version]);
    else if (after === undefined) changed.set(key, [version]);
    set(type, id, before, after);
    return () => {
      if (past === undefined) changed.delete(key);
      else past.pop();
      set(type, id, after, before);
    };
  };

  const write = (version: Version): void => {
    if (open === null) throw new Error('written outside a transaction');
    open.undo.push(apply(version));
    open.written.push(version);
  };

  const metaFor = (type: string, id: string): { versionId: string; lastUpdated: string } => ({
    versionId: String(Number(latest(type, id)?.meta.versionId ?? 0) + 1),
    lastUpdated: new Date(clock()).toISOString(),
  });

  return {
    types,
    has: (type) => current.has(type),
    get: (type, id) => current.get(type)?.get(id),
    latest,
    versions: (type, id) => {
      const only = current.get(type)?.get(id);
      return changed.get(`${type}/${id}`) ?? (only === undefined ? [] : [only]);
    },
    all: tableOf,
    put: ({ resourceType, id, meta, ...rest }) => {
      const kept = typeof meta === 'object' ? meta : {};
      const version = { resourceType, id, meta: { ...kept, ...metaFor(resourceType, id) }, ...rest };
      write(version);
      return version;
    },
    remove: (type, id) => {
      if (tableOf(type).has(id)) write({ resourceType: type, id, meta: metaFor(type, id), deleted: true });
    },
    transaction: (work) => {
      if (open !== null) return work();
      open = { written: [], undo: [] };
      const { written, undo } = open;
      try {
        const result = work();
        if (written.length > 0) commit(written);
        return result;
      } catch (error) {
        for (const each of undo.toReversed()) each();
        throw error;
      } finally {
        open = null;
      }
    },
    restore: (version) => void apply(version),
    listen: (listener) => void listeners.push(listener),
  };
};
