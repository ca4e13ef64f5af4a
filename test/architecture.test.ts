import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../platform/root.ts';

/**
 * Who may import what. The first segments of a path name its part; a subgraph is a part of its own. What a part may
 * import besides itself is listed; `npm` and `node:` modules are for everybody.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  policies: ['platform'],
  'a subgraph': ['policies', 'platform', 'subgraph kit'],
  'subgraph kit': ['policies', 'platform', 'a subgraph'],
  gateway: ['platform', 'policies'],
  sandbox: ['gateway', 'subgraph kit', 'a subgraph', 'policies', 'platform'],
  scripts: ['gateway', 'subgraph kit', 'a subgraph', 'policies', 'platform', 'sandbox'],
  test: ['gateway', 'subgraph kit', 'a subgraph', 'policies', 'platform', 'sandbox', 'scripts'],
  bench: ['gateway', 'subgraph kit', 'a subgraph', 'policies', 'platform', 'sandbox', 'test'],
  main: ['sandbox', 'platform'],
};

/** The kit of all subgraphs may name the subgraphs in one file only: the list. */
const LIST = join('subgraphs', 'index.ts');

const partOf = (path: string): string => {
  const [first = '', second = ''] = path.split(sep);
  if (first !== 'subgraphs') return first === 'main.ts' ? 'main' : first;
  return second.endsWith('.ts') ? 'subgraph kit' : 'a subgraph';
};

/** Why a module may not import another, or undefined when it may. */
const violation = (from: string, to: string): string | undefined => {
  const [source, target] = [partOf(from), partOf(to)];
  const says = `${from} imports ${to}`;
  if (source === 'a subgraph' && target === 'a subgraph') {
    const [, left] = from.split(sep);
    const [, right] = to.split(sep);
    return left === right ? undefined : `${says}: two subgraphs meet in the graph only`;
  }
  if (source === 'subgraph kit' && target === 'a subgraph' && from !== LIST)
    return `${says}: only the list names subgraphs`;
  if (source === target) return undefined;
  return MAY_IMPORT[source]?.includes(target) === true ? undefined : `${says}: ${source} may not import ${target}`;
};

const sources = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', 'coverage', 'docs', 'deploy'].includes(entry.name) || entry.name.startsWith('.'))
      return [];
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });

const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']*\.ts)'/g)].map(([, path = '']) =>
    join(dirname(file), path),
  );

describe('the import table', () => {
  it('holds for every module', () => {
    const broken = sources(ROOT).flatMap((file) =>
      importsOf(file).flatMap((target) => violation(relative(ROOT, file), relative(ROOT, target)) ?? []),
    );
    expect(broken).toEqual([]);
  });

  it('sees the imports there are', () => {
    const all = sources(ROOT);
    expect(all.flatMap(importsOf).length).toBeGreaterThan(all.length);
  });

  it.each([
    ['platform/log.ts', 'policies/scopes.ts'],
    ['platform/odoo/client.ts', 'gateway/server.ts'],
    ['policies/demands.ts', 'subgraphs/index.ts'],
    ['policies/demands.ts', 'gateway/server.ts'],
    ['subgraphs/finance/connector.ts', 'subgraphs/procurement/connector.ts'],
    ['subgraphs/finance/connector.ts', 'gateway/server.ts'],
    ['subgraphs/execute.ts', 'subgraphs/finance/index.ts'],
    ['subgraphs/server.ts', 'sandbox/embedded.ts'],
    ['gateway/server.ts', 'subgraphs/index.ts'],
    ['gateway/server.ts', 'subgraphs/finance/index.ts'],
    ['gateway/server.ts', 'sandbox/embedded.ts'],
    ['sandbox/embedded.ts', 'test/harness/graph.ts'],
    ['scripts/compose.ts', 'test/harness/graph.ts'],
    ['main.ts', 'test/harness/graph.ts'],
    ['subgraphs/finance/connector.ts', 'sandbox/odoo/server.ts'],
  ])('is broken by %s importing %s', (from, to) => {
    expect(violation(join(...from.split('/')), join(...to.split('/')))).toBeDefined();
  });

  it.each([
    ['subgraphs/index.ts', 'subgraphs/finance/index.ts'],
    ['subgraphs/finance/connector.ts', 'platform/odoo/session.ts'],
    ['subgraphs/finance/index.ts', 'subgraphs/define-subgraph.ts'],
    ['gateway/server.ts', 'platform/config.ts'],
    ['main.ts', 'sandbox/embedded.ts'],
  ])('lets %s import %s', (from, to) => {
    expect(violation(join(...from.split('/')), join(...to.split('/')))).toBeUndefined();
  });
});

/** Sources of ours that hold the words of an owner, but for those that may. */
const speakers = (words: RegExp, allowed: RegExp): readonly string[] =>
  sources(ROOT)
    .map((file) => [relative(ROOT, file), readFileSync(file, 'utf8')] as const)
    .filter(
      ([file, text]) =>
        ['platform', 'policies', 'gateway', 'subgraphs'].includes(file.split(sep)[0] ?? '') && words.test(text),
    )
    .map(([file]) => file)
    .filter((file) => !allowed.test(file));

describe('an owner is spoken to by the platform alone, and its words stay in connectors:', () => {
  it('Odoo', () => {
    const words =
      /'(?:purchase\.order|res\.partner|account\.move|stock\.quant|product\.product)\b|\/json\/2\/|execute_kw/;
    expect(speakers(words, /^platform.odoo.|connector\.ts$|entities\.ts$/)).toEqual([]);
  });

  it('FHIR', () => {
    const words =
      /OperationOutcome|_lastUpdated|'HealthcareService'|'urn:caregraph:(?!params|facility)|fhir\+json|If-None-Exist/;
    expect(speakers(words, /^platform.fhir.|connector\.ts$|entities\.ts$/)).toEqual([]);
  });

  it('SCIM', () => {
    const words = /urn:(?:ietf|caregraph):params:scim|\/\.search|employeeNumber|totalResults/;
    expect(speakers(words, /^platform.scim.|connector\.ts$|entities\.ts$/)).toEqual([]);
  });
});
