import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from '../../platform/root.ts';
import { SECOND } from '../../platform/time.ts';

/** Where the sandbox answers, and how to log in. */
export interface OdooSandboxProcess {
  readonly url: string;
  readonly db: string;
  readonly login: string;
  readonly apiKey: string;
  stop(): Promise<void>;
}

interface Running {
  readonly pid: number;
  readonly url: string;
  readonly db: string;
  readonly login: string;
  readonly apiKey: string;
  /** Told apart from another process that has taken the pid or the port since. */
  readonly instance: string;
}

/**
 * Finds the sandbox Odoo of a data directory, or starts it.
 *
 * It is a process of its own, as a real Odoo would be: when the gateway is killed it lives on with what it has
 * committed, and the next start of the gateway finds it again.
 */
export const attachOdooSandbox = async (dataDir: string): Promise<OdooSandboxProcess> => {
  const dir = join(dataDir, 'odoo');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'process.json');
  const running = (await findRunning(file)) ?? (await start(dir));
  await writeFile(file, JSON.stringify(running), { mode: 0o600 });
  return { ...running, stop: () => stop(running, file) };
};

const findRunning = async (file: string): Promise<Running | undefined> => {
  try {
    const running = JSON.parse(await readFile(file, 'utf8')) as Running;
    const response = await fetch(`${running.url}/sandbox/instance`, { signal: AbortSignal.timeout(2 * SECOND) });
    return (await response.text()) === running.instance ? running : undefined;
  } catch {
    return undefined;
  }
};

const start = async (dir: string): Promise<Running> => {
  const [script, loader] = import.meta.filename.endsWith('.ts')
    ? [join(ROOT, 'sandbox', 'odoo', 'main.ts'), ['--import', 'tsx']]
    : [join(ROOT, 'dist', 'sandbox', 'odoo', 'main.js'), []];
  const child = spawn(process.execPath, [...loader, script, '--data-dir', dir, '--port', '0'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the sandbox Odoo ended with ${String(code)} before it was ready`);
    }),
  ])) as [string];
  lines.close();
  child.stdout.destroy();
  child.unref();
  return JSON.parse(line) as Running;
};

const stop = async ({ pid }: Running, file: string): Promise<void> => {
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
