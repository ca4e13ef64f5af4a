import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The token of a data directory: made at random once, and the same from then on. */
export const tokenOf = (dataDir: string | undefined): string => {
  const made = randomBytes(32).toString('base64url');
  if (dataDir === undefined) return made;
  const file = join(dataDir, 'token');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, made, { flag: 'wx', mode: 0o600 });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(file, 'utf8').trim();
  }
};
