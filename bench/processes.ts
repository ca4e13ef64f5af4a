import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';

export interface Cores {
  /** The core gateways run on, and the others. `undefined`: nothing is pinned. */
  readonly gateway: string | undefined;
  readonly others: string | undefined;
}

/** The last core for the gateway alone, all others for load and subgraphs. */
export const shareCores = (): Cores => {
  const count = availableParallelism();
  const canPin = count > 1 && spawnSync('taskset', ['--version']).status === 0;
  if (!canPin) {
    console.warn('warning: not pinned to cores (needs taskset and two cores); ratios are worth little');
    return { gateway: undefined, others: undefined };
  }
  return { gateway: String(count - 1), others: count === 2 ? '0' : `0-${count - 2}` };
};

export interface StartOptions {
  readonly core: string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ipc?: boolean;
}

/** Runs node with `arguments_`. It is stopped with {@link stop}, at the latest when this process ends. */
export const start = (arguments_: readonly string[], options: StartOptions): ChildProcess => {
  const { core, environment = {}, ipc = false } = options;
  const pin = core === undefined ? [] : ['taskset', '-c', core];
  const [program, ...rest] = [...pin, process.execPath, ...arguments_] as [string, ...string[]];
  const child = spawn(program, rest, {
    env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true', ...environment },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
};

/** Asks a child to end, and ends it when it has not after `patience` milliseconds. */
export const stop = async (child: ChildProcess, patience = 3000): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), patience);
  await exited;
  clearTimeout(impatience);
};

const children = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

/**
 * Resolves to the address in the line `ready: … http://…` on the standard output.
 *
 * @throws with the last line of its standard error when the process ends before, or takes longer than 60 s
 */
export const addressOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = '';
    let complained = '';
    const patience = setTimeout(() => reject(new Error('did not get ready')), 60_000);
    child.stdout?.on('data', (chunk: Buffer) => {
      if (said.length > 10_000) return;
      said += chunk.toString();
      const address = /^ready: .*?(http:\S+)$/m.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(patience);
      resolve(address);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      complained = `${complained}${chunk.toString()}`.slice(-20_000);
    });
    child.once('exit', () => {
      clearTimeout(patience);
      reject(new Error(/^\w*Error.*$/m.exec(complained)?.[0] ?? complained.trim().split('\n').at(-1) ?? 'ended'));
    });
  });

/** Resolves to the child's next message that `pick` makes something of. */
export const message = <Sent, T>(child: ChildProcess, pick: (message: Sent) => T | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const onExit = (): void => reject(new Error('a child process of the benchmark ended'));
    const onMessage = (sent: Sent): void => {
      const picked = pick(sent);
      if (picked === undefined) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(picked);
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
