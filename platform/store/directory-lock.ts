import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../time.ts';
import { StoreError } from './store-error.ts';

/** Kept until it is released, or its process ends in whatever way. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/** Longest path of a socket that every system takes. */
const MAX_PATH = 100;
/** How long somebody may take to clear away what a killed process has left. */
const CLEARING = 10 * SECOND;

/**
 * Makes this process the only one that uses a directory.
 *
 * The lock is a socket that is listened on: the system closes it with its process, so that what a killed process leaves
 * behind is told from a process at work without trusting process ids, which are given out again.
 *
 * @throws StoreError when another process has it
 */
export const lockDirectory = async (dir: string): Promise<DirectoryLock> => {
  const path = await socketPath(dir);
  for (;;) {
    const server = await listenAt(path);
    if (server !== undefined) return { release: () => close(server) };
    if (await isAnswered(path))
      throw new StoreError(`${dir} is in use by another Caregraph. Stop it, or set another CAREGRAPH_DATA.`);
    await clearAway(path);
  }
};

const socketPath = async (dir: string): Promise<string> => {
  const real = await realpath(dir);
  const name = `caregraph-${createHash('sha256').update(real).digest('hex').slice(0, 24)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const beside = join(real, '.lock');
  return Buffer.byteLength(beside) <= MAX_PATH ? beside : join(tmpdir(), `${name}.lock`);
};

const listenAt = async (path: string): Promise<Server | undefined> => {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(path);
    await once(server, 'listening');
    server.unref();
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
};

const isAnswered = async (path: string): Promise<boolean> => {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

/** One at a time, or the second would take away what the first has put there since. */
const clearAway = async (path: string): Promise<void> => {
  const mark = `${path}.clearing`;
  try {
    await writeFile(mark, '', { flag: 'wx' });
  } catch {
    const since = await stat(mark).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - since > CLEARING) await rm(mark, { force: true });
    await pause(50);
    return;
  }
  try {
    if (!(await isAnswered(path))) await rm(path, { force: true });
  } finally {
    await rm(mark, { force: true });
  }
};

const close = async (server: Server): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  await closed;
};
