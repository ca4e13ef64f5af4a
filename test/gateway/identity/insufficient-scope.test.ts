import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { missingScopes } from '../../../gateway/operations/missing-scopes.ts';
import { toClients } from '../../../policies/clients.ts';
import { LINK, startGraph, type TestGraph } from '../start-graph.ts';
import { PATIENT } from './issuers-under-clock.ts';

const greeting = {
  sdl: `${LINK} type Query {
    open: String
    one: String @requiresScopes(scopes: [["a:read"]]) @federation__tag(name: "supplier")
    other: String @requiresScopes(scopes: [["b:read", "c:read"], ["d:read"]])
    internal: String @authenticated
  }`,
  resolvers: { Query: { open: () => 'o', one: () => '1', other: () => '2', internal: () => 'i' } },
};

const registered = (id: string, more: object) => ({
  id,
  name: id,
  owner: 'us',
  scopes: '*',
  facilities: '*',
  ...more,
});

const INTERNAL = { audience: 'internal', purposes: ['operations'] };
const clients = toClients({
  clients: [
    registered('ward-app', { ...INTERNAL, onDenied: { default: 'reject' } }),
    registered('lenient', INTERNAL),
    registered('supplier-x', {
      audience: 'supplier',
      purposes: ['operations'],
      party: 'supplier-1',
      onDenied: { default: 'reject' },
    }),
  ],
});

describe('an operation that is refused as a whole', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startGraph({ local: { greeting }, server: PATIENT, options: { clients } });
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  const ask = async (client: string, scopes: readonly string[], query = '{ open one other }') => {
    const token = await graph.issuer.mint({ scopes, claims: { client_id: client } });
    const answer = await graph.ask(query, { headers: { authorization: `Bearer ${token}` } });
    return [answer.status, answer.headers.get('www-authenticate')];
  };
  const challenge = (scope: string) =>
    `Bearer realm="caregraph", error="insufficient_scope"${scope}, ` +
    `resource_metadata="${graph.url}/.well-known/oauth-protected-resource/graphql"`;

  it('says which scopes would do, and takes the way that needs fewest', async () => {
    expect(await ask('ward-app', [])).toEqual([403, challenge(', scope="a:read d:read"')]);
    expect(await ask('ward-app', ['a:read', 'b:read'])).toEqual([403, challenge(', scope="c:read"')]);
    expect(await ask('ward-app', ['a:read', 'd:read'])).toEqual([200, null]);
  });

  it('does not say so to a stranger', async () => {
    expect(await ask('supplier-x', [], '{ one }')).toEqual([403, challenge('')]);
  });

  it('is not one that is filtered', async () => {
    expect(await ask('lenient', [])).toEqual([200, null]);
  });
});

describe('missing scopes', () => {
  const denial = (...needs: Parameters<typeof missingScopes>[0][number]['needs']) => ({
    path: ['a'],
    code: 'UNAUTHORIZED_FIELD_OR_TYPE' as const,
    decisionId: 'd',
    needs,
  });

  it('are none where it is something else that is missing', () => {
    expect(missingScopes([denial({ kind: 'sight', class: 'HR', atLeast: 'clear' })], new Set())).toEqual([]);
    expect(missingScopes([denial({ kind: 'authenticated' })], new Set(['a']))).toEqual([]);
  });

  it('stand there once, in order', () => {
    const needs = { kind: 'scopes', oneOf: [['b', 'a']] } as const;
    expect(missingScopes([denial(needs), denial({ kind: 'scopes', oneOf: [['c', 'a']] })], new Set(['c']))).toEqual([
      'a',
      'b',
    ]);
  });
});
