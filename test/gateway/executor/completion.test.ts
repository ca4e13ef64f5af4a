import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { getOperationAST, parse } from 'graphql';
import { MOST_ERRORS } from '../../../gateway/executor/compiled/completion/completion-error.ts';
import { numberText } from '../../../gateway/executor/compiled/completion/number-text.ts';
import { quote } from '../../../gateway/executor/compiled/completion/quote.ts';
import { type Answers, ask as askOf, type Asking, given } from './ask.ts';
import { createWorld } from './run-both.ts';
import { linked } from './worlds.ts';

const WORLD = createWorld(
  linked({
    stock: `LINK
      scalar Any
      type Query { items: [Item] rows: [Item!] item: Item things: [Thing] any: Any anys: [Any!] }
      interface Thing { id: ID! }
      type Item implements Thing @key(fields: "id") {
        id: ID! name: String title: String! size: Int weight: Float! isOpen: Boolean tags: [String!]! any: Any
      }
      type Drug implements Thing { id: ID! }`,
    shop: 'LINK type Item @key(fields: "id") { id: ID! price: Int! }',
  }),
);

const ask = (query: string, answers: Answers, asking?: Asking) => askOf(WORLD, query, answers, asking);

const anyString = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)), { maxLength: 40 })
  .map((codes) => String.fromCharCode(...codes));

describe('values as JSON', () => {
  it('are strings as JSON.stringify writes them, lone surrogates and all', () => {
    fc.assert(
      fc.property(anyString, (text) => {
        expect(quote(text)).toBe(JSON.stringify(text));
      }),
      {
        examples: [
          ['\ud800'],
          ['\udfff\ud800'],
          ['💥'],
          ['\u2028'],
          ['"'],
          ['\\'],
          ['\u007f'],
          ['\u001f'],
          [' !#[]~\ud7ff\ue000\uffff'],
        ],
      },
    );
  });

  it('are numbers as JSON.stringify writes them', () => {
    const amount = fc.tuple(fc.integer(), fc.constantFrom(1, 8, 10, 100, 1000)).map(([whole, by]) => whole / by);
    const near = amount.map((value) => value + Number.EPSILON * value);
    fc.assert(
      fc.property(fc.oneof(amount, near, fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
        expect(numberText(value)).toBe(JSON.stringify(value));
      }),
      {
        numRuns: 5000,
        examples: [[-0], [0.07], [1.15], [1.005], [-1.25], [21_474_836.47], [21_474_836.48], [1e21], [5e-324]],
      },
    );
  });

  it('are written in the objects they stand in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          id: anyString,
          name: fc.option(anyString),
          title: anyString,
          size: fc.option(fc.integer()),
          weight: fc.double({ noNaN: true, noDefaultInfinity: true }),
          isOpen: fc.option(fc.boolean()),
          tags: fc.array(anyString, { maxLength: 3 }),
          any: fc.jsonValue(),
        }),
        async (item) => {
          const { text } = await ask('{ item { id name title size weight isOpen tags any } }', {
            stock: given({ item }),
          });
          expect(text).toBe(JSON.stringify({ item }));
        },
      ),
    );
  });

  it('may be anything where the scalar is the subgraph’s own, if there is JSON of it', async () => {
    const { data, paths } = await ask('{ anys }', {
      stock: given({ anys: [Number.NaN, new Date(0), () => 1, { a: undefined, b: [undefined] }] }),
    });
    expect([data, paths]).toEqual([{ anys: [null, '1970-01-01T00:00:00.000Z', null, { b: [null] }] }, []]);
    const failed = await ask('{ any anys }', { stock: given({ any: 1, anys: [1, 2n] }) });
    expect([failed.data, failed.paths]).toEqual([{ any: 1, anys: null }, ['anys.1']]);
  });
});

describe('long lists', () => {
  const rows = Array.from({ length: 5000 }, (_, i) => ({
    id: `i${i}`,
    title: i % 7 === 0 ? 'a "b"' : 'plain',
    weight: i / 4,
    tags: ['x', `${i}`],
  }));

  it('are whole', async () => {
    const { text } = await ask('{ items { id title weight tags } }', { stock: given({ items: rows }) });
    expect(text).toBe(JSON.stringify({ items: rows }));
  });

  it('of strings of any length are whole', async () => {
    const lengths = fc.array(
      fc.constantFrom(0, 1, 50_000, 131_067, 131_068, 131_069, 131_070, 131_071, 131_072, 200_000),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(lengths, async (all) => {
        const item = { tags: all.map((length) => 'x'.repeat(length)) };
        const { text } = await ask('{ item { tags } }', { stock: given({ item }) });
        expect(text).toBe(JSON.stringify({ item }));
      }),
      { numRuns: 50 },
    );
  });

  it('are null when one of their items is, wherever it stands', async () => {
    const { text, paths } = await ask('{ rows { id } item { id } }', {
      stock: given({ rows: rows.map((row, i) => (i === 4000 ? null : row)), item: { id: 'z' } }),
    });
    expect([text, paths]).toEqual(['{"rows":null,"item":{"id":"z"}}', ['rows.4000']]);
  });
});

describe('the hidden type', () => {
  const hiding = (query: string, answers: Answers) => {
    const document = parse(query);
    const operation = getOperationAST(document);
    if (operation == null) throw new Error('no operation');
    return ask(query, answers, { prepared: { document, operation, denied: undefined, typeKey: 'hiddenType' } });
  };

  it('is no part of the answer, whether it is known or not', async () => {
    const { text, errors } = await hiding('{ item { hiddenType: __typename } things { hiddenType: __typename } }', {
      stock: given({ item: { hiddenType: 'Item' }, things: [{ __typename: 'Drug' }, { __typename: 'Thing' }] }),
    });
    expect([text, errors]).toEqual(['{"item":{},"things":[{},{}]}', []]);
  });

  it('may be a key of what a scalar holds', async () => {
    const any = { hiddenType: [{ hiddenType: 1 }] };
    const { text } = await hiding('{ any item { hiddenType: __typename } }', { stock: given({ any, item: {} }) });
    expect(text).toBe(JSON.stringify({ any, item: {} }));
  });

  it('is no part of introspection', async () => {
    const { text } = await hiding(
      '{ __schema { hiddenType: __typename queryType { name hiddenType: __typename } } }',
      {},
    );
    expect(text).toBe('{"__schema":{"queryType":{"name":"Query"}}}');
  });
});

describe('errors of completion', () => {
  const wrong = Array.from({ length: 20_000 }, (_, i) => ({ __typename: 'Item', id: `i${i}`, title: i, price: null }));

  it('are told up to a number, and then that there are more', async () => {
    const { data, errors } = await ask('{ items { title } item { id } }', {
      stock: given({ items: wrong, item: { id: '1' } }),
    });
    expect(data).toEqual({ items: wrong.map(() => null), item: { id: '1' } });
    expect(errors).toHaveLength(MOST_ERRORS + 1);
    expect(errors.slice(-2).map(({ path, message }) => [path, message])).toEqual([
      [['items', MOST_ERRORS - 1, 'title'], 'Invalid value found for field Item.title.'],
      [undefined, 'More values did not fit the schema; their errors are left out.'],
    ]);
  });

  it('are as many as there are up to that number', async () => {
    const { errors } = await ask('{ items { title } }', { stock: given({ items: wrong.slice(0, MOST_ERRORS) }) });
    expect(errors.map(({ path }) => path?.[1])).toEqual(Array.from({ length: MOST_ERRORS }, (_, i) => i));
  });

  it('are not counted where others explain them', async () => {
    const { paths } = await ask('{ items { price } item { title } }', {
      stock: given({ items: wrong, item: { title: null } }),
      shop: () => ({ data: null, errors: [{ message: 'down' }] }),
    });
    expect(paths).toEqual(['items.@', 'item.title']);
  });

  it('are not told again, however many have been told', async () => {
    const items = wrong.map(({ id }) => ({ id, title: null }));
    const told = items.slice(0, -1).map((_, i) => ({ message: 'x', path: ['items', i, 'title'] }));
    const { errors, paths } = await ask('{ items { title } }', { stock: () => ({ data: { items }, errors: told }) });
    expect([errors.length, paths.at(-1)]).toEqual([items.length, `items.${items.length - 1}.title`]);
  });
});

describe('introspection', () => {
  it('tells a caller who gives null for a name', async () => {
    const query =
      'query ($n: String = "Item") { __type(name: $n) { name } other: __type(name: $n) { kind } item { id } }';
    const stock = given({ item: { id: '1' } });
    const { data, errors, paths } = await ask(query, { stock }, { variables: { n: null } });
    expect([data, paths]).toEqual([{ __type: null, other: null, item: { id: '1' } }, ['__type', 'other']]);
    expect(errors[0]?.toJSON()).toEqual({
      message: 'An argument or variable has an invalid value.',
      path: ['__type'],
      locations: [{ line: 1, column: 44 }],
      extensions: { code: 'BAD_USER_INPUT', retryable: false },
    });
    const right = await ask(query, { stock });
    expect([right.data, right.errors]).toEqual([
      { __type: { name: 'Item' }, other: { kind: 'OBJECT' }, item: { id: '1' } },
      [],
    ]);
  });
});
