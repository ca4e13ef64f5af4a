import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const SUMMARY = join(import.meta.dirname, '../../.ci/summary.mjs');

describe('the summary of a CI run', () => {
  const dir = mkdtempSync(join(tmpdir(), 'caregraph-summary-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  const phasesFile = join(dir, 'phases.tsv');
  const summarise = (...phases: readonly (readonly (string | number)[])[]) => {
    writeFileSync(phasesFile, phases.map((phase) => `${phase.join('\t')}\n`).join(''));
    const { stdout, status } = spawnSync(process.execPath, [SUMMARY, phasesFile], { encoding: 'utf8' });
    return { stdout, status, last: stdout.trimEnd().split('\n').at(-1) };
  };
  const results = (name: string, counts: Readonly<Record<string, unknown>>): string => {
    const file = join(dir, `${name}.json`);
    writeFileSync(file, JSON.stringify({ ...NOTHING_RAN, ...counts }));
    return file;
  };

  it('adds tests of all runs and one per check, and passes when nothing failed', () => {
    const unit = results('unit', { numPassedTests: 40 });
    const contract = results('contract', { numPassedTests: 2 });
    const run = summarise(['check', 'lint', 0, ''], ['jest', 'unit', 0, unit], ['jest', 'contract', 0, contract]);
    expect(run).toMatchObject({ last: '43 passed, 0 failed', status: 0 });
  });

  it('names the test that failed', () => {
    const testResults = [
      {
        name: 'a.test.ts',
        status: 'failed',
        message: '',
        assertionResults: [{ status: 'failed', fullName: 'adds up' }],
      },
    ];
    const unit = results('unit', { numPassedTests: 3, numFailedTests: 1, testResults });
    const run = summarise(['jest', 'unit', 1, unit]);
    expect(run).toMatchObject({ last: '3 passed, 1 failed', status: 1 });
    expect(run.stdout).toContain('failed: adds up');
  });

  it('counts a test file that could not be loaded', () => {
    const testResults = [{ name: 'b.test.ts', status: 'failed', message: 'SyntaxError', assertionResults: [] }];
    const unit = results('unit', { numPassedTests: 3, numRuntimeErrorTestSuites: 1, testResults });
    const run = summarise(['jest', 'unit', 1, unit]);
    expect(run.last).toBe('3 passed, 1 failed');
    expect(run.stdout).toContain('could not run: b.test.ts');
  });

  it.each([
    ['left no results', 134, () => join(dir, 'nowhere.json')],
    ['was ended half-way', 124, () => results('half', {})],
    ['passed its tests and then ended badly', 1, () => results('late', {})],
    ['ran no test', 0, () => results('none', {})],
  ])('counts a test run that %s as failed', (_, exit, file) => {
    expect(summarise(['jest', 'unit', exit, file()])).toMatchObject({ last: '0 passed, 1 failed', status: 1 });
  });

  it('counts a check that ended badly', () => {
    expect(summarise(['check', 'lint', 1, ''])).toMatchObject({ last: '0 passed, 1 failed', status: 1 });
  });

  it('shows what was skipped without counting it', () => {
    const run = summarise(['check', 'lint', 0, ''], ['skip', 'odoo 19', 0, 'no root here']);
    expect(run.stdout).toContain('SKIPPED: odoo 19 - no root here');
    expect(run).toMatchObject({ last: '1 passed, 0 failed', status: 0 });
  });

  it('fails when nothing was run at all', () => {
    expect(summarise()).toMatchObject({ last: '0 passed, 1 failed', status: 1 });
  });
});

const NOTHING_RAN = {
  numPassedTests: 0,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
};
