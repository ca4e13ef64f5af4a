import { type Kysely, Migrator } from 'kysely';
import { MIGRATIONS } from './migrations/index.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

/**
 * Brings the tables to the latest version, or to the one named: all steps that are missing, in one transaction. Of
 * several processes that start at once one does it, and the others wait (an advisory lock).
 *
 * @returns the names of the migrations that were applied
 * @throws StoreError when the tables are of a newer version than this code
 */
export const migrateStore = async (db: Kysely<Tables>, target?: string): Promise<readonly string[]> => {
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) } });
  const { error, results } = await (target === undefined ? migrator.migrateToLatest() : migrator.migrateTo(target));
  if (error === undefined) return (results ?? []).map(({ migrationName }) => migrationName);
  if (error instanceof Error && error.message.startsWith('corrupted migrations'))
    throw new StoreError('The database was made by a newer version of Caregraph; start that one.', { cause: error });
  throw error;
};
