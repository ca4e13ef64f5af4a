import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { silentLog } from '../../platform/log.ts';
import { ROOT } from '../../platform/root.ts';
import { Secret } from '../../platform/secret.ts';
import { lockDirectory } from '../../platform/store/directory-lock.ts';
import { openStore, type StoreSettings } from '../../platform/store/owner.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { createIdentity } from '../../platform/identity.ts';
import { hasPostgres, type Postgres, startPostgres } from '../harness/postgres.ts';
import { type StoreDirectory, storeDirectory } from '../harness/store-directory.ts';

interface Writer {
  readonly child: ChildProcess;
  readonly lines: Interface;
  /** What it has said so far. */
  readonly said: readonly string[];
}

const children: ChildProcess[] = [];

const startWriter = (...args: readonly string[]): Writer => {
  const child = spawn(process.execPath, ['--import', 'tsx', join('test', 'store', 'writer.ts'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  return { child, lines, said };
};

/** Waits until it has said as many lines. */
const until = async ({ lines, said }: Writer, count: number): Promise<void> => {
  while (said.length < count) await once(lines, 'line');
};

const kill = async ({ child, lines }: Writer): Promise<void> => {
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]);
  child.kill('SIGKILL');
  await ended;
};

const codesIn = async (settings: StoreSettings): Promise<Set<string>> => {
  const owner = openStore(settings, silentLog());
  try {
    const rows = await owner.ours().ask((db) => db.selectFrom('facility').select('code').execute());
    return new Set(rows.map(({ code }) => code));
  } finally {
    await owner.close();
  }
};

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('an embedded store', () => {
  let directory: StoreDirectory;
  beforeAll(async () => {
    directory = await storeDirectory();
  }, 60_000);
  afterAll(() => directory.remove());

  it('loses nothing it has acknowledged when its process is killed in the middle of writing', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const writer = startWriter(directory.settings.dir);
      await until(writer, 40 + 35 * round);
      await kill(writer);
      acknowledged.push(...writer.said.filter((line) => line !== 'open'));
    }
    const kept = await codesIn(directory.settings);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((code) => !kept.has(code))).toEqual([]);
  }, 60_000);

  it('belongs to one process; another is told so, and gets it when the first one is gone', async () => {
    const writer = startWriter(directory.settings.dir);
    await until(writer, 2);
    const second = openStore(directory.settings, silentLog());
    await expect(second.start()).rejects.toThrow(/in use by another Caregraph/);
    expect(second.health()).toEqual([{ name: 'store', status: 'failing', code: 'SOR_UNAVAILABLE' }]);
    await expect(second.ours().ask(() => Promise.resolve())).rejects.toMatchObject({
      extensions: { code: 'SOR_UNAVAILABLE' },
    });
    await kill(writer);
    await second.start();
    expect(second.health()).toEqual([{ name: 'store', status: 'ok' }]);
    await second.close();
  }, 60_000);

  it('is opened by one of several processes that start at once', async () => {
    const fresh = await storeDirectory();
    const writers = Array.from({ length: 3 }, () => startWriter(fresh.settings.dir));
    await Promise.all(writers.map((writer) => until(writer, 1)));
    const first = writers.map(({ said }) => said[0] ?? '').toSorted((a, b) => a.localeCompare(b));
    expect(first.filter((line) => line === 'open')).toHaveLength(1);
    expect(first.filter((line) => line.startsWith('failed:') && line.includes('in use'))).toHaveLength(2);
    for (const writer of writers) if (writer.child.exitCode === null) await kill(writer);
    await fresh.remove();
  }, 60_000);
});

describe('the lock of a directory', () => {
  it.each(['short', 'long'.repeat(40)])('is had by one at a time, in the same process too: %s', async (name) => {
    const { settings, remove } = await storeDirectory();
    const dir = join(settings.dir, name);
    await mkdir(dir, { recursive: true });
    const lock = await lockDirectory(dir);
    await expect(lockDirectory(dir)).rejects.toThrow(/in use/);
    await lock.release();
    await (await lockDirectory(dir)).release();
    await remove();
  });
});

(hasPostgres() ? describe : describe.skip)('a store on a server', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(async () => postgres[Symbol.asyncDispose]());

  const settingsOf = (url: string): StoreSettings => ({
    url: new Secret(url),
    dir: '/nowhere',
    connections: 4,
    within: 5 * SECOND,
  });

  it('is migrated once by processes that start at once', async () => {
    const url = await postgres.database();
    const owners = Array.from({ length: 4 }, () => openStore(settingsOf(url), silentLog()));
    await Promise.all(owners.map((owner) => owner.start()));
    await Promise.all(owners.map((owner) => owner.close()));
    expect(await codesIn(settingsOf(url))).toEqual(new Set());
  }, 30_000);

  it('loses nothing it has acknowledged when a writing process is killed', async () => {
    const url = await postgres.database();
    const writer = startWriter('/nowhere', url);
    await until(writer, 100);
    await kill(writer);
    const kept = await codesIn(settingsOf(url));
    expect(writer.said.filter((line) => line !== 'open' && !kept.has(line))).toEqual([]);
  }, 30_000);

  it('that is away is said to be, at once, and used again when it is back', async () => {
    const url = await postgres.database();
    const owner = openStore(settingsOf(url), silentLog());
    await owner.start();
    await postgres.stop();
    const ask = async () => {
      const identity = createIdentity({
        audience: 'internal',
        purpose: 'operations',
        subject: 's',
        client: 'c',
        scopes: [],
        facilities: [],
      });
      const store = await owner.session({ identity, deadline: deadlineIn(5 * SECOND) });
      return store.ask((db) => db.selectFrom('facility').select('code').execute());
    };
    await expect(ask()).rejects.toMatchObject({ extensions: { code: 'SOR_UNAVAILABLE' } });
    expect(owner.health()).toEqual([{ name: 'store', status: 'failing', code: 'SOR_UNAVAILABLE' }]);
    await postgres.start();
    expect(await ask()).toEqual([]);
    expect(owner.health()).toEqual([{ name: 'store', status: 'ok' }]);
    await owner.close();
  }, 30_000);

  it('that is away when the process starts is waited for in the background', async () => {
    const url = await postgres.database();
    await postgres.stop();
    const owner = openStore(settingsOf(url), silentLog());
    const started = owner.start();
    await expect(owner.ours().ask(() => Promise.resolve())).rejects.toMatchObject({
      extensions: { code: 'SOR_UNAVAILABLE' },
    });
    await postgres.start();
    await started;
    expect(owner.health()).toEqual([{ name: 'store', status: 'ok' }]);
    await owner.close();
  }, 30_000);

  it('ends a statement that takes too long', async () => {
    const owner = openStore({ ...settingsOf(await postgres.database()), within: 300 }, silentLog());
    await owner.start();
    const slow = owner.ours().ask((db) => sql`select pg_sleep(20)`.execute(db));
    await expect(slow).rejects.toMatchObject({ extensions: { code: 'SOR_TIMEOUT' } });
    // Only the statement is given up, not the server.
    expect(owner.health()).toEqual([{ name: 'store', status: 'ok' }]);
    await owner.close();
  }, 30_000);

  it('gives work of one name to one process, and tells it when it has lost that', async () => {
    const url = await postgres.database();
    const [first, second] = [openStore(settingsOf(url), silentLog()), openStore(settingsOf(url), silentLog())];
    const others: (string | undefined)[] = [];
    const lost = await first.exclusively('work', async (signal) => {
      others.push(await second.exclusively('work', () => Promise.resolve('too')));
      others.push(await second.exclusively('other work', () => Promise.resolve('done')));
      const ended = once(signal, 'abort');
      await second
        .ours()
        .ask((db) =>
          sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'caregraph work'`.execute(
            db,
          ),
        );
      await ended;
      return signal.aborted;
    });
    expect([lost, ...others]).toEqual([true, undefined, 'done']);
    expect(await second.exclusively('work', () => Promise.resolve('mine'))).toBe('mine');
    await Promise.all([first.close(), second.close()]);
  }, 30_000);

  it('that refuses us is an access problem', async () => {
    const owner = openStore(settingsOf((await postgres.database()).replace('caregraph@', 'nobody@')), silentLog());
    const start = owner.start();
    start.catch(() => undefined);
    await expect(owner.ours().ask(() => Promise.resolve())).rejects.toBeDefined();
    expect(owner.health()).toEqual([{ name: 'store', status: 'failing', code: 'SOR_ACCESS' }]);
    await owner.close();
  }, 30_000);
});
