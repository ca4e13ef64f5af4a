import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';

/** A case in which the reference is wrong, and what is right. */
export interface Difference {
  readonly name: string;
  /** The section that says so: of the GraphQL specification, or of Federation's. */
  readonly section: string;
  readonly sdls: Readonly<Record<string, string>>;
  readonly query: string;
  readonly answers: Readonly<Record<string, (call: SubgraphCall) => SubgraphAnswer>>;
  readonly data: unknown;
  /** Of the errors. */
  readonly paths: readonly string[];
}

const one = 'LINK type Query { a: Item b: Int! list: [Item] node: Node nodes: [Node] }';
const items = `${one}
  interface Node { id: ID! }
  type Item implements Node @key(fields: "id") { id: ID! size: Int! name: String next: Item }
  type Other implements Node { id: ID! }
  type Stranger { id: ID! }`;
const prices = 'LINK type Item @key(fields: "id") { id: ID! price: Int! }';

const entities =
  (...all: readonly unknown[]) =>
  (): SubgraphAnswer => ({ data: { _entities: all } });
const answer = (data: Readonly<Record<string, unknown>>) => (): SubgraphAnswer => ({ data });
const ids = ({ variables }: SubgraphCall) => variables?.['representations'] as readonly { readonly id: string }[];

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'A value of the wrong shape is null and an error; the reference drops the whole data.',
    section: '6.4.3 Value Completion, 6.4.4 Handling Execution Errors',
    sdls: { items },
    query: '{ a { size } b list { name } }',
    answers: { items: answer({ a: 'text', b: 1, list: { name: 'x' } }) },
    data: { a: null, b: 1, list: null },
    paths: ['a', 'list'],
  },
  {
    name: 'A list is not an object; the reference takes it for an empty one.',
    section: '6.4.3 Value Completion',
    sdls: { items },
    query: '{ a { name } b }',
    answers: { items: answer({ a: [], b: 1 }) },
    data: { a: null, b: 1 },
    paths: ['a'],
  },
  {
    name: 'A null in the wrong place is an error of its own beside others; the reference then keeps it to itself.',
    section: '6.4.4 Handling Execution Errors',
    sdls: { items },
    query: '{ a { size } list { name } }',
    answers: {
      items: () => ({ data: { a: { size: null }, list: null }, errors: [{ message: 'no list', path: ['list'] }] }),
    },
    data: { a: null, list: null },
    paths: ['list', 'a.size'],
  },
  {
    name: 'A fragment in a fragment of an interface applies to the object; the reference forgets which type it has.',
    section: '6.3.2 CollectFields, DoesFragmentTypeApply',
    sdls: { items },
    query: '{ a { ... on Node { id ... on Item { size } } } }',
    answers: { items: answer({ a: { id: '1', size: 2 } }) },
    data: { a: { id: '1', size: 2 } },
    paths: [],
  },
  {
    name: 'An object whose type cannot stand here is null and an error; the reference takes any type there is.',
    section: '6.4.3 ResolveAbstractType',
    sdls: { items: items.replace('node: Node', 'node: Node stranger: Stranger') },
    query: '{ node { id } }',
    answers: { items: answer({ node: { __typename: 'Stranger', id: '1' } }) },
    data: { node: null },
    paths: ['node'],
  },
  {
    name: 'The type of a field is the schema’s affair; the reference believes an object that claims another.',
    section: '4.4 Type Name Introspection, 6.4.3 Value Completion',
    sdls: { items },
    query: '{ a { __typename name } }',
    answers: { items: answer({ a: { __typename: 'Stranger', name: 'x' } }) },
    data: { a: { __typename: 'Item', name: 'x' } },
    paths: [],
  },
  {
    name: 'An object of no known type whose type is asked for is null and an error; the reference says nothing.',
    section: '6.4.4 Handling Execution Errors',
    sdls: { items },
    query: '{ node { __typename id } }',
    answers: { items: answer({ node: { id: '1' } }) },
    data: { node: null },
    paths: ['node.__typename'],
  },
  {
    name: 'An ID is written as a string; the reference passes a number on.',
    section: '3.5.5 ID, Result Coercion',
    sdls: { items },
    query: '{ a { id } }',
    answers: { items: answer({ a: { id: 7 } }) },
    data: { a: { id: '7' } },
    paths: [],
  },
  {
    name: 'Keys come in the order of the document; the reference has an order of its own.',
    section: '7.2.2 Serialized Map Ordering',
    sdls: { items },
    query: '{ node { ... on Item { name } type: __typename ... on Item { size } } }',
    answers: { items: answer({ node: { __typename: 'Item', type: 'Item', name: 'x', size: 1 } }) },
    data: { node: { name: 'x', type: 'Item', size: 1 } },
    paths: [],
  },
  {
    name: 'Lists of lists from two subgraphs meet item by item; the reference keeps the later one.',
    section: '6.4.3 Value Completion',
    sdls: {
      x: 'LINK type Query { grid: [[Cell]] @shareable } type Cell { a: Int }',
      y: 'LINK type Query { grid: [[Cell]] @shareable } type Cell { b: Int }',
    },
    query: '{ grid { a b } }',
    answers: { x: answer({ grid: [[{ a: 1 }]] }), y: answer({ grid: [[{ b: 2 }]] }) },
    data: { grid: [[{ a: 1, b: 2 }]] },
    paths: [],
  },
  {
    name: 'Null from one subgraph takes nothing from what another gave; with the reference the later answer decides.',
    section: '6.4.3 Value Completion',
    sdls: {
      x: 'LINK type Query { cell: Cell @shareable } type Cell { a: Int }',
      y: 'LINK type Query { cell: Cell @shareable } type Cell { b: Int }',
    },
    query: '{ cell { a b } }',
    answers: { x: answer({ cell: { a: 1 } }), y: answer({ cell: null }) },
    data: { cell: { a: 1, b: null } },
    paths: [],
  },
  {
    name: 'A value that had to be asked for under another name keeps it when it is 0; the reference loses it.',
    section: '6.4.3 Value Completion',
    sdls: {
      x: `LINK type Query { any: [Any] } union Any = A | B
        type A { value: Int! @shareable } type B { value: Int }`,
      y: 'LINK type Query { one: A } type A { value: Int @shareable }',
    },
    query: '{ any { ... on A { value } ... on B { value } } }',
    answers: {
      x: answer({
        any: [
          { __typename: 'A', value: 0 },
          { __typename: 'B', value__alias_0: 0 },
        ],
      }),
    },
    data: { any: [{ value: 0 }, { value: 0 }] },
    paths: [],
  },
  {
    name: 'What is required can be null, under whatever name it was asked for; the reference then does not ask.',
    section: 'Federation: @requires',
    sdls: {
      x: `LINK type Query { any: [Any] } union Any = A | B
        type A { size: Int! } type B @key(fields: "id") { id: ID! size: Int @shareable }`,
      y: `LINK type B @key(fields: "id") { id: ID! size: Int @external need: String @requires(fields: "size") }`,
    },
    query: '{ any { ... on A { size } ... on B { need } } }',
    answers: {
      x: answer({ any: [{ __typename: 'B', id: '1', size__alias_0: null }] }),
      y: (call) => ({ data: { _entities: ids(call).map((asked) => ({ need: JSON.stringify(asked) })) } }),
    },
    data: { any: [{ need: '{"__typename":"B","id":"1","size":null}' }] },
    paths: [],
  },
  {
    name: 'An error of one entity is told at its position, objects nobody asked about left out of the count.',
    section: '7.1.2 Errors, path',
    sdls: { items, prices },
    query: '{ list { id price } }',
    answers: {
      items: answer({ list: [{ __typename: 'Item' }, { __typename: 'Item', id: '2' }] }),
      prices: () => ({
        data: { _entities: [null] },
        errors: [{ message: 'no price', path: ['_entities', 0, 'price'] }],
      }),
    },
    data: { list: [null, null] },
    paths: ['list.1.price', 'list.0.id'],
  },
  {
    name: 'An error of a whole fetch of entities is told where these stand; the reference says no place.',
    section: '7.1.2 Errors, path',
    sdls: { items, prices },
    query: '{ list { id price } }',
    answers: {
      items: answer({ list: [{ __typename: 'Item', id: '1' }] }),
      prices: () => ({ data: null, errors: [{ message: 'down' }] }),
    },
    data: { list: [null] },
    paths: ['list.@'],
  },
  {
    name: 'Lists of lists can be required; the reference sends nulls for the inner ones.',
    section: 'Federation: @requires',
    sdls: {
      x: 'LINK type Query { t: T } type T @key(fields: "id") { id: ID! grid: [[Cell]] } type Cell { a: Int }',
      y: `LINK type T @key(fields: "id") { id: ID! grid: [[Cell]] @external sum: Int @requires(fields: "grid { a }") }
        type Cell @external { a: Int }`,
    },
    query: '{ t { sum } }',
    answers: {
      x: answer({ t: { __typename: 'T', id: '1', grid: [[{ a: 3 }]] } }),
      y: (call) => ({
        data: { _entities: [{ sum: JSON.stringify(ids(call)).includes('"grid":[[{"a":3}]]') ? 3 : -1 }] },
      }),
    },
    data: { t: { sum: 3 } },
    paths: [],
  },
  {
    name: 'A subgraph that knows an interface as an object type does not change what an object is.',
    section: 'Federation: @interfaceObject',
    sdls: {
      x: `LINK type Query { a: A } interface I @key(fields: "id") { id: ID! }
        type A implements I @key(fields: "id") { id: ID! }`,
      y: 'LINK type I @key(fields: "id") @interfaceObject { id: ID! rank: Int }',
    },
    query: '{ a { rank __typename } }',
    answers: {
      x: answer({ a: { __typename: 'A', id: '1' } }),
      y: entities({ __typename: 'I', rank: 3 }),
    },
    data: { a: { rank: 3, __typename: 'A' } },
    paths: [],
  },
];
