import { describe, expect, it } from '@jest/globals';
import type { Requirement } from '../../policies/access/requirement.ts';
import { compose } from '../../gateway/supergraph/compose.ts';
import { createGeneration } from '../../gateway/supergraph/generation.ts';
import { supergraphUrls } from '../../gateway/supergraph/urls.ts';

const FEDERATION = 'https://specs.apollo.dev/federation/v2.9';

const subgraph = (name: string, imports: string, sdl: string, extra = '') => ({
  name,
  url: `http://${name}.invalid/graphql`,
  sdl: `extend schema @link(url: "${FEDERATION}", import: [${imports}]) ${extra}\n${sdl}`,
});

const scopes = (...alternatives: string[][]): Requirement => ({ kind: 'scopes', alternatives });
const authenticated: Requirement = { kind: 'authenticated' };

/** What a coordinate asks, in words. */
const asks = (supergraphSdl: string) => {
  const { requirements } = createGeneration(supergraphSdl);
  return (type: string, field?: string) =>
    (field === undefined ? requirements.ofType(type) : requirements.ofField(type, field)).map(
      (id) => requirements.all[id],
    );
};

describe('requirements of a supergraph', () => {
  it('are found on objects, fields, scalars and enums', () => {
    const { supergraphSdl } = compose([
      subgraph(
        'a',
        '"@authenticated", "@requiresScopes"',
        `type Query { t: T @authenticated s: S e: E }
         type T @requiresScopes(scopes: [["x", "y"], ["z"]]) { f: Int @authenticated @requiresScopes(scopes: [["x"]]) g: Int }
         scalar S @authenticated enum E @requiresScopes(scopes: [["e"]]) { V }`,
      ),
    ]);
    const of = asks(supergraphSdl);
    expect(of('Query', 't')).toEqual([authenticated]);
    expect(of('T')).toEqual([scopes(['x', 'y'], ['z'])]);
    expect(of('T', 'f')).toEqual([authenticated, scopes(['x'])]);
    expect(of('T', 'g')).toEqual([]);
    expect(of('S')).toEqual([authenticated]);
    expect(of('E')).toEqual([scopes(['e'])]);
  });

  it('are found under the names a subgraph gives the directives', () => {
    const { supergraphSdl } = compose([
      subgraph(
        'a',
        '{ name: "@authenticated", as: "@loggedIn" }, { name: "@requiresScopes", as: "@authenticated" }',
        'type Query { f: Int @loggedIn g: Int @authenticated(scopes: [["x"]]) }',
      ),
    ]);
    const of = asks(supergraphSdl);
    expect(of('Query', 'f')).toEqual([authenticated]);
    expect(of('Query', 'g')).toEqual([scopes(['x'])]);
  });

  it('are found behind a renamed feature', () => {
    const { supergraphSdl } = compose([subgraph('a', '"@authenticated"', 'type Query { f: Int @authenticated }')]);
    const renamed = supergraphSdl
      .replace('authenticated/v0.1", for', 'authenticated/v0.1", as: "auth", for')
      .replaceAll('@authenticated', '@auth');
    expect(renamed).not.toBe(supergraphSdl);
    expect(asks(renamed)('Query', 'f')).toEqual([authenticated]);
  });

  it('of several subgraphs all hold', () => {
    const shared = (scope: string) => `type Query { f: Int @shareable @requiresScopes(scopes: [["${scope}"]]) }`;
    const imports = '"@requiresScopes", "@shareable"';
    const { supergraphSdl } = compose([subgraph('a', imports, shared('a')), subgraph('b', imports, shared('b'))]);
    expect(asks(supergraphSdl)('Query', 'f')).toEqual([scopes(['a', 'b'])]);
  });

  it('that the composer copied to an interface are left to its object types', () => {
    const { supergraphSdl } = compose([
      subgraph(
        'a',
        '"@authenticated", "@requiresScopes"',
        `type Query { i: I }
         interface I { f: Int }
         type A implements I @authenticated { f: Int @requiresScopes(scopes: [["a"]]) }
         type B implements I @requiresScopes(scopes: [["b"], ["c"]]) { f: Int }`,
      ),
    ]);
    expect(supergraphSdl).toMatch(/interface I[^{]*@requiresScopes/);
    const of = asks(supergraphSdl);
    expect([of('I'), of('I', 'f')]).toEqual([[], []]);
    expect([of('A'), of('A', 'f'), of('B')]).toEqual([[authenticated], [scopes(['a'])], [scopes(['b'], ['c'])]]);
  });

  it('that an interface has of its own stay', () => {
    const { supergraphSdl } = compose([
      subgraph(
        'a',
        '"@requiresScopes"',
        'type Query { i: I } interface I { f: Int } type A implements I { f: Int @requiresScopes(scopes: [["a"]]) }',
      ),
    ]);
    const own = supergraphSdl.replace(/interface I\n/, 'interface I @requiresScopes(scopes: [["own"]])\n');
    expect(own).not.toBe(supergraphSdl);
    expect(asks(own)('I')).toEqual([scopes(['own'])]);
  });
});

describe('a generation', () => {
  const policy = compose([
    subgraph('a', '"@policy"', 'type Query { f: Int @policy(policies: [["p"]]) }'),
  ]).supergraphSdl;

  it('is refused when it uses @policy, which nobody here decides yet', () => {
    expect(() => createGeneration(policy)).toThrow(/@policy/);
    expect(createGeneration(policy, { open: true }).requirements.all).toEqual([]);
  });

  it('is refused when it needs a security feature we do not know', () => {
    const { supergraphSdl } = compose([subgraph('a', '"@key"', 'type Query { f: Int }')]);
    const unknown = supergraphSdl.replace(
      'schema\n',
      'directive @fence on FIELD_DEFINITION\nschema @link(url: "https://example.invalid/fence/v1.0", for: SECURITY)\n',
    );
    expect(() => createGeneration(unknown)).toThrow(/fence/);
  });

  it('is named by its text and does not change', () => {
    const { supergraphSdl } = compose([subgraph('a', '"@key"', 'type Query { f: Int }')]);
    const generation = createGeneration(supergraphSdl);
    expect(generation.id).toBe(createGeneration(supergraphSdl).id);
    expect(generation.id).not.toBe(createGeneration(`${supergraphSdl} `).id);
    expect(Object.isFrozen(generation)).toBe(true);
  });
});

describe('compose', () => {
  it('reports every error there is', () => {
    const broken = [
      subgraph('a', '"@key"', 'type Query { f: Int g: String }'),
      subgraph('b', '"@key"', 'type Query { f: Int g: Int }'),
    ];
    expect(() => compose(broken)).toThrow(/Query\.f[^]*Query\.g/);
  });

  it('refuses a field that would hand on what it requires to callers who may not see that', () => {
    const laundering = [
      subgraph(
        'a',
        '"@key", "@requiresScopes"',
        'type Query { t: T } type T @key(fields: "id") { id: ID! secret: String @requiresScopes(scopes: [["s"]]) }',
      ),
      subgraph(
        'b',
        '"@key", "@external", "@requires"',
        'type T @key(fields: "id") { id: ID! secret: String @external told: String @requires(fields: "secret") }',
      ),
    ];
    expect(() => compose(laundering)).toThrow(/T\.told/);
  });

  it('returns hints', () => {
    const { hints } = compose([
      subgraph('a', '"@shareable"', 'type Query { t: T @shareable } type T @shareable { a: Int }'),
      subgraph('b', '"@shareable"', 'type Query { t: T @shareable } type T @shareable { a: Int! }'),
    ]);
    expect(hints).toEqual([expect.stringMatching(/^[A-Z_]+: .*T\.a/)]);
  });
});

describe('supergraphUrls', () => {
  const { supergraphSdl } = compose([
    subgraph('a', '"@key"', 'type Query { f: Int }'),
    { ...subgraph('b', '"@key"', 'type Query { g: Int }'), url: '' },
  ]);

  it('prefers the configured address', () => {
    const urls = supergraphUrls(supergraphSdl, { b: 'http://127.0.0.1:4002/graphql' });
    expect(urls).toEqual([
      { name: 'a', url: 'http://a.invalid/graphql' },
      { name: 'b', url: 'http://127.0.0.1:4002/graphql' },
    ]);
  });

  it('reports subgraphs without an address and addresses without a subgraph', () => {
    expect(() => supergraphUrls(supergraphSdl, { c: 'http://127.0.0.1:1' })).toThrow(/urls\.c[^]*urls\.b/);
  });
});
