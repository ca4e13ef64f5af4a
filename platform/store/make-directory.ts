import { Kysely } from 'kysely';
import { migrateStore } from './migrate.ts';
import { openPglite } from './pglite.ts';
import { pgliteDialect } from './pglite-dialect.ts';
import type { Tables } from './tables.ts';

/** `make-directory.ts DIR`: a new database with all tables, as a process of its own. */
const [, , dir] = process.argv;
if (dir === undefined) throw new Error('which directory?');
const db = new Kysely<Tables>({ dialect: pgliteDialect(await openPglite(dir)) });
await migrateStore(db);
await db.destroy();
