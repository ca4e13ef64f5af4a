import { describe, expect, it } from '@jest/globals';
import { compose, CompositionError } from '../../../gateway/supergraph/compose.ts';
import { LINK, startGraph } from '../start-graph.ts';

const composed =
  (...sdls: readonly string[]) =>
  () =>
    compose(sdls.map((sdl, index) => ({ name: `s${index}`, url: 'http://s.invalid', sdl: `${LINK}${sdl}` })));

const GUARDS = {
  scopes: '@requiresScopes(scopes: [["pay"]])',
  policy: '@policy(policies: [["forPayroll"]])',
  authenticated: '@authenticated',
};

describe('a protected field that another is computed from', () => {
  it.each(Object.entries(GUARDS))('does not compose when it is required without its %s', (_kind, guard) => {
    const owner = `type Query { t: T } type T @key(fields: "id") { id: ID! pay: Int ${guard} }`;
    const other = (own: string) =>
      `type T @key(fields: "id") { id: ID! pay: Int @external tax: Int @requires(fields: "pay") ${own} }`;
    expect(composed(owner, other(''))).toThrow(CompositionError);
    expect(composed(owner, other(''))).toThrow(/T\.tax.*T\.pay.*@requires/);
    expect(composed(owner, other(guard))).not.toThrow();
  });

  it('does not compose when it is required through a field that is required itself', () => {
    const owner = `type Query { t: T } type T @key(fields: "id") { id: ID! pay: Int ${GUARDS.scopes} }`;
    const second = `type T @key(fields: "id") { id: ID! pay: Int @external tax: Int @requires(fields: "pay") ${GUARDS.scopes} }`;
    const third = 'type T @key(fields: "id") { id: ID! tax: Int @external net: Int @requires(fields: "tax") }';
    expect(composed(owner, second, third)).toThrow(/T\.net.*T\.tax/);
  });

  it('does not compose when its type is protected, or it is a member of a union that is required', () => {
    const type = `type Query { t: T } type T @key(fields: "id") { id: ID! pay: P } type P @shareable ${GUARDS.scopes} { n: Int }`;
    const needsType = `type T @key(fields: "id") { id: ID! pay: P @external tax: Int @requires(fields: "pay { n }") } type P @shareable { n: Int }`;
    expect(composed(type, needsType)).toThrow(/T\.tax.*T\.pay/);
    const members = 'union W = A | B type A @shareable';
    const union = `type Query { t: T } type T @key(fields: "id") { id: ID! w: W } ${members} { a: Int ${GUARDS.scopes} } type B @shareable { b: Int }`;
    const needsMember = `type T @key(fields: "id") { id: ID! w: W @external tax: Int @requires(fields: "w { ... on A { a } }") }
      ${members} { a: Int } type B @shareable { b: Int }`;
    expect(composed(union, needsMember)).toThrow(/T\.tax.*A\.a/);
  });

  it('does not compose when it comes from a context', () => {
    const sdl = `type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! pay: Int ${GUARDS.scopes} u: U }
      type U @key(fields: "id") { id: ID! tax(pay: Int @fromContext(field: "$c { pay }")): Int }`;
    expect(composed(sdl)).toThrow(/U\.tax.*T\.pay.*@fromContext/);
  });
});

describe('guards on an interface', () => {
  it.each(['interface I @policy(policies: [["withinGroup"]]) { a: Int }', 'interface I { a: Int @authenticated }'])(
    'do not compose: %s',
    (sdl) => {
      expect(composed(`type Query { i: I } ${sdl} type A implements I { a: Int }`)).toThrow(/cannot be applied/);
    },
  );
});

describe('a protected field that another subgraph has too', () => {
  const owner = {
    sdl: `${LINK} type Query { t: T } type T @key(fields: "id") { id: ID! pay: Int @shareable ${GUARDS.scopes} }`,
    resolvers: { Query: { t: () => ({ id: '1', pay: 9 }) }, T: { pay: () => 9 } },
  };
  const provider = {
    sdl: `${LINK} type Query { box: Box } type Box { t: T @provides(fields: "pay") } type T @key(fields: "id") { id: ID! pay: Int @external }`,
    resolvers: { Query: { box: () => ({ t: { id: '1', pay: 9 } }) } },
  };

  it('is as protected where it is provided', async () => {
    await using graph = await startGraph({ local: { owner, provider } });
    expect((await graph.ask('{ box { t { id pay } } }')).body.data).toEqual({ box: { t: { id: '1', pay: null } } });
    expect(
      graph
        .local('provider')
        .calls.map(({ call }) => call.query)
        .join(),
    ).not.toContain('pay');
    const allowed = await graph.ask('{ box { t { id pay } } }', { scopes: ['pay'] });
    expect(allowed.body.data).toEqual({ box: { t: { id: '1', pay: 9 } } });
  });
});

describe('a key that may not be seen', () => {
  const ward = {
    sdl: `${LINK} type Query { patients: [Patient] }
      type Patient @key(fields: "number") { number: ID @policy(policies: [["forPayroll"]]) bed: String }`,
    resolvers: { Query: { patients: () => [{ number: 'P-1', bed: '12b' }] } },
  };
  const kitchen = {
    sdl: `${LINK} type Patient @key(fields: "number") { number: ID @policy(policies: [["forPayroll"]]) meal: String }`,
    resolvers: { Patient: { meal: () => 'soup' } },
  };

  it('joins subgraphs and is not in the answer, under whatever name it is asked for', async () => {
    await using graph = await startGraph({ local: { ward, kitchen } });
    const answer = await graph.ask('{ patients { bed meal n: number } }');
    expect(answer.body).toMatchObject({ data: { patients: [{ bed: '12b', meal: 'soup', n: null }] } });
    expect(answer.text).not.toContain('P-1');
  });
});
