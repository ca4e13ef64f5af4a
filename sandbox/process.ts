import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from '../platform/root.ts';
import { SECOND } from '../platform/time.ts';

/** What a stand-in prints as its first line: where it answers, and what else its users must know. */
export interface Ready {
  readonly pid: number;
  readonly url: string;
  /** Also answered at `GET /sandbox/instance`. Told apart from another process that has taken pid or port since. */
  readonly instance: string;
}

export interface SandboxProcess {
  stop(): Promise<void>;
}

export interface AttachOptions {
  /** What the program is told, beside directory and port. */
  readonly args?: readonly string[];
  /** Folder of `sandbox/` with the program, where that is not the name. */
  readonly program?: string;
  /** For Node. */
  readonly flags?: readonly string[];
}

/**
 * Finds the stand-in of a data directory that goes by `name`, or starts it: `sandbox/<program>/main.ts`.
 *
 * It is a process of its own, as the real system would be: when the gateway is killed it lives on with what it has
 * committed, and the next start of the gateway finds it again.
 */
export const attachSandbox = async <R extends Ready>(
  name: string,
  dataDir: string,
  options: AttachOptions = {},
): Promise<R & SandboxProcess> => {
  const dir = join(dataDir, name);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'process.json');
  const running = (await findRunning<R>(file)) ?? (await start<R>(dir, { program: name, ...options }));
  await writeFile(file, JSON.stringify(running), { mode: 0o600 });
  return { ...running, stop: () => stop(running, file) };
};

const findRunning = async <R extends Ready>(file: string): Promise<R | undefined> => {
  try {
    const running = JSON.parse(await readFile(file, 'utf8')) as R;
    const response = await fetch(`${running.url}/sandbox/instance`, { signal: AbortSignal.timeout(2 * SECOND) });
    return (await response.text()) === running.instance ? running : undefined;
  } catch {
    return undefined;
  }
};

const start = async <R extends Ready>(
  dir: string,
  { program, args = [], flags = [] }: AttachOptions & { readonly program: string },
): Promise<R> => {
  const [script, loader] = import.meta.filename.endsWith('.ts')
    ? [join(ROOT, 'sandbox', program, 'main.ts'), ['--import', 'tsx']]
    : [join(ROOT, 'dist', 'sandbox', program, 'main.js'), []];
  const child = spawn(process.execPath, [...flags, ...loader, script, '--data-dir', dir, '--port', '0', ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the sandbox of ${program} ended with ${String(code)} before it was ready`);
    }),
  ])) as [string];
  lines.close();
  child.stdout.destroy();
  child.unref();
  return JSON.parse(line) as R;
};

const stop = async ({ pid }: Ready, file: string): Promise<void> => {
  await rm(file, { force: true });
  if (!signal(pid, 'SIGTERM')) return;
  for (let waited = 0; waited < 5 * SECOND && signal(pid, 0); waited += 50) await pause(50);
  signal(pid, 'SIGKILL');
};

const signal = (pid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
};
