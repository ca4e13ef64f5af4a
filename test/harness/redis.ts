import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Secret } from '../../platform/secret.ts';
import { freePorts } from './free-ports.ts';

/** Whether this machine has a Redis. Where CI has been able to install one, it has to. */
export const hasRedis = (): boolean => {
  if (spawnSync('redis-server', ['--version']).status === 0) return true;
  if (process.env['CI'] !== undefined && process.env['CI_WITHOUT_REDIS'] === undefined)
    throw new Error('no redis-server');
  return false;
};

/** A Redis of this test alone, with nothing in it. */
export interface TestRedis extends AsyncDisposable {
  readonly url: Secret;
  /** Connections are taken and nothing is answered, until `resume`. */
  stall(): void;
  resume(): void;
  /** Gone without a word; `start` begins with nothing. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export const startRedis = async (): Promise<TestRedis> => {
  const dir = await mkdtemp(join(tmpdir(), 'caregraph-redis-'));
  const [port = 0] = await freePorts(1);
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'];
    server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
    for await (const line of lines) if (line.includes('Ready to accept connections')) break;
    server.stdout?.resume();
  };
  const kill = async (): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  };
  await start();
  return {
    url: new Secret(`redis://127.0.0.1:${port}`),
    stall: () => server?.kill('SIGSTOP'),
    resume: () => server?.kill('SIGCONT'),
    kill,
    start,
    [Symbol.asyncDispose]: async () => {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
