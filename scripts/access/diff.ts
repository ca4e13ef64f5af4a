import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ROOT } from '../../platform/root.ts';
import { oneWord, readArguments } from './arguments.ts';
import { type Change, type Changes, compare, inWords, rankOf } from './compare.ts';
import type { Judging } from './judging.ts';
import { EDITION, EXAMPLES, type Snapshot, takeSnapshot } from './snapshot.ts';

/** What clients gain and lose from a revision to the working tree. The revision is judged by its own code. */
export const diff = (judge: Judging, argv: readonly string[]): number => {
  const options = { documents: { type: 'string' }, 'fail-on-gain': { type: 'boolean' } } as const;
  const { values, positionals } = readArguments(argv, options);
  const documents = resolve(values.documents ?? EXAMPLES);
  const before = snapshotAt(oneWord(positionals, 'a git revision'), documents);
  const after = takeSnapshot(judge, documents);
  const fields = compare(before.fields, after.fields);
  report(judge, 'fields', fields);
  report(judge, 'operations', compare(before.operations, after.operations));
  const grave = fields.gains.filter((change) => rankOf(change) >= GRAVE);
  if (grave.length > 0) judge.print(`${grave.length} of the gains are of a class of rank ${GRAVE} or more.`);
  return values['fail-on-gain'] === true && grave.length > 0 ? 1 : 0;
};

/** About people, or what money can be stolen with. */
const GRAVE = 3;

const report = ({ print }: Judging, what: string, { gains, losses, others }: Changes): void => {
  const list = (title: string, sign: string, changes: readonly Change[]) => {
    if (changes.length > 0) print(`${what}, ${title}:`);
    for (const change of changes) print(`  ${sign} ${inWords(change)}`);
  };
  if (gains.length + losses.length + others.length === 0) print(`${what}: nothing has changed`);
  list('gained', '+', gains);
  list('lost', '-', losses);
  list('otherwise', '~', others);
};

const snapshotAt = (revision: string, documents: string): Snapshot => {
  const commit = git(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    `${revision} is no revision`,
  );
  const directory = mkdtempSync(join(tmpdir(), 'caregraph-access-'));
  try {
    execFileSync('tar', ['-x', '-C', directory], { input: archive(commit.trim()) });
    if (!existsSync(join(directory, 'scripts', 'access.ts')))
      throw new Error(`${revision} has no \`npm run access\`: what it let clients see cannot be asked of it`);
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'), 'dir');
    return read(revision, run(directory, documents));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const MOST_OUTPUT = 512 * 1024 * 1024;

const git = (args: readonly string[], problem: string): string => {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    throw new Error(problem);
  }
};

const archive = (commit: string): Buffer =>
  execFileSync('git', ['archive', '--format=tar', commit], { cwd: ROOT, maxBuffer: MOST_OUTPUT });

const run = (directory: string, documents: string): string =>
  execFileSync(
    process.execPath,
    ['--import', 'tsx', join('scripts', 'access.ts'), 'snapshot', '--documents', documents],
    { cwd: directory, encoding: 'utf8', maxBuffer: MOST_OUTPUT, stdio: ['ignore', 'pipe', 'inherit'] },
  );

const read = (revision: string, text: string): Snapshot => {
  const snapshot = JSON.parse(text) as Snapshot;
  if (snapshot.edition !== EDITION) throw new Error(`${revision} says what clients see in another form`);
  return snapshot;
};
