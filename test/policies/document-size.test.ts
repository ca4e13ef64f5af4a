import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { DEEPEST_SELECTION, documentSize, MOST_SELECTIONS } from '../../policies/access/document-size.ts';
import { stock } from '../gateway/hospital.ts';
import { codes, startGraph, type TestGraph } from '../gateway/start-graph.ts';

const count = (text: string) => documentSize(parse(text)).selections;

const nested = (levels: number, inner = 'id') => `${'parent { '.repeat(levels)} ${inner} ${'} '.repeat(levels)}`;

/** Fragments that each spread the next one many times. */
const bomb = (levels: number, times: number): string => {
  const fragments = Array.from({ length: levels }, (_, level) => {
    const inner = level === levels - 1 ? 'id' : `...F${level + 1} `.repeat(times);
    return `fragment F${level} on Item { parent { ${inner} } }`;
  });
  return `{ items { ...F0 } } ${fragments.join(' ')}`;
};

describe('the size of a document', () => {
  it('is the number of its selections with fragments put in place', () => {
    expect(count('{ a b { c } }')).toBe(3);
    expect(count('{ ...F ...F } fragment F on Query { a b }')).toBe(6);
    expect(count('{ ... on Query { a ... { b } } }')).toBe(4);
    expect(count('query A { a } query B { a b }')).toBe(3);
  });

  it('is found out without expanding anything', () => {
    expect(count(bomb(40, 10))).toBeGreaterThan(1e39);
  });

  it('of fragments in a circle is finite', () => {
    expect(count('{ ...F } fragment F on Query { ...G } fragment G on Query { ...F a }')).toBeLessThan(10);
  });

  it('has a depth, through fragments too', () => {
    const depth = (text: string) => documentSize(parse(text)).depth;
    expect(depth('{ a { b { c } } d }')).toBe(3);
    expect(depth('{ a { ...F } } fragment F on Query { b { c } }')).toBe(4);
  });

  it('counts fragments nobody uses', () => {
    const unused = bomb(10, 4).replace('{ items { ...F0 } }', '{ __typename }');
    expect(count(unused)).toBeGreaterThan(MOST_SELECTIONS);
  });
});

describe('a document that is too large', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startGraph({ local: { stock } });
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  it.each([
    ['expands to too much', bomb(10, 4)],
    [
      'has too many selections',
      `{ ${Array.from({ length: MOST_SELECTIONS + 1 }, (_, index) => `a${index}: __typename`).join(' ')} }`,
    ],
    ['is nested too deep', `{ items { ${nested(DEEPEST_SELECTION)} } }`],
    [
      'is nested too deep by fragments',
      `{ items { ...F } } fragment F on Item { ${nested(60, '...G')} } fragment G on Item { ${nested(60)} }`,
    ],
    ['is nested so deep that it can hardly be parsed', `{ items { ${nested(7000)} } }`],
    ['has a value nested too deep', `{ grade(filter: ${'['.repeat(7000)}${']'.repeat(7000)}) }`],
    ['has a type nested too deep', `query($a: ${'['.repeat(7000)}Int${']'.repeat(7000)}) { grade }`],
    ['has too many tokens', `{ grade(filter: { text: "x" ${'# \n text: "x" '.repeat(6000)} }) }`],
  ])('is refused: it %s', async (_name, query) => {
    const answer = await graph.ask(query);
    expect([answer.status, codes(answer)]).toEqual([400, ['OPERATION_TOO_LARGE']]);
  });

  it('is refused by GET too', async () => {
    const answer = await graph.request({
      path: `/graphql?query=${encodeURIComponent(bomb(10, 4))}`,
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(codes(answer)).toEqual(['OPERATION_TOO_LARGE']);
  });

  it('in the small is not refused: the largest allowed runs', async () => {
    const query = `{ ${Array.from({ length: MOST_SELECTIONS }, (_, index) => `a${index}: __typename`).join(' ')} }`;
    expect(Object.keys((await graph.ask(query)).body.data)).toHaveLength(MOST_SELECTIONS);
  });

  it('with fragments in a circle is invalid', async () => {
    const answer = await graph.ask('{ items { ...F } } fragment F on Item { parent { ...F } }');
    expect(codes(answer)).toContain('GRAPHQL_VALIDATION_FAILED');
  });
});
