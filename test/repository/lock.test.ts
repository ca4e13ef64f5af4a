import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const ROOT = join(import.meta.dirname, '../..');
const readLock = (file: string): Lock => JSON.parse(readFileSync(file, 'utf8')) as Lock;

describe('package-lock.json', () => {
  const { packages } = readLock(join(ROOT, 'package-lock.json'));

  it('has an entry for every optional dependency, so that npm ci works on every platform', () => {
    expect(optionalWithoutEntry(packages)).toEqual([]);
  });

  it('names no registry: whoever installs uses their own', () => {
    const located = Object.entries(packages).filter(([, { resolved }]) => resolved !== undefined);
    expect(located.map(([path]) => path)).toEqual([]);
  });

  it('pins by hash everything but platform packages the registry in use did not carry', () => {
    const unpinned = Object.entries(packages).filter(([path, entry]) => path !== '' && entry.integrity === undefined);
    const surprising = unpinned.filter(([, { optional, os }]) => optional !== true || os === undefined);
    expect(surprising.map(([path]) => path)).toEqual([]);
  });
});

describe('complete-lock', () => {
  const dir = mkdtempSync(join(tmpdir(), 'caregraph-lock-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'package-lock.json');
  const complete = (packages: Lock['packages']) => {
    writeFileSync(file, JSON.stringify({ lockfileVersion: 3, packages }));
    return spawnSync(process.execPath, [join(ROOT, 'scripts/complete-lock.mjs'), file], { encoding: 'utf8' });
  };

  it('adds a dropped platform package with the version of its parent and the platform of its name', () => {
    complete(tool({ '@tool/linux-arm-musleabihf': '2.0.0', '@tool/core-win32-ia32-msvc': '2.0.0' }));
    expect(readLock(file).packages).toMatchObject({
      'node_modules/@tool/linux-arm-musleabihf': {
        version: '2.0.0',
        os: ['linux'],
        cpu: ['arm'],
        libc: ['musl'],
        dev: true,
        optional: true,
      },
      'node_modules/@tool/core-win32-ia32-msvc': { version: '2.0.0', os: ['win32'], cpu: ['ia32'] },
    });
  });

  it('leaves what is there as it is, wherever it is nested', () => {
    const there = {
      ...tool({ '@tool/darwin-x64': '2.0.0' }),
      'node_modules/tool/node_modules/@tool/darwin-x64': { version: '2.0.0', integrity: 'sha512-made-up' },
    };
    expect(complete(there).stdout).toContain('0 missing');
    expect(readLock(file).packages).toEqual(there);
  });

  it('does not count an entry that its parent cannot reach', () => {
    complete({
      ...tool({ '@tool/darwin-x64': '2.0.0' }),
      'node_modules/other/node_modules/@tool/darwin-x64': { version: '1.0.0' },
    });
    expect(readLock(file).packages['node_modules/@tool/darwin-x64']?.version).toBe('2.0.0');
  });

  it('changes nothing the second time', () => {
    complete(tool({ '@tool/darwin-x64': '2.0.0' }));
    const once = readLock(file).packages;
    complete(once);
    expect(readLock(file).packages).toEqual(once);
  });

  it.each([
    ['a range', { '@tool/darwin-x64': '^2.0.0' }, 'not pinned exactly'],
    ['a name that tells no platform', { 'tool-helper': '2.0.0' }, 'does not tell a platform'],
  ])('refuses to guess from %s', (_, optionalDependencies, reason) => {
    const { status, stderr } = complete(tool(optionalDependencies));
    expect(status).not.toBe(0);
    expect(stderr).toContain(reason);
  });
});

const optionalWithoutEntry = (packages: Lock['packages']): readonly string[] =>
  Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !foldersFrom(parent).some((folder) => `${folder}node_modules/${name}` in packages))
      .map((name) => `${parent} -> ${name}`),
  );

/** `node_modules/a/node_modules/b` looks in itself, in `node_modules/a` and in the project. */
const foldersFrom = (path: string): readonly string[] => {
  const parts = path.split('/node_modules/');
  return ['', ...parts.map((_, depth) => `${parts.slice(0, depth + 1).join('/node_modules/')}/`)].filter(
    (f) => f !== '/',
  );
};

const tool = (optionalDependencies: Readonly<Record<string, string>>) => ({
  '': {},
  'node_modules/tool': { version: '2.0.0', dev: true, optionalDependencies },
});
