// Adds up what .ci/run did, and says so: node .ci/summary.mjs phases.tsv
//
// One line per phase: kind, name, exit status, file, with tabs between.
//   check   counts as one
//   jest    counts test by test; `file` is what `jest --json --outputFile` wrote
//   skip    counts as nothing and is shown; `file` holds the reason
// A phase that ended badly, broke off or ran no test has at least one failure. Ends with 1 when anything failed.
import { readFileSync } from 'node:fs';

const main = (file) => {
  const phases = readPhases(file);
  const counts = phases.map(count);
  for (const phase of counts) say(`${phase.failed > 0 ? 'FAIL' : 'ok  '} ${tally(phase)}  ${phase.name}`, phase.notes);
  for (const { name, file: reason } of phases.filter(({ kind }) => kind === 'skip'))
    say(`\n!!! SKIPPED: ${name} - ${reason}`);
  // Without a phase nothing was shown to work.
  const none = phases.length === 0 ? 1 : 0;
  const total = {
    passed: sum(counts.map(({ passed }) => passed)),
    failed: none + sum(counts.map(({ failed }) => failed)),
  };
  say(`\n${tally(total)}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
};

const tally = ({ passed, failed }) => `${passed} passed, ${failed} failed`;

const readPhases = (file) => {
  const lines = attempt(() => readFileSync(file, 'utf8'))?.split('\n') ?? [];
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [kind, name, status, about] = line.split('\t');
      return { kind, name, status: Number(status), file: about };
    });
};

const count = ({ kind, name, status, file }) => {
  if (kind === 'skip') return { name, passed: 0, failed: 0, notes: ['skipped'] };
  if (kind === 'check')
    return { name, passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, notes: reasons(status) };
  const results = attempt(() => JSON.parse(readFileSync(file, 'utf8')));
  if (results === undefined) return { name, passed: 0, failed: 1, notes: ['it left no results', ...reasons(status)] };
  const passed = results.numPassedTests;
  // A file that could not even be loaded has no tests that failed.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const unfit = status !== 0 || passed === 0 ? 1 : 0;
  return {
    name,
    passed,
    failed: Math.max(failed, unfit),
    notes: [...failures(results), ...pending(results), ...reasons(status)],
  };
};

const failures = ({ testResults }) =>
  testResults.flatMap(({ name, status, assertionResults, message }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName);
    if (failed.length > 0) return failed.map((test) => `failed: ${test}`);
    return status === 'failed' ? [`could not run: ${name}`, ...message.split('\n').slice(0, 5)] : [];
  });

const pending = ({ numPendingTests, numTodoTests }) =>
  numPendingTests + numTodoTests > 0 ? [`${numPendingTests + numTodoTests} not run`] : [];

const reasons = (status) => {
  if (status === 0) return [];
  return [status === 124 || status === 137 ? 'it took too long and was ended' : `it ended with ${status}`];
};

const attempt = (read) => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const say = (line, notes = []) => process.stdout.write([line, ...notes.map((note) => `       ${note}`), ''].join('\n'));

main(process.argv[2]);
