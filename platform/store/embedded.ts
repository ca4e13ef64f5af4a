import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { lockDirectory } from './directory-lock.ts';
import { type Exclusively, exclusivelyHere } from './exclusively.ts';
import { pgliteDialect } from './pglite-dialect.ts';
import type { Tables } from './tables.ts';
import { prepareDirectory } from './template.ts';

/** A database that is open, and how to let go of it. */
export interface OpenDatabase {
  readonly db: Kysely<Tables>;
  readonly exclusively: Exclusively;
  close(): Promise<void>;
}

/**
 * Opens the database in a directory of this machine, for this process alone.
 *
 * @throws StoreError when another process has it
 */
export const openEmbedded = async (dir: string): Promise<OpenDatabase> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const lock = await lockDirectory(dir);
  try {
    const files = join(dir, 'pg');
    await prepareDirectory(files);
    // Loaded here, since a process that uses a server has no need of it.
    const { openPglite } = await import('./pglite.ts');
    const db = new Kysely<Tables>({ dialect: pgliteDialect(await openPglite(files)) });
    return {
      db,
      exclusively: exclusivelyHere(),
      close: async () => {
        await db.destroy();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
};
