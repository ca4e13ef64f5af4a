import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from '../root.ts';

const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** An empty database, made by `npm run build`. Each version of PGlite has its own: its files may differ. */
export const TEMPLATE = join(ROOT, 'dist', `store-template-${dependencies['@electric-sql/pglite']}`);

/** Makes the template where there is none. Of several processes that do so at once, one leaves it behind. */
export const prepareTemplate = (): Promise<void> => put(TEMPLATE, `${TEMPLATE}.new-${process.pid}`, makeElsewhere);

/**
 * Puts a database directory at `dir` where there is none: a copy of the template, or a new one. The caller has locked the
 * place. Whatever breaks off, at `dir` is a whole directory or none.
 */
export const prepareDirectory = (dir: string): Promise<void> =>
  put(dir, `${dir}.new`, async (growing) => {
    if (await exists(TEMPLATE)) await cp(TEMPLATE, growing, { recursive: true });
    else await makeElsewhere(growing);
  });

const put = async (dir: string, growing: string, make: (dir: string) => Promise<void>): Promise<void> => {
  if (await exists(dir)) return;
  await rm(growing, { recursive: true, force: true });
  await mkdir(dirname(dir), { recursive: true, mode: 0o700 });
  try {
    await make(growing);
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

/** Making a database takes seconds and hundreds of megabytes, so it is done by a process that ends. */
const makeElsewhere = async (dir: string): Promise<void> => {
  const isSource = import.meta.filename.endsWith('.ts');
  const script = join(import.meta.dirname, `make-directory${isSource ? '.ts' : '.js'}`);
  const args = [...(isSource ? ['--import', 'tsx'] : []), script, dir];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error('the database directory could not be made');
};
