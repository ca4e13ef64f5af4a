import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Compose } from '../../../scripts/deployment/compose-file.ts';
import { type FakeIssuer, startIssuer } from '../../fakes/issuer.ts';
import { startPostgres } from '../../harness/postgres.ts';
import { mountsOf, type Place } from '../../harness/services.ts';
import { run } from './running.ts';

/** What runs here in the place of the images that nothing here can run. */
export interface StandIns extends AsyncDisposable {
  /** Services whose place they take. */
  readonly replaces: ReadonlySet<string>;
  readonly addresses: ReadonlyMap<string, string>;
  /** What the compose file leaves to who uses it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly issuer: FakeIssuer;
  /** Address of Caregraph's own database. */
  readonly database: string;
  /** Leaves in volumes what the services would have left there. */
  fill(compose: Compose, place: Place): Promise<void>;
}

/** A PostgreSQL server, the sandbox Odoo, and an issuer of tokens. */
export const startStandIns = async (folder: string): Promise<StandIns> => {
  const issuer = await startIssuer();
  const postgres = await startPostgres();
  const database = await caregraphDatabase(await postgres.database());
  const command = [process.execPath, 'dist/sandbox/odoo/main.js', '--data-dir', join(folder, 'odoo')];
  const sandbox = await run('odoo', { command, environment: {}, healthcheck: undefined });
  const odoo = JSON.parse(sandbox.said) as { readonly url: string; readonly db: string; readonly apiKey: string };
  return {
    replaces: new Set(['postgres', 'odoo', 'odoo-init', 'odoo-db', 'oidc']),
    addresses: new Map([
      ['postgres', database.host],
      ['odoo', new URL(odoo.url).host],
    ]),
    variables: { ODOO_DB: odoo.db, OIDC_ISSUER: issuer.issuer, OIDC_JWKS_URI: '' },
    issuer,
    database: database.href,
    fill: async (compose, place) => {
      const init = compose.services['odoo-init'];
      const keys = init && mountsOf(compose, init, place).get('/run/odoo-credentials');
      await writeFile(join(keys ?? '', 'api-key'), odoo.apiKey);
    },
    [Symbol.asyncDispose]: async () => {
      await sandbox.end('SIGTERM');
      await postgres[Symbol.asyncDispose]();
      await issuer.stop();
    },
  };
};

/** The one that the secret names, on a server that has another. */
const caregraphDatabase = async (other: string): Promise<URL> => {
  const client = new pg.Client({ connectionString: other });
  await client.connect();
  await client.query('create database caregraph');
  await client.end();
  const address = new URL(other);
  address.pathname = '/caregraph';
  return address;
};
