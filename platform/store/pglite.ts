import { PGlite } from '@electric-sql/pglite';

const BIGINT = 20;
const DATE = 1082;

/**
 * Opens a PGlite directory, making it when it is not there.
 *
 * Its buffers are a part of the process, and 16 MB of them do for one process and tables of this size; PostgreSQL's
 * default would take 120 MB more. Counts are numbers and days are text, as on a server (server.ts).
 */
export const openPglite = (dir: string): Promise<PGlite> =>
  PGlite.create({
    dataDir: dir,
    postgresqlconf: ['shared_buffers=16MB'],
    parsers: { [BIGINT]: Number, [DATE]: (text) => text },
  });
