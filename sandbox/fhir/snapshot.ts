import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FhirDomain } from './domains.ts';
import type { Resource } from './resource.ts';
import type { FhirSeed } from './seed.ts';
import { fingerprintOf } from './seed/edition.ts';

/**
 * The seed of a domain as it lies in a data directory: a line with its fingerprint, then a line for each resource.
 *
 * Making it takes Odoo's seed and ten times the memory of what comes of it. A process of its own does that, once:
 * `program` with `--write-snapshot`.
 */
export const seedFrom = async (
  dataDir: string,
  domain: FhirDomain,
  scale: number,
  program: readonly string[],
): Promise<FhirSeed> => {
  const path = snapshotPath(dataDir, domain);
  const fingerprint = fingerprintOf(domain, { scale });
  if (!isOf(path, fingerprint)) await makeIn(program);
  return { fingerprint, resources: linesOf(path) };
};

/** Whole or not at all: it is written elsewhere and renamed. */
export const writeSnapshot = (dataDir: string, domain: FhirDomain, { fingerprint, resources }: FhirSeed): void => {
  const lines = [JSON.stringify({ seed: fingerprint }), ...[...resources].map((resource) => JSON.stringify(resource))];
  const path = snapshotPath(dataDir, domain);
  writeFileSync(`${path}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
};

const snapshotPath = (dataDir: string, domain: FhirDomain): string => join(dataDir, `${domain}-seed.jsonl`);

const isOf = (path: string, fingerprint: string): boolean => {
  if (!existsSync(path)) return false;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(300);
    const [line = ''] = head.toString('utf8', 0, readSync(file, head)).split('\n');
    return line === JSON.stringify({ seed: fingerprint });
  } finally {
    closeSync(file);
  }
};

const makeIn = async (program: readonly string[]): Promise<void> => {
  // Whatever room the server itself is given: here it is quick work that counts.
  const child = spawn(process.execPath, [...process.execArgv, '--max-semi-space-size=32', ...program], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`making the seed ended with ${String(code)}`);
};

function* linesOf(path: string): Generator<Resource> {
  const bytes = readFileSync(path);
  for (let start = bytes.indexOf(0x0a) + 1; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    yield JSON.parse(bytes.toString('utf8', start, end)) as Resource;
    start = end + 1;
  }
}
