import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LINK, paths, startGraph, type TestGraph } from '../start-graph.ts';

const ITEMS = [
  { __typename: 'Bed', id: 'b', label: 'bed', price: 1 },
  { __typename: 'Dose', id: 'd', label: 'dose', price: 2, strength: 9 },
  { __typename: 'Pay', id: 'p', label: 'pay', price: 3 },
];

const store = {
  sdl: `${LINK}
    type Query { any: [Any!] things: [Thing] boxes: [Box] }
    union Any = Bed | Dose | Pay
    interface Thing @key(fields: "id") { id: ID! label: String price: Int next: Thing }
    type Bed implements Thing @key(fields: "id") { id: ID! label: String price: Int next: Thing }
    type Dose implements Thing @key(fields: "id") @requiresScopes(scopes: [["dose"]])
      { id: ID! label: String price: Int next: Thing strength: Int }
    type Pay implements Thing @key(fields: "id") @policy(policies: [["forPayroll"]])
      { id: ID! label: String price: Int @requiresScopes(scopes: [["price"]]) next: Thing }
    interface Box { inner: Thing }
    type Open implements Box { inner: Thing }
    type Shut implements Box { inner: Thing @requiresScopes(scopes: [["key"]]) }
  `,
  resolvers: {
    Query: {
      any: () => ITEMS,
      things: () => ITEMS,
      boxes: () => [
        { __typename: 'Open', inner: ITEMS[0] },
        { __typename: 'Shut', inner: ITEMS[0] },
      ],
    },
    Thing: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Any: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    Box: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  },
};

/** Adds a field to every thing, without knowing the types there are. */
const ratings = {
  sdl: `${LINK} type Thing @key(fields: "id") @interfaceObject { id: ID! rating: Int @requiresScopes(scopes: [["rate"]]) }`,
  resolvers: { Thing: { rating: () => 5 } },
};

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ local: { store, ratings } });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

describe('members of a union', () => {
  it('are judged one by one, and __typename is free', async () => {
    const query = '{ any { __typename ... on Bed { label } ... on Dose { label } ... on Pay { label } } }';
    const answer = await graph.ask(query, { scopes: ['dose'] });
    expect(answer.body.data.any).toEqual([
      { __typename: 'Bed', label: 'bed' },
      { __typename: 'Dose', label: 'dose' },
      { __typename: 'Pay', label: null },
    ]);
    const forPay = await graph.ask(query, { purpose: 'payroll' });
    expect(forPay.body.data.any.map(({ label }: { label: string }) => label)).toEqual(['bed', null, 'pay']);
  });

  it('are not opened by a fragment on an interface they share', async () => {
    const answer = await graph.ask('{ any { ... on Thing { label } } }');
    expect(answer.body.data).toEqual({ any: null });
  });
});

describe('one response key in sibling fragments', () => {
  it('is null for the denied type, and what it is for the others', async () => {
    const query = '{ things { ... on Bed { x: label } ... on Dose { x: label } ... on Pay { x: label } } }';
    const answer = await graph.ask(query, { purpose: 'payroll' });
    expect(answer.body.data).toEqual({ things: [{ x: 'bed' }, { x: null }, { x: 'pay' }] });
    expect(paths(answer)).toEqual(['things.@.x']);
  });

  it('does not borrow the verdict of the first to be written', async () => {
    const dose = '... on Dose { x: price }';
    const pay = '... on Pay { x: price }';
    for (const fragments of [`${dose} ${pay}`, `${pay} ${dose}`]) {
      const answer = await graph.ask(`{ things { ${fragments} ... on Bed { x: price } } }`, { scopes: ['dose'] });
      expect(answer.body.data).toEqual({ things: [{ x: 1 }, { x: 2 }, { x: null }] });
    }
  });
});

describe('an interface with a denied implementer', () => {
  it('shuts its fields, and opens them in a fragment on an allowed type', async () => {
    const scopes = ['dose'];
    expect((await graph.ask('{ things { label } }', { scopes })).body.data).toEqual({ things: null });
    const query = '{ things { ... on Bed { label } ... on Dose { label } } }';
    expect((await graph.ask(query, { scopes })).body).toEqual({
      data: { things: [{ label: 'bed' }, { label: 'dose' }, {}] },
    });
    const all = await graph.ask('{ things { label } }', { scopes, purpose: 'payroll' });
    expect(all.body.errors).toBeUndefined();
  });

  it('shuts a field that one of them guards, however deep the fragments lie in each other', async () => {
    const query = '{ things { ... on Thing { ... { ... on Thing { price } } } } }';
    const answer = await graph.ask(query, { scopes: ['dose'], purpose: 'payroll' });
    expect(answer.body.data).toEqual({ things: null });
    const inPay = '{ things { __typename ... on Pay { ... on Thing { price } } } }';
    expect((await graph.ask(inPay, { scopes: ['dose'], purpose: 'payroll' })).body.data).toEqual({
      things: [{ __typename: 'Bed' }, { __typename: 'Dose' }, { __typename: 'Pay', price: null }],
    });
  });

  it('does not give away what lies behind it by another one', async () => {
    const answer = await graph.ask('{ boxes { inner { ... on Bed { id } } } }');
    expect(answer.body.data).toEqual({ boxes: null });
    const open = await graph.ask('{ boxes { ... on Open { inner { ... on Bed { id } } } } }');
    expect(open.body.data).toEqual({ boxes: [{ inner: { id: 'b' } }, {}] });
  });

  it('guards what a subgraph adds to the interface for all of them', async () => {
    for (const query of ['{ things { rating } }', '{ things { ... on Bed { rating } } }'])
      expect(
        JSON.stringify((await graph.ask(query, { scopes: ['dose'], purpose: 'payroll' })).body.data),
      ).not.toContain('5');
    const answer = await graph.ask('{ things { ... on Bed { rating } } }', { scopes: ['rate'] });
    expect(answer.body.data.things[0]).toEqual({ rating: 5 });
  });
});
