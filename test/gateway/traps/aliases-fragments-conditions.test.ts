import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stock } from '../hospital.ts';
import { codes, startGraph, type TestGraph } from '../start-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ local: { stock } });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const asked = () => graph.local('stock').calls.map(({ call }) => call.query);

describe('a denied field', () => {
  it.each([
    ['an alias', '{ item(id: "i1") { id label: cost } }'],
    ['an alias of a field that is allowed', '{ item(id: "i1") { cost: label c: cost } }'],
    ['a fragment', '{ item(id: "i1") { ...A } } fragment A on Item { ...B id } fragment B on Item { c: cost }'],
    ['an inline fragment without a type', '{ item(id: "i1") { ... { ... { cost } } id } }'],
    ['a condition by a variable', 'query($on: Boolean = true) { item(id: "i1") { id c: cost @include(if: $on) } }'],
    [
      'two conditions',
      'query($on: Boolean = true) { item(id: "i1") { id c: cost @include(if: $on) @skip(if: false) } }',
    ],
    ['a second operation', 'query A { item(id: "i1") { id c: cost } } query B { items { id } }'],
    ['a relation', '{ item(id: "i1") { parent { parent { id c: cost } } } }'],
  ])('is asked of nobody behind %s', async (_name, query) => {
    graph.local('stock').calls.length = 0;
    const answer = await graph.ask(query, query.startsWith('query A') ? { operationName: 'A' } : {});
    expect(codes(answer)).toContain('UNAUTHORIZED_FIELD_OR_TYPE');
    expect(asked().join()).not.toMatch(/\bcost\b(?!:)/);
    expect(JSON.stringify(answer.body.data)).not.toMatch(/:(4|9)\b/);
  });

  it('is judged by the variables of the request, not by those of the one before', async () => {
    const query = 'query($on: Boolean!) { item(id: "i1") { id cost @include(if: $on) } }';
    for (const [on, expected] of [
      [false, []],
      [true, ['UNAUTHORIZED_FIELD_OR_TYPE']],
      [false, []],
    ] as const)
      expect(codes(await graph.ask(query, { variables: { on } }))).toEqual(expected);
  });
});

describe('fragments that are in each other', () => {
  it('are refused before anybody judges them', async () => {
    const query = '{ item(id: "i1") { ...A } } fragment A on Item { id ...B } fragment B on Item { ...A cost }';
    expect(codes(await graph.ask(query))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });
});
