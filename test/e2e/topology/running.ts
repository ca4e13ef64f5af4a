import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { ROOT } from '../../../platform/root.ts';
import type { ServiceProcess } from '../../harness/services.ts';
import { SECOND } from '../../../platform/time.ts';

export type Ending = readonly [code: number | null, signal: NodeJS.Signals | null];

/** A process of a service. */
export interface Running {
  readonly child: ChildProcess;
  /** The line by which it has said that it is ready. */
  readonly said: string;
  /** What it has written to standard error so far, line by line. */
  readonly log: readonly string[];
  /** Sends the signal and waits until it has ended; one that does not is killed. */
  end(signal: NodeJS.Signals): Promise<Ending>;
}

/**
 * Starts a process, and resolves when it has said that it is ready and its health check finds it well.
 *
 * @throws when it ends before, with the last that it has said
 */
export const run = async (id: string, { command, environment, healthcheck }: ServiceProcess): Promise<Running> => {
  const [program = '', ...args] = command;
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const exited = once(child, 'exit') as Promise<unknown> as Promise<Ending>;
  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    return exited.finally(() => clearTimeout(timer));
  };
  try {
    const said = await ready(child, exited, () => `${id} ended before it was ready:\n${log.slice(-5).join('\n')}`);
    const [check, ...rest] = healthcheck ?? [];
    if (check !== undefined) await promisify(execFile)(check, rest, { cwd: ROOT, env });
    return { child, said, log, end };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
};

/** Longer than the product gives requests to finish. */
const PATIENCE = 20 * SECOND;

/** Ours say it in their first line, Redis in one of many. */
const READY = /^ready: |^\{"url":|Ready to accept connections/;

const ready = async (child: ChildProcess, exited: Promise<Ending>, problem: () => string): Promise<string> => {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const said = new Promise<string>((resolve) => {
    lines.on('line', (line) => {
      if (READY.test(line)) resolve(line);
    });
  });
  const ended = exited.then((): never => {
    throw new Error(problem());
  });
  ended.catch(() => undefined);
  return Promise.race([said, ended]);
};
