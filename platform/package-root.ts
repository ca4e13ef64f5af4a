import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Absolute path of a file of this package that the compiler does not carry along (a schema, a page), given from the
 * package's root. The same whether this runs from source or from `dist/`.
 */
export const packageFile = (path: string): string => join(root, path);

const rootAbove = (directory: string): string => {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('no package.json above this file');
  return rootAbove(parent);
};

const root = rootAbove(import.meta.dirname);
