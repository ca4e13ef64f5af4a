import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../root.ts';

/** An empty database, made by `npm run build`. */
export const TEMPLATE = join(ROOT, 'dist', 'store-template');

/**
 * Puts a database directory at `dir` where there is none: a copy of the template, or a new one.
 *
 * A new one takes seconds and hundreds of megabytes, so it is made by a process that ends. Whatever breaks off, at `dir`
 * is a whole directory or none.
 */
export const prepareDirectory = async (dir: string): Promise<void> => {
  if (await exists(dir)) return;
  const growing = `${dir}.new-${process.pid}`;
  await rm(growing, { recursive: true, force: true });
  await mkdir(dirname(dir), { recursive: true, mode: 0o700 });
  try {
    if (await exists(TEMPLATE)) await cp(TEMPLATE, growing, { recursive: true });
    else await makeElsewhere(growing);
    await rename(growing, dir);
  } catch (error) {
    await rm(growing, { recursive: true, force: true });
    // Somebody else was faster, with the same.
    if (!(await exists(dir))) throw error;
  }
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const makeElsewhere = async (dir: string): Promise<void> => {
  const loader = import.meta.filename.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const script = join(import.meta.dirname, `make-directory${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`);
  const child = spawn(process.execPath, [...loader, script, dir], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the database directory could not be made');
};
