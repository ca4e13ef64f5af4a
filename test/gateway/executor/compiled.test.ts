import { describe, expect, it } from '@jest/globals';
import { GraphQLSchema, parse } from 'graphql';
import { compileMerge } from '../../../gateway/executor/compiled/compile-merge.ts';
import { compiledPlan } from '../../../gateway/executor/compiled/compile-plan.ts';
import type { CompletionState, Place } from '../../../gateway/executor/compiled/completion/completer.ts';
import { objectWriter } from '../../../gateway/executor/compiled/completion/object-writer.ts';
import { toldErrors } from '../../../gateway/executor/compiled/completion/told-errors.ts';
import { merge } from '../../../gateway/executor/compiled/merge.ts';
import { below, objectsAt, positionsOf, ROOT } from '../../../gateway/executor/compiled/plan-path.ts';
import { fail } from '../../../platform/errors.ts';
import type { SubgraphCall } from '../../../platform/subgraph.ts';
import { type Answers, ask as askOf, type Asking, given } from './ask.ts';
import { createWorld, planOf } from './run-both.ts';
import { linked } from './worlds.ts';

const STORE = createWorld(
  linked({
    stock: `LINK
      type Query { items: [Item!] item: Item things: [Thing] }
      type Mutation { first: Int second: Int third: Int }
      interface Thing { id: ID! name: String }
      type Item implements Thing @key(fields: "id") { id: ID! name: String grade: Grade dims: Dims @shareable next: Item! }
      type Drug implements Thing { id: ID! name: String dose: Int! }
      type Dims @shareable { w: Int! h: Int! }
      enum Grade { GOOD POOR SECRET @inaccessible }`,
    shop: `LINK
      type Mutation { other: Int }
      type Item @key(fields: "id") { id: ID! price: Int tags: [Tag!] cost: Int! dims: Dims @shareable }
      type Dims @shareable { w: Int! h: Int! }
      type Tag { text: String! }`,
  }),
);

const ask = (query: string, answers: Answers, asking?: Asking) => askOf(STORE, query, answers, asking);

const representations = ({ variables }: SubgraphCall) => variables?.['representations'];
const item = (id: string, rest: object = {}) => ({ __typename: 'Item', id, ...rest });

describe('a fetch of entities', () => {
  it('asks for each entity once, and gives it to everybody', async () => {
    const { data, calls } = await ask('{ items { price tags { text } } }', {
      stock: given({ items: [item('1'), item('2'), item('1')] }),
      shop: given({
        _entities: [
          { price: 7, tags: [{ text: 'a' }] },
          { price: 8, tags: null },
        ],
      }),
    });
    expect(representations(calls[1]?.call as SubgraphCall)).toEqual([item('1'), item('2')]);
    const one = { price: 7, tags: [{ text: 'a' }] };
    expect(data).toEqual({ items: [one, { price: 8, tags: null }, one] });
  });

  it('tells an error of an entity at every position it stands for', async () => {
    const { paths } = await ask('{ items { price tags { text } } }', {
      stock: given({ items: [item('1'), item('2'), item('1')] }),
      shop: () => ({
        data: {
          _entities: [
            { price: 7, tags: [null] },
            { price: 8, tags: [] },
          ],
        },
        errors: [{ message: 'x', path: ['_entities', 0, 'tags', 0, 'text'] }],
      }),
    });
    expect(paths).toEqual(['items.0.tags.0.text', 'items.2.tags.0.text']);
  });

  it('knows the string 1 from the number 1', async () => {
    const { calls } = await ask('{ items { price } }', {
      stock: given({ items: [item('1'), { __typename: 'Item', id: 1 }] }),
      shop: given({ _entities: [{ price: 1 }, { price: 2 }] }),
    });
    expect(representations(calls[1]?.call as SubgraphCall)).toHaveLength(2);
  });

  it('does not ask when there is nothing to ask for', async () => {
    const { data, calls } = await ask('{ items { price } item { price } }', {
      stock: given({ items: [], item: null }),
      shop: () => {
        throw new Error('asked');
      },
    });
    expect([data, calls.length]).toEqual([{ items: [], item: null }, 1]);
  });

  it('that gets another number of entities gives none of them', async () => {
    const { data, paths } = await ask('{ items { price } }', {
      stock: given({ items: [item('1')] }),
      shop: given({ _entities: [{ price: 1 }, { price: 2 }] }),
    });
    expect([data, paths]).toEqual([{ items: [{ price: null }] }, ['items.@']]);
  });

  it('that fails leaves its siblings their data', async () => {
    const { data, errors, paths } = await ask('{ items { name price } }', {
      stock: given({ items: [item('1', { name: 'a' })] }),
      shop: () => Promise.reject(fail('GATEWAY_TIMEOUT')),
    });
    expect([data, paths]).toEqual([{ items: [{ name: 'a', price: null }] }, ['items.@']]);
    expect(errors[0]?.extensions['code']).toBe('GATEWAY_TIMEOUT');
  });

  it('survives paths of errors that are none', async () => {
    const errors = [
      { message: 'a', path: 'items' },
      { message: 'b', path: [{}] },
      { message: 'c', path: ['_entities', 9] },
    ];
    const { paths } = await ask('{ items { price } }', {
      stock: given({ items: [item('1')] }),
      shop: () => ({ data: { _entities: [{ price: 1 }] }, errors: errors as never }),
    });
    expect(paths).toEqual(['items.@', 'items.@', 'items.@']);
  });
});

describe('completion', () => {
  it('lets null rise to where it may be, and says where it began and in which line', async () => {
    const { data, errors } = await ask('{\n  item { next {\n cost } } }', {
      stock: given({ item: item('1', { next: item('2') }) }),
      shop: given({ _entities: [{ cost: null }] }),
    });
    expect(data).toEqual({ item: null });
    expect(errors.map((error) => error.toJSON())).toEqual([
      {
        message: 'Cannot return null for non-nullable field Item.cost.',
        path: ['item', 'next', 'cost'],
        locations: [{ line: 3, column: 2 }],
        extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', retryable: true },
      },
    ]);
  });

  it('tells once what a subgraph has told already', async () => {
    const { paths } = await ask('{ item { next { cost } } }', {
      stock: given({ item: item('1', { next: item('2') }) }),
      shop: () => ({ data: { _entities: [null] }, errors: [{ message: 'x', path: ['_entities', 0, 'cost'] }] }),
    });
    expect(paths).toEqual(['item.next.cost']);
  });

  it('hides values of enums that clients may not see', async () => {
    const { data, paths } = await ask('{ items { grade } }', {
      stock: given({ items: [{ grade: 'SECRET' }, { grade: 'GOOD' }, { grade: 'constructor' }] }),
    });
    expect([data, paths]).toEqual([
      { items: [{ grade: null }, { grade: 'GOOD' }, { grade: null }] },
      ['items.0.grade', 'items.2.grade'],
    ]);
  });

  it.each([
    [true, false, '{"item":{"name":"n","id":"1"}}'],
    [false, true, '{"item":{"id":"1","name":"n"}}'],
    [false, false, '{"item":{"id":"1"}}'],
  ])('puts a key where it is first selected (a: %s, b: %s)', async (a, b, text) => {
    const query =
      'query($a: Boolean!, $b: Boolean!) { item { name @include(if: $a) id ... @include(if: $b) { name } } }';
    const answered = await ask(query, { stock: given({ item: { id: '1', name: 'n' } }) }, { variables: { a, b } });
    expect(answered.text).toBe(text);
  });

  it('merges conditional selections of one field', async () => {
    const query =
      'query($a: Boolean!, $b: Boolean!) { item @include(if: $a) { name } item @include(if: $b) { id } item @skip(if: $a) { grade } }';
    const stock = given({ item: { id: '1', name: 'n', grade: 'GOOD' } });
    const texts = await Promise.all(
      [
        [true, false],
        [false, true],
        [true, true],
      ].map(async ([a, b]) => (await ask(query, { stock }, { variables: { a, b } })).text),
    );
    expect(texts).toEqual([
      '{"item":{"name":"n"}}',
      '{"item":{"id":"1","grade":"GOOD"}}',
      '{"item":{"name":"n","id":"1"}}',
    ]);
  });

  it('answers introspection with and without variables', async () => {
    const fixed = await ask(
      '{ __schema { queryType { name } } t: __type(name: "Dims") { fields { name } } __typename }',
      {},
    );
    expect(fixed.data).toEqual({
      __schema: { queryType: { name: 'Query' } },
      t: { fields: [{ name: 'w' }, { name: 'h' }] },
      __typename: 'Query',
    });
    const query = 'query($n: String!, $a: Boolean!) { __type(name: $n) @include(if: $a) { name } item { id } }';
    const stock = given({ item: { id: '1' } });
    const asked = (n: string, a: boolean) => ask(query, { stock }, { variables: { n, a } });
    expect((await asked('Item', true)).data).toEqual({ __type: { name: 'Item' }, item: { id: '1' } });
    expect((await asked('None', true)).data).toEqual({ __type: null, item: { id: '1' } });
    expect((await asked('Item', false)).data).toEqual({ item: { id: '1' } });
  });
});

describe('a plan', () => {
  it('runs mutations in their order, whoever serves them', async () => {
    const order: string[] = [];
    const slowly = (name: string) => async (call: SubgraphCall) => {
      order.push(`${name} ${call.query.replaceAll(/mutation|\W/g, '')}`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} done`);
      return { data: {} };
    };
    await ask('mutation { first other second }', { stock: slowly('stock'), shop: slowly('shop') });
    expect(order).toEqual(['stock first', 'stock done', 'shop other', 'shop done', 'stock second', 'stock done']);
  });

  it('is compiled once', () => {
    const plan = planOf(STORE.generation, parse('{ item { price } }'));
    const compile = () => compiledPlan(STORE.generation, plan);
    expect(compile()).toBe(compile());
  });
});

describe('names that mean something to the machine', () => {
  const evil = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  it('are keys like any other in answers', async () => {
    const selections = evil.map((key) => `${key}: name`).join(' ');
    const data = `{"item":{${evil.map((key) => `"${key}":"of ${key}"`).join(',')}}}`;
    const { text } = await ask(`{ item { ${selections} } }`, { stock: () => ({ data: JSON.parse(data) as never }) });
    expect(text).toBe(data);
  });

  it('are null where an answer does not have them', async () => {
    const { text } = await ask(`{ item { ${evil.map((key) => `${key}: name`).join(' ')} } }`, {
      stock: given({ item: {} }),
    });
    expect(text).toBe(`{"item":{${evil.map((key) => `"${key}":null`).join(',')}}}`);
  });

  it('are keys of entities, and of what they hold', async () => {
    const { text } = await ask('{ items { __proto__: price constructor: tags { __proto__: text } } }', {
      stock: given({ items: [item('1'), item('1')] }),
      shop: () => ({
        data: JSON.parse('{"_entities":[{"__proto__":3,"constructor":[{"__proto__":"x"}]}]}') as never,
      }),
    });
    const one = '{"__proto__":3,"constructor":[{"__proto__":"x"}]}';
    expect(text).toBe(`{"items":[${one},${one}]}`);
    expect(({} as { price?: unknown }).price).toBeUndefined();
  });

  it('pollute nothing from an answer that was not asked for them', async () => {
    const poison =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"price":1,"tags":[{"__proto__":{"polluted":1},"text":"t"}]}';
    const { text } = await ask('{ items { price tags { text } } }', {
      stock: () => ({
        data: JSON.parse(
          `{"__proto__":{"polluted":1},"items":[{"__typename":"Item","id":"1","__proto__":{"polluted":1}},{"__typename":"Item","id":"1"}]}`,
        ) as never,
      }),
      shop: () => ({ data: JSON.parse(`{"_entities":[${poison}]}`) as never }),
    });
    const one = '{"price":1,"tags":[{"text":"t"}]}';
    expect(text).toBe(`{"items":[${one},${one}]}`);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('are types nobody has', async () => {
    const things = [...evil, '"); throw 1; ("', '\u2028'].map((__typename) => ({ __typename, id: '1' }));
    const { data } = await ask('{ things { id } }', { stock: given({ things }) });
    expect(data).toEqual({ things: things.map(() => null) });
  });

  it.each(['"', "'", '`', '\\', '\\u0022', '\n', '\u2028', '\u2029', '*/', '${1}', '"];throw 1;//', '💥', ''])(
    'do not get out of the generated text: %j',
    (key) => {
      const target = {};
      compileMerge([key])(target, { [key]: 1, other: 2 }, false);
      expect(target).toEqual({ [key]: 1 });
      const name = {
        kind: 'read',
        place: PLACE,
        isNonNull: false,
        plain: 'string',
        complete: () => '"completed"',
      } as const;
      const kind = { ...name, isNonNull: true };
      const here = { open: undefined, shut: [], nulls: [] };
      const writer = objectWriter(
        [
          { ...here, key, value: name },
          { ...here, key: `${key}2`, value: kind },
          { ...here, key: `${key}3`, value: { kind: 'constant', json: JSON.stringify(key) } },
        ],
        PLACE,
      );
      const written = (object: object) => JSON.parse(writer(object, STATE) ?? 'null') as unknown;
      const rest = { [`${key}2`]: 'y', [`${key}3`]: key };
      expect(written({ [key]: 'x', ...rest })).toEqual({ [key]: 'x', ...rest });
      expect(written({ [key]: 1, ...rest })).toEqual({ [key]: 'completed', ...rest });
      expect(written({ [key]: null, ...rest })).toEqual({ [key]: null, ...rest });
    },
  );

  const PLACE: Place = { path: [], depth: 0, field: 'T.f', nodes: [] };
  const STATE: CompletionState = {
    variables: {},
    shown: () => new GraphQLSchema({}),
    isOpen: [],
    indices: [],
    told: toldErrors([]),
    errors: [],
  };
});

describe('merging', () => {
  it('keeps what is there, key by key and item by item', () => {
    const target = { a: { b: 1, list: [{ x: 1 }, null, [[{ y: 1 }]]] }, gone: { c: 1 } };
    merge(target, { a: { d: 2, list: [{ z: 2 }, { w: 2 }, [[{ q: 2 }]]] }, gone: null, e: undefined });
    expect(target).toEqual({
      a: { b: 1, d: 2, list: [{ x: 1, z: 2 }, { w: 2 }, [[{ y: 1, q: 2 }]]] },
      gone: { c: 1 },
    });
  });

  it('makes no two positions one', () => {
    const [one, other] = [{}, {}] as [Record<string, { x: number }>, Record<string, { x: number }>];
    const entity = { a: { x: 1 } };
    merge(one, entity);
    merge(other, entity, true);
    expect(other).toEqual(one);
    expect(other['a']).not.toBe(one['a']);
  });
});

describe('the path of a fetch', () => {
  const cat = { __typename: 'Cat', owner: { name: 'kim' } };
  const dog = { __typename: 'Dog', owner: { name: 'lee' } };
  const data = { animals: [cat, null, [dog], 'text', dog, { owner: { name: 'untyped' } }] };

  it('passes by what is not of its shape', () => {
    expect(objectsAt(data, below(ROOT, ['animals', '@', 'owner']))).toEqual([
      { name: 'kim' },
      { name: 'lee' },
      { name: 'untyped' },
    ]);
    expect(objectsAt(data, below(ROOT, ['animals', 'owner']))).toEqual([]);
    expect(objectsAt(data, below(ROOT, ['constructor', 'prototype']))).toEqual([]);
  });

  it('keeps to the types it names', () => {
    const path = below(ROOT, ['animals', '@|[Dog,Fish]', 'owner']);
    expect(objectsAt(data, path)).toEqual([dog.owner]);
    expect(path.path).toEqual(['animals', '@', 'owner']);
    expect(objectsAt(cat, below(ROOT, ['|[Cat]', 'owner']))).toEqual([cat.owner]);
  });

  it('can be told for each object', () => {
    const positions = positionsOf(data, below(ROOT, ['animals', '@', 'owner']), new Set([dog.owner]));
    expect([...positions.values()]).toEqual([['animals', 4, 'owner']]);
  });
});
