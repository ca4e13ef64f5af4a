import { Secret } from '../../platform/secret.ts';
import type { StoreSettings } from '../../platform/store/owner.ts';
import { SECOND } from '../../platform/time.ts';
import { hasPostgres, startPostgres } from './postgres.ts';
import { storeDirectory } from './store-directory.ts';

/** Something that makes empty databases. */
export interface StoreEngine extends AsyncDisposable {
  /** Where a database is that nobody has used. */
  database(): Promise<StoreSettings>;
}

/** One engine that the store's tests run on; `start` is undefined where this machine has none. */
export interface StoreEngineKind {
  readonly title: string;
  readonly start: (() => Promise<StoreEngine>) | undefined;
}

const startEmbedded = (): Promise<StoreEngine> => {
  const removals: (() => Promise<void>)[] = [];
  return Promise.resolve({
    database: async () => {
      const { settings, remove } = await storeDirectory();
      removals.push(remove);
      return settings;
    },
    [Symbol.asyncDispose]: async () => {
      for (const remove of removals) await remove();
    },
  });
};

const startServer = async (): Promise<StoreEngine> => {
  const postgres = await startPostgres();
  return {
    database: async () => ({
      url: new Secret(await postgres.database()),
      dir: '/nowhere',
      connections: 4,
      within: 10 * SECOND,
    }),
    [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose](),
  };
};

/** The same assertions for both: that is what makes one a stand-in for the other. */
export const STORE_ENGINES: readonly StoreEngineKind[] = [
  { title: 'PGlite', start: startEmbedded },
  { title: 'a PostgreSQL server', start: hasPostgres() ? startServer : undefined },
];
