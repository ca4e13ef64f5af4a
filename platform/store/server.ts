import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Secret } from '../secret.ts';
import type { OpenDatabase } from './embedded.ts';
import { exclusivelyOnServer } from './exclusively.ts';
import type { Tables } from './tables.ts';

export interface ServerSettings {
  readonly url: Secret;
  readonly connections: number;
  /** Milliseconds that one statement may take. */
  readonly within: number;
}

const BIGINT = 20;
const DATE = 1082;

/** Opens a PostgreSQL server. Nothing is connected to until the first query. */
export const openServer = ({ url, connections, within }: ServerSettings): OpenDatabase => {
  const types = new pg.TypeOverrides();
  // Counts are numbers and days are text, as in the embedded database (pglite.ts).
  types.setTypeParser(BIGINT, Number);
  types.setTypeParser(DATE, (text) => text);
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    max: connections,
    connectionTimeoutMillis: within,
    statement_timeout: within,
    // A little later than the server, for one that has stopped answering altogether.
    query_timeout: within + 500,
    application_name: 'caregraph',
    types,
  });
  // A connection nobody uses may break; the pool makes another when it is needed.
  pool.on('error', () => undefined);
  // One in use says so twice: to whoever waits for its answer and, with nobody to hear it, to the whole process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, exclusively: exclusivelyOnServer({ url, within }), close: () => db.destroy() };
};
