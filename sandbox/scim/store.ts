import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Journal, openJournal } from '../journal.ts';
import type { Resource } from './filter.ts';
import type { TypeName } from './schemas.ts';
import type { ScimSeed } from './seed.ts';

/** `[type, id, resource]`; null for one that is gone. */
type Entry = readonly [type: TypeName, id: string, after: Resource | null];

/** What the server holds: in memory, and what has changed since the seed in a journal. */
export interface Store {
  all(type: TypeName): readonly Resource[];
  get(type: TypeName, id: string): Resource | undefined;
  /** Keeps a resource under its id, or under a new one, as its next version. */
  put(type: TypeName, id: string | undefined, values: Resource): Resource;
  /** Whether it was there. */
  remove(type: TypeName, id: string): boolean;
  close(): void;
}

export interface StoreOptions {
  readonly seed: ScimSeed;
  readonly dataDir?: string | undefined;
  readonly fsync?: boolean | undefined;
}

export const openStore = ({ seed, dataDir, fsync = false }: StoreOptions): Store => {
  const tables = { User: tableOf(seed.users), Group: tableOf(seed.groups) };
  const apply = ([type, id, after]: Entry): void => {
    if (after === null) tables[type].delete(id);
    else tables[type].set(id, after);
  };
  const journal: Journal<Entry> | null =
    dataDir === undefined
      ? null
      : openJournal({ path: join(dataDir, 'scim-journal.jsonl'), fingerprint: seed.fingerprint, fsync }, apply);
  const commit = (entry: Entry): void => {
    journal?.append([entry]);
    apply(entry);
  };
  return {
    all: (type) => [...tables[type].values()],
    get: (type, id) => tables[type].get(id),
    put: (type, id = randomUUID(), values) => {
      const next = versioned(type, id, values, tables[type].get(id));
      commit([type, id, next]);
      return next;
    },
    remove: (type, id) => {
      const isThere = tables[type].has(id);
      if (isThere) commit([type, id, null]);
      return isThere;
    },
    close: () => journal?.close(),
  };
};

const tableOf = (resources: readonly Resource[]): Map<string, Resource> =>
  new Map(resources.map((resource) => [String(resource['id']), resource]));

interface Meta {
  readonly created: string;
  readonly version: string;
}

const versioned = (type: TypeName, id: string, values: Resource, before: Resource | undefined): Resource => {
  const now = new Date().toISOString();
  const known = before?.['meta'] as Meta | undefined;
  const revision = Number(/\d+/.exec(known?.version ?? '')?.[0] ?? 0) + 1;
  const meta = { resourceType: type, created: known?.created ?? now, lastModified: now, version: `W/"${revision}"` };
  return { ...values, id, meta };
};
