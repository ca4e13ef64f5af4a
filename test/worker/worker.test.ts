import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ROOT } from '../../platform/root.ts';
import { type FaultyProxy, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { type IdentitySystems, startIdentitySystems } from '../harness/identity-systems.ts';
import { hasPostgres, type Postgres, startPostgres } from '../harness/postgres.ts';

interface Line {
  readonly msg: string;
  readonly [field: string]: unknown;
}

interface Worker {
  readonly child: ChildProcess;
  readonly lines: readonly Line[];
  readonly output: () => string;
  /** Waits until it has logged as many lines of an event. */
  logged(event: string, times?: number): Promise<Line>;
}

const children: ChildProcess[] = [];

/** Starts the process; what it logs can be waited for. */
const startWorker = (
  systems: IdentitySystems,
  database: string,
  env: Readonly<Record<string, string>> = {},
): Worker => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'subgraphs/worker.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: '0',
      LOG_LEVEL: 'debug',
      DATABASE_URL: database,
      ...systems.env,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const lines: Line[] = [];
  let output = '';
  const reader = createInterface({ input: child.stderr });
  reader.on('line', (line) => {
    output += `${line}\n`;
    if (line.startsWith('{')) lines.push(JSON.parse(line) as Line);
  });
  const logged = async (event: string, times = 1): Promise<Line> => {
    for (;;) {
      const found = lines.filter(({ msg }) => msg === event)[times - 1];
      if (found !== undefined) return found;
      await once(reader, 'line');
    }
  };
  return { child, lines, output: () => output, logged };
};

/** Where it says that it listens. */
const addressOf = async ({ child }: Worker): Promise<string> => {
  let text = '';
  if (child.stdout === null) throw new Error('it has no output');
  for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    const url = /ready: worker at (\S+)\n/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('it has not said where');
};

const ended = async ({ child }: Worker, signal: NodeJS.Signals): Promise<number | null> => {
  const exit = once(child, 'exit') as Promise<[number | null]>;
  child.kill(signal);
  return (await exit)[0];
};

(hasPostgres() ? describe : describe.skip)('the worker', () => {
  let postgres: Postgres;
  let systems: IdentitySystems;
  beforeAll(async () => {
    [postgres, systems] = await Promise.all([startPostgres(), startIdentitySystems()]);
  }, 60_000);
  const proxies: FaultyProxy[] = [];
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.stop();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await systems.billing.faults.clear();
  });
  afterAll(async () => {
    await systems?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
  });

  const count = async (database: string, table: string): Promise<number> => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    await client.end();
    return rows[0]?.n ?? 0;
  };
  /** A worker in the middle of its run: patients have been read, and the practitioners it asks for do not come. */
  const startStuck = async (database: string): Promise<{ readonly worker: Worker; readonly proxy: FaultyProxy }> => {
    const proxy = await startFaultyProxy(systems.scheduling.url);
    proxies.push(proxy);
    const isPractitioner = ({ path }: { readonly path: string }) => path.includes('/Practitioner');
    proxy.hang({ when: isPractitioner });
    const worker = startWorker(systems, database, { FHIR_SCHEDULING_URL: proxy.url });
    await proxy.until(() => proxy.requests.some(isPractitioner));
    return { worker, proxy };
  };

  it('does what is due, says so in numbers alone, and ends when it is asked to', async () => {
    const database = await postgres.database();
    const worker = startWorker(systems, database);
    const url = await addressOf(worker);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const done = await worker.logged('job:done');
    expect(done).toMatchObject({ job: 'identities', duplicates: 2, gone: 0, closed: 0, findings: 4 });
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
      status: 'ok',
      dependencies: [
        { name: 'store', status: 'ok', dependencies: [{ name: 'store', status: 'ok' }] },
        { name: 'jobs', status: 'ok', dependencies: [{ name: 'identities', status: 'ok' }] },
      ],
    });
    expect(await ended(worker, 'SIGTERM')).toBe(0);
    expect(worker.output()).not.toMatch(/Ada|PT-\d|E-00|http:/);
  }, 60_000);

  it('killed in the middle is begun again by the next, and comes to the same', async () => {
    const [whole, broken] = [await postgres.database(), await postgres.database()];
    await startWorker(systems, whole).logged('job:done');
    const { worker } = await startStuck(broken);
    await ended(worker, 'SIGKILL');
    expect(await count(broken, `owner_record where entity_type = 'Patient' and system = 'scheduling'`)).toBe(4);
    expect(await count(broken, `cross_reference where source = 'identities'`)).toBe(0);
    await startWorker(systems, broken).logged('job:done');
    for (const table of ['cross_reference', 'duplicate_candidate', 'finding', 'owner_record'])
      expect([table, await count(broken, table)]).toEqual([table, await count(whole, table)]);
  }, 60_000);

  it('leaves a run in the middle when it is asked to end', async () => {
    const database = await postgres.database();
    const { worker } = await startStuck(database);
    expect(await ended(worker, 'SIGTERM')).toBe(0);
    expect(await count(database, 'job_run where finished_at is null')).toBe(1);
  }, 60_000);

  it('works while others do not, until it has done what is due', async () => {
    const database = await postgres.database();
    const { worker } = await startStuck(database);
    systems.billing.calls.reset();
    const idle = startWorker(systems, database);
    await idle.logged('job:elsewhere');
    expect(systems.billing.calls.all.filter(({ url }) => url.startsWith('/Patient'))).toEqual([]);
    await ended(worker, 'SIGKILL');
    await startWorker(systems, database).logged('job:done');
    await startWorker(systems, database).logged('job:not-due');
  }, 60_000);

  it('says which system was away, is not ready then, and does the rest', async () => {
    const database = await postgres.database();
    await systems.billing.faults.refuse();
    const worker = startWorker(systems, database);
    const url = await addressOf(worker);
    const { undone, read } = await worker.logged('job:incomplete');
    expect(undone).toEqual(['billing Patient: SOR_UNAVAILABLE', 'billing Payer: SOR_UNAVAILABLE']);
    expect(read).toBeGreaterThan(20);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  }, 60_000);

  it('does nothing where that is set, and is well', async () => {
    const worker = startWorker(systems, await postgres.database(), { IDENTITIES_EVERY: '0' });
    const url = await addressOf(worker);
    await worker.logged('store:opened');
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ok' });
    expect(worker.lines.filter(({ msg }) => msg.startsWith('job:'))).toEqual([]);
  }, 60_000);
});
