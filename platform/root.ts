import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const findRoot = (dir: string): string => {
  if (existsSync(join(dir, 'package.json'))) return dir;
  const parent = dirname(dir);
  if (parent === dir) throw new Error('no package.json above this file');
  return findRoot(parent);
};

/** The folder of `package.json`, whether the code runs from its source or compiled from `dist/`. */
export const ROOT = findRoot(import.meta.dirname);

/** Where a file that is not compiled lies, given the folder of the module that wants it. */
export const besideSource = (moduleDir: string, file: string): string => {
  const [first, ...rest] = relative(ROOT, moduleDir).split(sep);
  return join(ROOT, ...(first === 'dist' ? rest : [first ?? '', ...rest]), file);
};
