import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, executeSync, Kind, parse, print, stripIgnoredCharacters, validate, visit } from 'graphql';
import { conditionVariablesOf, specialize } from '../../../policies/access/specialize.ts';
import { createChoices } from '../executor/choices.ts';
import { randomOperation } from '../executor/random-operation.ts';

const schema = buildSchema(`
  type Query { self: Query item(n: Int): Item items: [Item!] things: [[Thing]!] found: [Found] count(n: Int): Int }
  interface Thing { id: ID! label(n: Int): String next: Thing }
  union Found = Item | Box
  type Item implements Thing { id: ID! label(n: Int): String next: Thing box: Box! }
  type Box implements Thing { id: ID! label(n: Int): String next: Thing size: Int holds: [Item] }
`);

const label = ({ n }: { readonly n?: number }) => `labelled ${n ?? 'plainly'}`;
const item: object = { __typename: 'Item', id: 'i', label, next: () => box, box: () => box };
const box: object = { __typename: 'Box', id: 'b', label, next: null, size: 2, holds: () => [item, null] };
const rootValue: object = {
  self: () => rootValue,
  item,
  items: [item, item],
  things: [[item, null], [box]],
  found: [box, item],
  count: ({ n }: { readonly n?: number }) => n ?? 0,
};

const HIDDEN = 'hidden';
type Variables = Readonly<Record<string, unknown>>;

/** As text, since the order of keys is part of an answer. */
const answer = (document: ReturnType<typeof parse>, operationName: string | null, variableValues: Variables): string =>
  JSON.stringify(executeSync({ schema, document, operationName, rootValue, variableValues }), (key, value: unknown) =>
    key === HIDDEN ? undefined : value,
  );

/** What must be true of any document, whatever its variables. */
const check = (text: string, operationName: string | null, variables: Variables): void => {
  const document = parse(text);
  const special = specialize(document, operationName, variables, HIDDEN);
  expect(answer(special, operationName, variables)).toBe(answer(document, operationName, variables));
  const left = print(special);
  expect(left).not.toMatch(/@(?:skip|include)/);
  expect(specialize(special, operationName, variables, HIDDEN)).toBe(special);
  expect(conditionVariablesOf(special, operationName)).toEqual([]);
  const problems = validate(schema, special).filter(({ message }) => special !== document || !isUnused(message));
  expect(problems).toEqual([]);
};

const isUnused = (message: string): boolean => / is never used/.test(message);

const TRUTHS = [true, false].flatMap((a) => [true, false].map((b) => ({ a, b })));

const special = (text: string, variables: Variables, operationName: string | null = null): string =>
  stripIgnoredCharacters(print(specialize(parse(text), operationName, variables, HIDDEN)));

describe('a specialized operation', () => {
  it.each([
    'query($a: Boolean!, $b: Boolean!) { item @include(if: $a) { id } count @skip(if: $b) }',
    'query($a: Boolean!, $b: Boolean!) { item { id @include(if: $a) @skip(if: $b) } }',
    'query($a: Boolean!, $b: Boolean!) { item { ... @include(if: $a) { id ... on Item @skip(if: $b) { label } } } }',
    'query($a: Boolean!, $b: Boolean!) { ...F @include(if: $a) ...F @skip(if: $b) } fragment F on Query { count }',
    'query($a: Boolean!, $b: Boolean!) { ...F ...G } fragment F on Query { item { ...H @include(if: $b) } } fragment G on Query { item { id @skip(if: $a) } } fragment H on Item { label box { size } }',
    'query($a: Boolean!, $b: Boolean!) { things { next { ...F } } } fragment F on Thing { id @include(if: $a) ... on Box { size @include(if: $b) } }',
    'query($a: Boolean!, $b: Boolean!) { item { label @skip(if: $a) } item { id @skip(if: $b) } }',
    'query($a: Boolean!, $b: Boolean!) { __schema @include(if: $a) { queryType { name @skip(if: $b) } } __typename @skip(if: $a) }',
    'query($a: Boolean!, $b: Boolean!) { self { self { found @skip(if: $a) { __typename @include(if: $b) } } } }',
    'query($a: Boolean!, $b: Boolean!) { x: count(n: 1) @include(if: $a) item { x: label @include(if: $b) } }',
    '{ count @skip(if: true) item @include(if: false) { id } self @include(if: true) { count } }',
    '{ count @skip(if: true) }',
  ])('is answered as the operation is: %s', (text) => {
    for (const truth of TRUTHS) check(text, null, truth);
  });

  it('is answered as the operation is, whatever the operation', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 20, maxLength: 200, size: 'max' }), (tape) => {
        const { text } = randomOperation(schema, createChoices(tape), 30);
        const isValid = validate(schema, parse(text)).every(({ message }) => isUnused(message));
        if (!isValid) return;
        for (const truth of TRUTHS) check(text, 'Q', { ...truth, n: 3 });
        compared++;
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  it('is the very same document where nothing is conditional', () => {
    const document = parse('query Q($n: Int) { count(n: $n) ...F } fragment F on Query { items { id } }');
    expect(specialize(document, null, {}, HIDDEN)).toBe(document);
  });

  it('asks an object of which nothing is left for its type, under the hidden key', () => {
    const text = 'query($a: Boolean!) { item { id @include(if: $a) } }';
    expect(special(text, { a: false })).toBe('{item{hidden:__typename}}');
    expect(special('{ count @skip(if: true) }', {})).toBe('{hidden:__typename}');
    expect(special('{ item { ... on Item @skip(if: true) { id } } }', {})).toBe('{item{hidden:__typename}}');
  });

  it('has no fragments, variables and operations that nothing names', () => {
    const text = `
      query A($a: Boolean!, $n: Int, $m: Int) { count(n: $n) ...F @include(if: $a) }
      query B { ...F }
      fragment F on Query { item(n: $m) { ...G } }
      fragment G on Item { id }`;
    expect(special(text, { a: false }, 'A')).toBe('query A($n:Int){count(n:$n)}');
    expect(special(text, { a: true }, 'A')).toBe(
      'query A($n:Int$m:Int){count(n:$n)...F}fragment F on Query{item(n:$m){...G}}fragment G on Item{id}',
    );
  });

  it('keeps other directives, and the variables they name', () => {
    expect(special('query($a: Boolean!, $n: Int) { count @include(if: $a) @mark(n: $n) }', { a: true })).toBe(
      'query($n:Int){count@mark(n:$n)}',
    );
  });

  it('keeps the places of its nodes in the text', () => {
    const text =
      'query($a: Boolean!) { item { id label @skip(if: $a) } ...F @include(if: $a) } fragment F on Query { count }';
    const places: string[] = [];
    visit(specialize(parse(text), null, { a: true }, HIDDEN), {
      enter: ({ kind, loc }) => {
        if (kind === Kind.FIELD || kind === Kind.FRAGMENT_SPREAD) places.push(text.slice(loc?.start, loc?.end));
      },
    });
    expect(places).toEqual(['item { id label @skip(if: $a) }', 'id', '...F @include(if: $a)', 'count']);
  });

  it('comes to an end with fragments in a circle', () => {
    const text = '{ ...F } fragment F on Query { ...G count @skip(if: true) } fragment G on Query { ...F }';
    expect(special(text, {})).toContain('fragment F');
  });
});

describe('the variables of the conditions', () => {
  it('are those of the operation and its fragments, sorted, each once', () => {
    const text = `
      query A($z: Boolean!, $b: Boolean!, $n: Boolean) { count @skip(if: $z) @include(if: $z) x: count @mark(if: $n) ...F }
      query B($c: Boolean!) { count @skip(if: $c) }
      fragment F on Query { item @include(if: $b) { id @skip(if: true) } }
      fragment G on Query { item @include(if: $unused) { id } }`;
    expect(conditionVariablesOf(parse(text), 'A')).toEqual(['b', 'z']);
    expect(conditionVariablesOf(parse(text), 'B')).toEqual(['c']);
  });

  it('are none where nothing is conditional', () => {
    expect(conditionVariablesOf(parse('{ count }'), null)).toEqual([]);
  });
});
