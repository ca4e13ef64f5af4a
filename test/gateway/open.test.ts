import { describe, expect, it } from '@jest/globals';
import type { SubgraphDefinition } from '../fakes/subgraph.ts';
import { type Answer, LINK, startGraph } from './start-graph.ts';

const open = (remote: Readonly<Record<string, SubgraphDefinition>>) => startGraph({ remote, open: true });

/** An answer without what the open gateway adds. */
const bare = ({ body }: Answer) => ({
  data: body.data,
  errors: body.errors?.map(({ message, path }) => ({ message, path })),
});

describe('the open gateway', () => {
  const secured: SubgraphDefinition = {
    sdl: `${LINK} type Query { a: Int @authenticated b: Int @requiresScopes(scopes: [["x"]]) fail: Int }`,
    resolvers: {
      Query: {
        a: () => 1,
        b: () => 2,
        fail: () => {
          throw Object.assign(new Error('the ward is closed'), { extensions: { code: 'WARD_CLOSED', debug: 'no' } });
        },
      },
    },
  };

  it('asks nobody who they are, at both paths, and sends no envelope', async () => {
    await using graph = await open({ secured });
    for (const path of ['/graphql', '/']) {
      const headers = { 'content-type': 'application/json', authorization: 'Bearer not.a.token' };
      const answer = await graph.request({ path, method: 'POST', headers, body: '{"query":"{ a b }"}' });
      expect(answer.body).toEqual({ data: { a: 1, b: 2 } });
    }
    const sent = graph.remote('secured').requests.flatMap(({ headers }) => Object.keys(headers));
    expect(sent).not.toContain('caregraph-envelope');
    expect(sent).not.toContain('authorization');
    expect((await fetch(`${graph.url}/readyz`)).status).toBe(200);
  });

  it('passes on what a subgraph says of its errors: message, code and place', async () => {
    await using graph = await open({ secured });
    const answer = await graph.ask('{ a fail }');
    expect(answer.body).toEqual({
      data: { a: 1, fail: null },
      errors: [
        {
          message: 'the ward is closed',
          path: ['fail'],
          extensions: { code: 'WARD_CLOSED', requestId: expect.any(String) },
        },
      ],
    });
  });

  it('still refuses what is not GraphQL over HTTP', async () => {
    await using graph = await open({ secured });
    const answer = await graph.request({ method: 'POST', headers: { 'content-type': 'application/json' }, body: '[]' });
    expect(answer.status).toBe(400);
  });
});

describe('federation', () => {
  it('runs the root fields of a mutation one after the other, across subgraphs', async () => {
    const order: string[] = [];
    const step = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      return order.length;
    };
    await using graph = await open({
      one: {
        sdl: `${LINK} type Query { q: Int } type Mutation { a: Int c: Int }`,
        resolvers: { Mutation: { a: step('a'), c: step('c') } },
      },
      two: { sdl: `${LINK} type Mutation { b: Int }`, resolvers: { Mutation: { b: step('b') } } },
    });
    expect((await graph.ask('mutation { a b c }')).body).toEqual({ data: { a: 2, b: 4, c: 6 } });
    expect(order).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('brings what a field requires, step by step', async () => {
    await using graph = await open({
      stock: {
        sdl: `${LINK} type Query { item: Item } type Item @key(fields: "id") { id: ID! weight: Int }`,
        resolvers: { Query: { item: () => ({ id: 'i', weight: 3 }) }, Item: { weight: () => 3 } },
      },
      post: {
        sdl: `${LINK} type Item @key(fields: "id") { id: ID! weight: Int @external postage: Int @requires(fields: "weight") }`,
        resolvers: { Item: { postage: ({ weight }: { weight: number }) => weight * 10 } },
      },
      till: {
        sdl: `${LINK} type Item @key(fields: "id") { id: ID! postage: Int @external total: Int @requires(fields: "postage") }`,
        resolvers: { Item: { total: ({ postage }: { postage: number }) => postage + 1 } },
      },
    });
    expect((await graph.ask('{ item { total } }')).body).toEqual({ data: { item: { total: 31 } } });
  });

  it('leaves null where a key leads nowhere or is null itself', async () => {
    await using graph = await open({
      a: {
        sdl: `${LINK} type Query { items: [Item] } type Item @key(fields: "id") { id: ID }`,
        resolvers: { Query: { items: () => [{ id: 'known' }, { id: 'unknown' }, null, { id: null }] } },
      },
      b: {
        sdl: `${LINK} type Item @key(fields: "id") { id: ID name: String owner: Owner! } type Owner { name: String }`,
        resolvers: {
          Item: {
            __resolveReference: ({ id }: { id: string | null }) =>
              id === 'known' ? { id, name: 'Known', owner: { name: 'Kim' } } : null,
          },
        },
      },
    });
    expect((await graph.ask('{ items { id name } }')).body).toEqual({
      data: { items: [{ id: 'known', name: 'Known' }, { id: 'unknown', name: null }, null, { id: null, name: null }] },
    });
    const answer = await graph.ask('{ items { owner { name } } }');
    expect(answer.body.data).toEqual({ items: [{ owner: { name: 'Kim' } }, null, null, null] });
    expect(answer.body.errors?.map(({ path }) => path)).toEqual([
      ['items', 1, 'owner'],
      ['items', 3, 'owner'],
    ]);
  });

  it('gives null with an error for a value of an enum that clients do not see', async () => {
    await using graph = await open({
      a: {
        sdl: `${LINK} type Query { kinds: [Kind] kind(of: Kind): Kind } enum Kind { OPEN HIDDEN @inaccessible }`,
        resolvers: { Query: { kinds: () => ['OPEN', 'HIDDEN'], kind: (_: never, { of }: { of: string }) => of } },
      },
    });
    const answer = await graph.ask('{ kinds }');
    expect(answer.body.data).toEqual({ kinds: ['OPEN', null] });
    expect(answer.body.errors?.[0]?.path).toEqual(['kinds', 1]);
    const refused = await graph.ask('{ kind(of: HIDDEN) }');
    expect([refused.status, refused.body.data]).toEqual([400, undefined]);
    const variables = { of: 'HIDDEN' };
    expect((await graph.ask('query($of: Kind) { kind(of: $of) }', { variables })).status).toBe(400);
    expect((await graph.ask('query($of: Kind = OPEN) { kind(of: $of) }')).body.data).toEqual({ kind: 'OPEN' });
  });

  it('follows conditions inside of conditions, across subgraphs', async () => {
    await using graph = await open({
      a: {
        sdl: `${LINK} type Query { item: Item } type Item @key(fields: "id") { id: ID! name: String }`,
        resolvers: { Query: { item: () => ({ id: 'i', name: 'n' }) } },
      },
      b: {
        sdl: `${LINK} type Item @key(fields: "id") { id: ID! price: Int }`,
        resolvers: { Item: { price: () => 5 } },
      },
    });
    const query = `query($a: Boolean!, $b: Boolean = true) {
      item @include(if: $a) { id ... @skip(if: $b) { price ... @include(if: $a) { name } } ... on Item @include(if: $b) { p: price } }
    }`;
    const ask = async (a: boolean, b?: boolean) => (await graph.ask(query, { variables: { a, b } })).body;
    expect(await ask(false)).toEqual({ data: {} });
    expect(await ask(true)).toEqual({ data: { item: { id: 'i', p: 5 } } });
    expect(await ask(true, false)).toEqual({ data: { item: { id: 'i', price: 5, name: 'n' } } });
  });

  it('adds fields to an interface by an interface object', async () => {
    await using graph = await open({
      a: {
        sdl: `${LINK} type Query { users: [User] } interface User @key(fields: "id") { id: ID! } type Nurse implements User @key(fields: "id") { id: ID! ward: String } type Clerk implements User @key(fields: "id") { id: ID! }`,
        resolvers: {
          Query: {
            users: () => [
              { __typename: 'Nurse', id: 'n', ward: 'w' },
              { __typename: 'Clerk', id: 'c' },
            ],
          },
          User: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        },
      },
      b: {
        sdl: `${LINK} type User @key(fields: "id") @interfaceObject { id: ID! badge: String }`,
        resolvers: { User: { badge: ({ id }: { id: string }) => `badge of ${id}` } },
      },
    });
    const answer = await graph.ask('{ users { __typename badge ... on Nurse { ward } } }');
    expect(answer.body).toEqual({
      data: {
        users: [
          { __typename: 'Nurse', badge: 'badge of n', ward: 'w' },
          { __typename: 'Clerk', badge: 'badge of c' },
        ],
      },
    });
  });

  it('says where in the whole answer an entity failed', async () => {
    await using graph = await open({
      a: {
        sdl: `${LINK} type Query { items: [Item!] } type Item @key(fields: "id") { id: ID! }`,
        resolvers: { Query: { items: () => [{ id: '1' }, { id: '2' }, { id: '3' }] } },
      },
      b: {
        sdl: `${LINK} type Item @key(fields: "id") { id: ID! price: Int }`,
        resolvers: {
          Item: {
            price: ({ id }: { id: string }) => {
              if (id === '2') throw new Error('no price');
              return 1;
            },
          },
        },
      },
    });
    expect(bare(await graph.ask('{ items { price } }'))).toEqual({
      data: { items: [{ price: 1 }, { price: null }, { price: 1 }] },
      errors: [{ message: 'no price', path: ['items', 1, 'price'] }],
    });
  });

  it('is null as a whole when a field that may not be null has no value', async () => {
    await using graph = await open({
      a: { sdl: `${LINK} type Query { a: Int! b: Int }`, resolvers: { Query: { a: () => null, b: () => 1 } } },
    });
    const answer = await graph.ask('{ a b }');
    expect([answer.status, answer.body.data, answer.body.errors?.length]).toEqual([200, null, 1]);
  });

  it('answers __typename of abstract types and of the root', async () => {
    await using graph = await open({
      a: {
        sdl: `${LINK} type Query { x: X } union X = A | B type A { a: Int } type B { b: Int }`,
        resolvers: { Query: { x: () => ({ __typename: 'B', b: 1 }) } },
      },
    });
    expect((await graph.ask('{ __typename t: __typename x { t: __typename ... on B { b } } }')).body).toEqual({
      data: { __typename: 'Query', t: 'Query', x: { t: 'B', b: 1 } },
    });
  });
});
