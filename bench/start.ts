/**
 * How long `npm start` takes and how much memory all its processes have: twice, first with nothing built and no data, then
 * with both. Linux only: memory is read from /proc.
 *
 *   npx tsx bench/start.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from '../platform/root.ts';

interface Memory {
  /** Bytes, what processes share divided among them (PSS). */
  readonly proportional: number;
  /** Bytes, what processes share counted for each (RSS). */
  readonly resident: number;
  readonly processes: number;
}

interface Start {
  /** Milliseconds from the command to `/readyz` being well. */
  readonly ready: number;
  /** The most there was until then. */
  readonly peak: Memory;
  /** What there is once each query of the examples has been answered. */
  readonly after: Memory;
}

const EVERY = 100;
const LONGEST = 180_000;
const MB = 1_000_000;

const main = async (): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'caregraph-start-'));
  try {
    await rm(join(ROOT, 'dist'), { recursive: true, force: true });
    console.log(`load before: ${loadavg()[0]?.toFixed(2)}`);
    report('first start', await measure(dataDir));
    report('later start', await measure(dataDir));
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

const measure = async (dataDir: string): Promise<Start> => {
  const begin = Date.now();
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: { ...process.env, CAREGRAPH_DATA: dataDir, PORT: '0', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  try {
    let peak: Memory = { proportional: 0, resident: 0, processes: 0 };
    while (!(await isReady(said))) {
      if (child.exitCode !== null || Date.now() - begin > LONGEST) throw new Error('it did not become ready');
      const now = memoryOf(child.pid ?? 0);
      if (now.proportional > peak.proportional) peak = now;
      await pause(EVERY);
    }
    const ready = Date.now() - begin;
    await askExamples(said);
    return { ready, peak, after: memoryOf(child.pid ?? 0) };
  } finally {
    await stop(child);
  }
};

const urlIn = (said: string): string | undefined => /graph +(\S+)\/graphql/.exec(said)?.[1];

const isReady = async (said: string): Promise<boolean> => {
  const url = urlIn(said);
  if (url === undefined || !said.includes('Queries to paste')) return false;
  return (await fetch(`${url}/readyz`)).status === 200;
};

const askExamples = async (said: string): Promise<void> => {
  const token = /^(ey\S+)$/m.exec(said)?.[1] ?? '';
  for (const [query] of said.matchAll(/^query [^]*?^}$/gm)) {
    const response = await fetch(`${urlIn(said)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    const { errors } = (await response.json()) as { readonly errors?: unknown };
    if (errors !== undefined) throw new Error('an example was answered with errors');
  }
};

/** A process and all it has started. */
const familyOf = (root: number): readonly number[] => {
  const parents = new Map(readdirSync('/proc').flatMap((name) => parentOf(name)));
  const isBelow = (pid: number): boolean => pid === root || (parents.has(pid) && isBelow(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(isBelow);
};

const memoryOf = (root: number): Memory => {
  const sums = familyOf(root).map(rollupOf);
  return {
    proportional: sums.reduce((sum, each) => sum + each.proportional, 0),
    resident: sums.reduce((sum, each) => sum + each.resident, 0),
    processes: sums.length,
  };
};

const parentOf = (name: string): readonly (readonly [number, number])[] => {
  try {
    // `pid (comm) state ppid …`; the name may hold anything, brackets included.
    const stat = readFileSync(`/proc/${Number(name)}/stat`, 'utf8');
    return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
  } catch {
    return [];
  }
};

const rollupOf = (pid: number): Omit<Memory, 'processes'> => {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const bytes = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
    return { proportional: bytes('Pss'), resident: bytes('Rss') };
  } catch {
    // It has ended in the meantime.
    return { proportional: 0, resident: 0 };
  }
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.pid === undefined) return;
  const family = familyOf(child.pid);
  process.kill(-child.pid, 'SIGTERM');
  await once(child, 'exit');
  // The sandboxes are stopped by the product, which may outlive npm.
  while (family.some((pid) => parentOf(String(pid)).length > 0)) await pause(EVERY);
};

const report = (title: string, { ready, peak, after }: Start): void => {
  console.log(`${title}: ready after ${(ready / 1000).toFixed(1)} s`);
  console.log(`  most until then: ${textOf(peak)}`);
  console.log(`  after the examples: ${textOf(after)}`);
};

const textOf = ({ proportional, resident, processes }: Memory): string =>
  `${Math.round(proportional / MB)} MB (RSS ${Math.round(resident / MB)} MB) in ${processes} processes`;

await main();
