import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, it } from '@jest/globals';
import { graphql, parse } from 'graphql';
import { codeOf } from '../../platform/errors.ts';
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
