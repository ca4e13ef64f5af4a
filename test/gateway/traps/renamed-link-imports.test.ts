import { describe, expect, it } from '@jest/globals';
import { compose } from '../../../gateway/supergraph/compose.ts';
import { createGeneration } from '../../../gateway/supergraph/generation.ts';
import { startGraph } from '../start-graph.ts';

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`;

const generationOf = (sdl: string) =>
  createGeneration(compose([{ name: 's', url: 'http://s.invalid', sdl }]).supergraphSdl);

describe('directives of access under other names', () => {
  it('guard as they do under their own', async () => {
    const sdl = `${link(
      '{ name: "@policy", as: "@only" }, { name: "@requiresScopes", as: "@policy" }, { name: "@authenticated", as: "@known" }',
    )} type Query { a: Int @only(policies: [["forPayroll"]]) b: Int @policy(scopes: [["b"]]) c: Int @known }`;
    const resolvers = { Query: { a: () => 1, b: () => 2, c: () => 3 } };
    await using graph = await startGraph({ local: { s: { sdl, resolvers } } });
    expect((await graph.ask('{ a b c }')).body.data).toEqual({ a: null, b: null, c: 3 });
    const allowed = await graph.ask('{ a b c }', { scopes: ['b'], purpose: 'payroll' });
    expect(allowed.body).toEqual({ data: { a: 1, b: 2, c: 3 } });
  });

  it('are found when they are not imported at all', () => {
    const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
      type Query { a: Int @federation__policy(policies: [["withinGroup"]]) b: Int @federation__requiresScopes(scopes: [["b"]]) }`;
    expect(generationOf(sdl).requirements.all).toEqual([
      { kind: 'policy', alternatives: [['withinGroup']] },
      { kind: 'scopes', alternatives: [['b']] },
    ]);
  });

  it('hold together where subgraphs say different things of one field', () => {
    const part = (guard: string) => `${link('"@policy", "@shareable"')} type Query { f: Int @shareable ${guard} }`;
    const { supergraphSdl } = compose([
      { name: 'one', url: 'http://one.invalid', sdl: part('@policy(policies: [["forPayroll"]])') },
      { name: 'two', url: 'http://two.invalid', sdl: part('@policy(policies: [["withinGroup"]])') },
    ]);
    expect(createGeneration(supergraphSdl).requirements.all).toEqual([
      { kind: 'policy', alternatives: [['forPayroll', 'withinGroup']] },
    ]);
  });
});

describe('a supergraph', () => {
  const withPolicy = (place: 'type' | 'field', name: string) => {
    const guard = `@policy(policies: [["withinGroup"], ["${name}"]])`;
    return `${link('"@policy"')} type Query { t: T } type T ${place === 'type' ? guard : ''} { f(type: String): Int ${place === 'field' ? guard : ''} }`;
  };

  it.each([
    ['field', 'T.f: @policy names nobodyKnows'],
    ['type', 'T: @policy names nobodyKnows'],
  ] as const)('is refused when a %s names a rule there is not', (place, message) => {
    expect(() => generationOf(withPolicy(place, 'nobodyKnows'))).toThrow(message);
    expect(() => generationOf(withPolicy(place, 'toString'))).toThrow('toString');
    expect(() => generationOf(withPolicy('field', 'readsNamedType'))).not.toThrow();
  });

  it('is refused when a type names a rule that looks at arguments', () => {
    expect(() => generationOf(withPolicy('type', 'readsNamedType'))).toThrow('T: @policy');
  });
});
