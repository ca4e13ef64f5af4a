import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from '@jest/globals';
import { graphql, parse } from 'graphql';
import { codeOf } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import { assertMeets } from '../../policies/demands.ts';
import { overlay, rulesFromSchema } from '../../policies/from-schema.ts';
import { guard } from '../../policies/guard.ts';
import { isSatisfied, requirementKey } from '../../policies/access/requirement.ts';
import { allow, deny, type RuleTree } from '../../policies/shield.ts';
import { holding } from '../harness/identity.ts';

const document = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes"])
  type Query { open: String @authenticated bill: Bill either: String @requiresScopes(scopes: [["a", "b"], ["c"]]) }
  type Bill @key(fields: "id") @requiresScopes(scopes: [["finance"]]) { id: ID total: Int secret: Int @requiresScopes(scopes: [["audit"]]) }
`);
const resolvers = {
  Query: { open: () => 'open', bill: () => ({ id: '1', total: 2, secret: 3 }), either: () => 'either' },
  Bill: { __resolveReference: ({ id }: { id: string }) => ({ id, total: 2, secret: 3 }) },
};

const schemaWith = (tree: RuleTree) => guard(buildSubgraphSchema([{ typeDefs: document, resolvers }]), tree);

const ask = async (source: string, scopes: readonly string[], tree = rulesFromSchema(document).tree) => {
  const identity = holding(scopes);
  const { data, errors = [] } = await graphql({ schema: schemaWith(tree), source, contextValue: { identity } });
  return { data: JSON.parse(JSON.stringify(data)) as unknown, codes: errors.map(codeOf) };
};

describe('rules from the directives of a schema', () => {
  it('guard a type wherever it is handed out', async () => {
    expect(await ask('{ bill { total } }', [])).toEqual({
      data: { bill: null },
      codes: ['UNAUTHORIZED_FIELD_OR_TYPE'],
    });
    expect(await ask('{ bill { total } }', ['finance'])).toEqual({ data: { bill: { total: 2 } }, codes: [] });
  });

  it('ask for the scopes of a field besides those of its type', async () => {
    const source = '{ bill { secret } }';
    expect((await ask(source, ['audit'])).data).toEqual({ bill: null });
    expect(await ask(source, ['finance'])).toEqual({
      data: { bill: { secret: null } },
      codes: ['UNAUTHORIZED_FIELD_OR_TYPE'],
    });
    expect((await ask(source, ['audit', 'finance'])).data).toEqual({ bill: { secret: 3 } });
  });

  it('tell what a reference to a type takes', () => {
    const { requirementsOf } = rulesFromSchema(document);
    expect([requirementsOf('Bill'), requirementsOf('Query')]).toEqual([
      [{ kind: 'scopes', alternatives: [['finance']] }],
      [],
    ]);
  });

  it.each([
    [['a', 'b'], []],
    [['c'], []],
    [['a'], ['UNAUTHORIZED_FIELD_OR_TYPE']],
    [['ab', 'a b', 'C'], ['UNAUTHORIZED_FIELD_OR_TYPE']],
  ])('take all of one set of scopes: %j', async (scopes, codes) => {
    expect((await ask('{ either }', scopes)).codes).toEqual(codes);
  });

  it('leave open what federation itself asks for', async () => {
    expect((await ask('{ _service { sdl } }', [])).codes).toEqual([]);
  });

  it('deny what no rule names', async () => {
    const { Bill: _, ...rest } = rulesFromSchema(document).tree;
    expect((await ask('{ bill { total } }', ['finance'], rest)).codes).toEqual(['FORBIDDEN']);
  });

  it('are overlaid field by field', async () => {
    const tree = overlay(rulesFromSchema(document).tree, { Bill: { total: deny }, Query: { open: allow } });
    expect((await ask('{ open bill { id total } }', ['finance'], tree)).codes).toEqual(['FORBIDDEN']);
  });
});

describe('policies and arguments', () => {
  const governed = parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requiresScopes", "@policy"])
    directive @classification(class: String!) repeatable on OBJECT | FIELD_DEFINITION
    directive @about(field: String!) repeatable on INPUT_FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION
    type Query {
      pay: Int @policy(policies: [["forPayroll"]])
      look(type: String): String @policy(policies: [["readsNamedType"]])
      people(filter: PersonFilter, orderBy: PersonOrder = { field: ID }): [Person]
      any: Any
    }
    type Person @key(fields: "id") @policy(policies: [["withinGroup"]]) @classification(class: "INTERNAL") {
      id: ID name: String @classification(class: "PII") badge: Int @requiresScopes(scopes: [["badge"]])
    }
    type Other { a: Int }
    union Any = Person | Other
    input PersonFilter { id: ID name: String badge: Int and: PersonFilter @about(field: "Person.id") }
    input PersonOrder { field: PersonOrderField! }
    enum PersonOrderField { ID NAME }
  `);
  const person = { __typename: 'Person', id: '1', name: 'Kim', badge: 7 };
  const { tree, requirementsOf, requirements } = rulesFromSchema(governed);
  const schema = guard(
    buildSubgraphSchema([
      {
        typeDefs: governed,
        resolvers: { Query: { pay: () => 9, look: () => 'seen', people: () => [person], any: () => person } },
      },
    ]),
    tree,
  );
  const answer = async (source: string, identity: Identity, isDryRun?: boolean, variableValues = {}) => {
    const { data, errors = [] } = await graphql({
      schema,
      source,
      variableValues,
      contextValue: { identity, isDryRun },
    });
    return { data: JSON.parse(JSON.stringify(data)) as unknown, codes: errors.map(codeOf) };
  };
  const OPERATOR = holding(['badge'], { audience: 'operator', purpose: 'support' });

  it('ask for the purpose as they do at the gateway', async () => {
    expect(await answer('{ pay }', holding([]))).toEqual({
      data: { pay: null },
      codes: ['UNAUTHORIZED_FIELD_OR_TYPE'],
    });
    expect((await answer('{ pay }', holding([], { purpose: 'payroll' }))).data).toEqual({ pay: 9 });
  });

  it('judge each alias by its own arguments', async () => {
    const source = '{ a: look(type: "Employee") b: look(type: "Patient") c: look(type: "Employee") d: look }';
    expect((await answer(source, holding(['hr:read']))).data).toEqual({ a: 'seen', b: null, c: 'seen', d: null });
  });

  it.each([
    ['{ people(filter: { name: "K" }) { id } }', ['MASKED_ARGUMENT']],
    ['{ people(filter: { and: { name: "K" } }) { id } }', ['MASKED_ARGUMENT']],
    ['{ people(orderBy: { field: NAME }) { id } }', ['MASKED_ARGUMENT']],
    ['query($f: PersonFilter = { name: "K" }) { people(filter: $f) { id } }', ['MASKED_ARGUMENT']],
    ['{ people(filter: { name: null, badge: 7 }) { id } }', []],
  ])('refuse arguments about what is masked: %s', async (source, codes) => {
    expect((await answer(source, OPERATOR)).codes).toEqual(codes);
    expect((await answer(source, holding(['badge']))).codes).toEqual([]);
  });

  it('refuse arguments about what takes a scope', async () => {
    expect((await answer('{ people(filter: { badge: 7 }) { id } }', holding([]))).codes).toEqual([
      'UNAUTHORIZED_FIELD_OR_TYPE',
    ]);
  });

  it('guard a type in a reference, and behind a union whose fields do not name it', async () => {
    const stranger = holding([], { audience: 'supplier' });
    expect(() => assertMeets({ identity: stranger }, requirementsOf('Person'), requirements)).toThrow('Unauthorized');
    expect(() => assertMeets({ identity: OPERATOR }, requirementsOf('Person'), requirements)).not.toThrow();
    expect(await answer('{ any { ... on Person { id name } } }', stranger)).toEqual({
      data: { any: { id: null, name: null } },
      codes: ['UNAUTHORIZED_FIELD_OR_TYPE', 'UNAUTHORIZED_FIELD_OR_TYPE'],
    });
  });

  it('let a trial pass that the gateway vouches for', async () => {
    const source = '{ pay look(type: "Patient") people(filter: { name: "K" }) { badge } }';
    expect((await answer(source, holding([]), true)).data).toEqual({ pay: 9, look: 'seen', people: [{ badge: 7 }] });
    expect((await answer(source, holding([]), false)).codes).toHaveLength(3);
  });

  it.each([
    ['type Query { f: Int @policy(policies: [["nobodyKnows"]]) }', 'Query.f: @policy names nobodyKnows'],
    ['type Query { a: Int } type A @policy(policies: [["readsNamedType"]]) { b: Int }', 'A: @policy names a rule'],
    ['type Query { f(by: AFilter): Int } type A { a: Int } input AFilter { b: Int }', 'AFilter.b: is about no field'],
    ['type Query { f(by: AOrderField): Int } type A { a: Int } enum AOrderField { B }', 'AOrderField.B: is about no'],
    ['type Query { f(by: Search): Int } input Search { text: String }', 'Search.text: is about no field'],
    [
      'directive @about(field: String) on ENUM_VALUE enum E { A @about(field: "X.y") }',
      'is about X.y, which there is not',
    ],
  ])('do not load when something is not known: %s', (sdl, message) => {
    expect(() => rulesFromSchema(parse(sdl))).toThrow(message);
  });
});

describe('scopes', () => {
  it.each([
    [[['finance:read']], true],
    [[['finance']], false],
    [[['finance:read', 'x'], ['y']], false],
    [[], false],
    [[[]], true],
  ])('are held as whole words: %j', (alternatives, isMet) => {
    expect(isSatisfied({ kind: 'scopes', alternatives }, holding(['finance:read']), {})).toBe(isMet);
  });

  it('are the same requirement in whatever order they stand', () => {
    const keyOf = (alternatives: string[][]) => requirementKey({ kind: 'scopes', alternatives });
    expect(keyOf([['a', 'b'], ['c']])).toBe(keyOf([['c'], ['b', 'a', 'b']]));
  });
});
