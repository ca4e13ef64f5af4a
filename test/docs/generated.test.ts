import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../platform/config.ts';
import { listSettings } from '../../platform/settings.ts';
import { ERRORS } from '../../platform/errors.ts';
import { ROOT } from '../../platform/root.ts';
import { DEMO_CALLS, DEMO_QUERY } from '../../sandbox/demo-query.ts';
import { GENERATED_PAGES } from '../../scripts/docs/pages.ts';

const SOURCES = ['gateway', 'subgraphs', 'policies', 'platform', 'sandbox', 'scripts'];

/** Codes of the table that nothing throws and no test provokes yet, each with what will. */
const NOT_YET: Readonly<Record<string, string>> = {
  CONFLICT: 'writes',
  SOR_REJECTED: 'writes',
  SOR_OUTCOME_UNKNOWN: 'writes',
};

/** These name codes without provoking them. */
const NO_PROOF = new Set([
  'platform/errors.ts',
  'test/docs/generated.test.ts',
  'test/platform/errors.test.ts',
  'test/platform/log.test.ts',
]);

const filesBelow = (directory: string, ending: string): readonly string[] =>
  readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => join(directory, file))
    .toSorted();

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('generated pages', () => {
  it.each(GENERATED_PAGES)('$path is what `npm run docs` writes', ({ path, render }) => {
    expect(read(path)).toBe(render());
  });

  it('name every setting and every environment name', () => {
    const page = read('docs/configuration.md');
    for (const { path, env } of listSettings()) {
      expect(page).toContain(`| \`${path.join('.')}\` |`);
      if (env !== undefined) expect(page).toContain(`\`${env}\``);
    }
  });

  it('name every error code', () => {
    const page = read('docs/errors.md');
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`| \`${code}\` |`);
  });
});

describe('the demo query', () => {
  it('stands in the README as it is asked', () => {
    expect(read('README.md')).toContain(DEMO_QUERY);
    expect(read('README.md')).toContain(`${Object.values(DEMO_CALLS).flat().length}\ncalls to the four owners`);
  });
});

describe('configuration samples in documents', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'caregraph-samples-'));
  });

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const documents = [...filesBelow('docs', '.md'), ...readdirSync(ROOT).filter((f) => f.endsWith('.md'))];
  const samples = documents.flatMap((path) => samplesIn(read(path)).map((text) => ({ path, text })));

  it('are found', () => {
    expect(samples.map(({ path }) => path)).toContain('docs/configuration.md');
  });

  it.each(samples)('load: $path', ({ text }) => {
    const file = join(directory, 'sample.json');
    writeFileSync(file, text);
    // A secret may not stand in a file, so a sample that needs one gets it from here.
    expect(loadConfig({ CAREGRAPH_CONFIG: file, ODOO_API_KEY: 'invented' })).toBeDefined();
  });
});

describe('error codes', () => {
  const sources = SOURCES.flatMap((directory) => filesBelow(directory, '.ts'));

  it('that code throws are all in the table', () => {
    const thrown = sources.flatMap((path) => [...read(path).matchAll(/\bfail\(\s*'(\w+)'/g)].map(([, code]) => code));
    for (const code of thrown) expect(Object.keys(ERRORS)).toContain(code);
  });

  it('in the table are all used, or listed here with what will use them', () => {
    const proofs = [...sources, ...filesBelow('test', '.ts')].filter((path) => !NO_PROOF.has(path));
    const text = proofs.map(read).join('\n');
    const unused = Object.keys(ERRORS).filter((code) => !new RegExp(`\\b${code}\\b`).test(text));
    expect(unused.filter((code) => !Object.hasOwn(NOT_YET, code))).toEqual([]);
  });

  it('listed as not used yet exist', () => {
    for (const code of Object.keys(NOT_YET)) expect(Object.keys(ERRORS)).toContain(code);
  });
});

/** The fenced `json` blocks that are a configuration: an object with a group of ours in it. */
function samplesIn(markdown: string): readonly string[] {
  const groups = new Set(listSettings().map(({ path }) => path[0]));
  return [...markdown.matchAll(/^ *```json\b[^\n]*\n([\s\S]*?)^ *```/gm)]
    .map(([, text]) => text ?? '')
    .filter((text) => {
      const parsed: unknown = JSON.parse(text);
      return parsed !== null && typeof parsed === 'object' && Object.keys(parsed).some((key) => groups.has(key));
    });
}
