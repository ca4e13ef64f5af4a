import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { freePorts } from './free-ports.ts';

/** A PostgreSQL server of this test alone. */
export interface Postgres extends AsyncDisposable {
  /** Address of a new, empty database. */
  database(): Promise<string>;
  /** Stops it, and starts it again where it was. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';

const newest = (): string | undefined => {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number).filter(Number.isFinite) : [];
  const bin = join(DEBIAN, String(Math.max(0, ...versions)), 'bin');
  return existsSync(join(bin, 'initdb')) ? bin : undefined;
};

const bin = newest();

/** Whether this machine has a PostgreSQL. Where CI has been able to install one, it has to. */
export const hasPostgres = (): boolean => {
  if (bin !== undefined) return true;
  if (process.env['CI'] !== undefined && process.env['CI_WITHOUT_POSTGRESQL'] === undefined)
    throw new Error(`no PostgreSQL in ${DEBIAN}`);
  return false;
};

/** Starts a server on a free port of this machine, with nothing in it. It trusts whoever can reach it. */
export const startPostgres = async (): Promise<Postgres> => {
  if (bin === undefined) throw new Error('ask hasPostgres() first');
  const owner = unprivileged();
  const dir = await mkdtemp(join(tmpdir(), 'caregraph-pg-'));
  if ('uid' in owner) chownSync(dir, owner.uid, owner.gid);
  const data = join(dir, 'data');
  const options = { cwd: dir, ...owner };
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'caregraph', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...options, stdio: 'ignore' },
  );
  const [port = 0] = await freePorts(1);
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = ['-D', data, '-p', String(port), '-k', dir, '-h', '127.0.0.1', '-c', 'fsync=off'];
    server = spawn(join(bin, 'postgres'), args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = createInterface({ input: server.stderr as NodeJS.ReadableStream });
    for await (const line of lines) if (line.includes('ready to accept connections')) break;
    server.stderr?.resume();
  };
  const stop = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null) return;
    const exit = once(server, 'exit');
    // Fast shutdown: it does not wait for its clients.
    server.kill('SIGINT');
    await exit;
  };
  const urlOf = (database: string): string => `postgres://caregraph@127.0.0.1:${port}/${database}`;
  await start();
  let databases = 0;
  return {
    start,
    stop,
    database: async () => {
      databases += 1;
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      await client.connect();
      await client.query(`create database test_${databases}`);
      await client.end();
      return urlOf(`test_${databases}`);
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** PostgreSQL does not run as root. */
const unprivileged = (): { readonly uid: number; readonly gid: number } | Record<string, never> => {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
};
