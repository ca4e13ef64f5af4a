import { describe, expect, it } from '@jest/globals';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { parse } from 'graphql';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import { inProcessTransport } from '../../../gateway/executor/transports/in-process.ts';
import { unplannedFields } from '../../../gateway/planning/fixes/unplanned.ts';
import { planFixes } from '../../../gateway/planning/plan-fixes.ts';
import { compose } from '../../../gateway/supergraph/compose.ts';
import { createGeneration } from '../../../gateway/supergraph/generation.ts';
import { queryPlannerOf } from '../../../gateway/planning/query-planner.ts';
import { type SubgraphDefinition, subgraphInProcess } from '../../fakes/subgraph.ts';
import { LINK, startGraph } from '../start-graph.ts';
import { run } from './run-both.ts';

type Subgraphs = Readonly<Record<string, SubgraphDefinition>>;

/** A graph whose plans are fixed, without a server around it. */
const fixed = (definitions: Subgraphs) => {
  const subgraphs = Object.entries(definitions).map(([name, definition]) => subgraphInProcess(name, definition));
  const { supergraphSdl } = compose(subgraphs.map(({ name, sdl }) => ({ name, url: `http://${name}.invalid/`, sdl })));
  const generation = createGeneration(supergraphSdl, { open: true });
  const fixes = planFixes(supergraphSdl);
  const supergraph = Supergraph.build(fixes.supergraphSdl, { validateSupergraph: false });
  const planner = queryPlannerOf(supergraph);
  const planOf = (query: string) => {
    const { document, renamed } = fixes.prepare(parse(query), null);
    const plan = fixes.fix(planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), document)), renamed);
    return { plan, unplanned: unplannedFields(plan, document, null) };
  };
  return {
    isChanged: fixes.supergraphSdl !== supergraphSdl,
    planOf,
    ask: async (query: string, variables: Readonly<Record<string, unknown>> = {}) => {
      for (const { calls } of subgraphs) calls.length = 0;
      const given = { document: parse(query), plan: planOf(query).plan, variables };
      const transports = subgraphs.map((subgraph) => inProcessTransport(subgraph));
      const { data, errors, thrown } = await run(executeCompiled, generation, given, transports);
      if (thrown !== undefined) throw thrown;
      return {
        data,
        paths: errors.map(({ path }) => path?.join('.')),
        calls: subgraphs.flatMap(({ name, calls }) => calls.map(({ call }) => ({ name, ...call }))),
      };
    },
  };
};

interface Priced {
  readonly id: string;
  readonly price?: number;
  readonly weight?: number;
}

const PER_CURRENCY: Readonly<Record<string, number>> = { USD: 1, EUR: 2, CHF: 3 };

/** Items whose price depends on the currency, and what is computed from it elsewhere. */
const priced: Subgraphs = {
  store: {
    sdl: `${LINK}
      type Query { item: Item items: [Item!] shelf: Shelf }
      type Shelf { items(first: Int): [Item!] }
      type Item @key(fields: "id") { id: ID! name: String weight: Int price(currency: String!): Int parts(first: Int): [Item!] }`,
    resolvers: {
      Query: {
        item: () => ({ id: '10' }),
        items: () => [{ id: '10' }, { id: '20' }],
        shelf: () => ({ items: [{ id: '10' }, { id: '20' }] }),
      },
      Item: {
        name: ({ id }: Priced) => `item ${id}`,
        weight: () => 7,
        price: ({ id }: Priced, { currency }: { currency: string }) => {
          if (PER_CURRENCY[currency] === undefined) throw new Error('no such currency');
          return Number(id) * PER_CURRENCY[currency];
        },
        parts: ({ id }: Priced, { first }: { first?: number }) =>
          ['1', '2', '3'].slice(0, first).map((n) => ({ id: `${id}${n}` })),
      },
    },
  },
  freight: {
    sdl: `${LINK}
      type Item @key(fields: "id") {
        id: ID!
        weight: Int @external
        price(currency: String!): Int @external
        parts(first: Int): [Item!] @external
        insurance: Int @requires(fields: "price(currency: \\"USD\\") weight")
        customs: Int @requires(fields: "price(currency: \\"EUR\\")")
        bond: Int @requires(fields: "price(currency: \\"CHF\\")")
        partIds: [ID!] @requires(fields: "parts(first: 2) { id }")
        partCustoms: [Int] @requires(fields: "parts { price(currency: \\"EUR\\") }")
        zone: String
      }`,
    resolvers: {
      Item: {
        insurance: ({ price = 0, weight = 0 }: Priced) => price * 100 + weight,
        customs: ({ price }: Priced) => price,
        bond: ({ price }: Priced) => price,
        partIds: ({ parts }: { parts: readonly Priced[] }) => parts.map(({ id }) => id),
        partCustoms: ({ parts }: { parts: readonly Priced[] }) => parts.map(({ price }) => price),
        zone: () => 'B',
      },
    },
  },
};

describe('a field that is required with arguments', () => {
  const graph = fixed(priced);

  it('is required once for each of them, and handed on by its name', async () => {
    const { data, calls } = await graph.ask('{ items { name insurance customs zone bond } }');
    expect(data).toEqual({
      items: [
        { name: 'item 10', insurance: 1007, customs: 20, zone: 'B', bond: 30 },
        { name: 'item 20', insurance: 2007, customs: 40, zone: 'B', bond: 60 },
      ],
    });
    expect(calls.map(({ name }) => name)).toEqual(['store', 'freight', 'freight', 'freight']);
    const given = calls.slice(1).flatMap(({ variables }) => variables?.['representations'] as readonly Priced[]);
    expect(given.map(({ price }) => price)).toEqual([10, 20, 20, 40, 30, 60]);
  });

  it('is another than the client asks for', async () => {
    const { data } = await graph.ask('query($c: String = "CHF") { item { price(currency: $c) insurance } }');
    expect(data).toEqual({ item: { price: 30, insurance: 1007 } });
    const aliased = await graph.ask('{ item { customs price(currency: "EUR") usd: price(currency: "USD") } }');
    expect(aliased.data).toEqual({ item: { customs: 20, price: 20, usd: 10 } });
  });

  it('is another than the client asks for, when it is a list of objects', async () => {
    const { data } = await graph.ask('{ item { parts(first: 1) { name } partIds } }');
    expect(data).toEqual({ item: { parts: [{ name: 'item 101' }], partIds: ['101', '102'] } });
    const other = await graph.ask('{ item { partCustoms partIds parts { id } } }');
    expect(other.data).toEqual({
      item: {
        partCustoms: [202, 204, 206],
        partIds: ['101', '102'],
        parts: [{ id: '101' }, { id: '102' }, { id: '103' }],
      },
    });
  });

  it('is the same in fragments, under conditions, and below lists', async () => {
    const query = `query($yes: Boolean!) {
      shelf { items(first: 2) { ...Costs ... @skip(if: $yes) { bond } } } item { ...Costs @include(if: $yes) }
    } fragment Costs on Item { customs insurance }`;
    const costs = { customs: 20, insurance: 1007 };
    const [ten, twenty] = [costs, { customs: 40, insurance: 2007 }];
    expect((await graph.ask(query, { yes: true })).data).toEqual({ shelf: { items: [ten, twenty] }, item: costs });
    expect((await graph.ask(query, { yes: false })).data).toEqual({
      shelf: {
        items: [
          { ...ten, bond: 30 },
          { ...twenty, bond: 60 },
        ],
      },
      item: {},
    });
  });

  it('is told by its name when it fails', async () => {
    const failing = fixed({
      ...priced,
      store: {
        sdl: priced['store']?.sdl ?? '',
        resolvers: {
          ...priced['store']?.resolvers,
          Item: {
            price: () => {
              throw new Error('no prices today');
            },
          },
        },
      },
    });
    const { data, paths } = await failing.ask('{ item { customs } }');
    expect([data, paths]).toEqual([{ item: { customs: null } }, ['item.price']]);
  });

  it('may be one of an interface', async () => {
    const { ask } = fixed({
      store: {
        sdl: `${LINK} type Query { box: Box }
          type Box @key(fields: "id") { id: ID! content: Stored }
          interface Stored { label(size: Int): String }
          type Drug implements Stored { label(size: Int): String }
          type Tool implements Stored { label(size: Int): String }`,
        resolvers: {
          Query: { box: () => ({ id: 'b' }) },
          Box: { content: () => ({ __typename: 'Drug' }) },
          Drug: { label: (_: never, { size }: { size: number }) => `drug of ${size}` },
        },
      },
      print: {
        sdl: `${LINK}
          type Box @key(fields: "id") {
            id: ID! content: Stored @external
            small: String @requires(fields: "content { label(size: 1) }")
            large: String @requires(fields: "content { label(size: 9) }")
          }
          interface Stored { label(size: Int): String }
          type Drug implements Stored @external { label(size: Int): String }
          type Tool implements Stored @external { label(size: Int): String }`,
        resolvers: {
          Box: {
            small: ({ content }: { content: { label: string } }) => content.label,
            large: ({ content }: { content: { label: string } }) => content.label,
          },
        },
      },
    });
    const { data } = await ask('{ box { large content { label(size: 5) } small } }');
    expect(data).toEqual({ box: { large: 'drug of 9', content: { label: 'drug of 5' }, small: 'drug of 1' } });
  });

  it('may itself be one that requires another', async () => {
    const { ask } = fixed({
      a: {
        sdl: `${LINK} type Query { item: Item } type Item @key(fields: "id") { id: ID! rate(year: Int!): Int }`,
        resolvers: {
          Query: { item: () => ({ id: 'i' }) },
          Item: { rate: (_: never, { year }: { year: number }) => year },
        },
      },
      b: {
        sdl: `${LINK} type Item @key(fields: "id") {
          id: ID! rate(year: Int!): Int @external tax(times: Int!): Int @requires(fields: "rate(year: 3)") }`,
        resolvers: {
          Item: { tax: ({ rate }: { rate: number }, { times }: { times: number }) => rate * times },
        },
      },
      c: {
        sdl: `${LINK} type Item @key(fields: "id") {
          id: ID! tax(times: Int!): Int @external
          single: Int @requires(fields: "tax(times: 1)") double: Int @requires(fields: "tax(times: 2)") }`,
        resolvers: {
          Item: { single: ({ tax }: { tax: number }) => tax, double: ({ tax }: { tax: number }) => tax },
        },
      },
    });
    const { data } = await ask('{ item { double tax(times: 5) single rate(year: 9) } }');
    expect(data).toEqual({ item: { double: 6, tax: 15, single: 3, rate: 9 } });
  });
});

describe('a key that a subgraph only mentions', () => {
  it('is not what it is asked by', async () => {
    const { ask } = fixed({
      lab: {
        sdl: `${LINK} type Query { sample: Sample }
          type Sample @key(fields: "rack { row }", resolvable: false) @key(fields: "id") @key(fields: "code", resolvable: false) {
            id: ID! code: ID! rack: Rack! name: String @external title: String @requires(fields: "name") }
          type Rack { row: Int! }`,
        resolvers: {
          Query: { sample: () => ({ id: 's1', code: 'c', rack: { row: 4 } }) },
          Sample: {
            __resolveReference: ({ id, name }: { id?: string; name?: string }) =>
              id === undefined ? null : { id, name },
            title: ({ name }: { name?: string }) => `the ${name}`,
          },
        },
      },
      register: {
        sdl: `${LINK} type Sample @key(fields: "id") { id: ID! name: String }`,
        resolvers: { Sample: { name: ({ id }: { id: string }) => `sample ${id}` } },
      },
    });
    expect((await ask('{ sample { title } }')).data).toEqual({ sample: { title: 'the sample s1' } });
  });
});

describe('an abstract type that subgraphs do not know alike', () => {
  const half = (name: 'ward' | 'lab', own: string, alerts: readonly object[]): SubgraphDefinition => ({
    sdl: `${LINK} type Query { ${name}: Unit }
      type Unit @key(fields: "id") { id: ID! log: Log @shareable ${name}Log: Log }
      type Log @shareable { alerts: [Alert!]! }
      union Alert = Note | ${own}
      type Note @shareable { text: String } type ${own} { ${own.toLowerCase()}: Int }`,
    resolvers: {
      Query: { [name]: () => ({ id: 'u' }) },
      Unit: { __resolveReference: () => ({ id: 'u' }), log: () => ({ alerts }), [`${name}Log`]: () => ({ alerts }) },
    },
  });
  const { ask } = fixed({
    ward: half('ward', 'Fall', [
      { __typename: 'Note', text: 'n' },
      { __typename: 'Fall', fall: 3 },
    ]),
    lab: half('lab', 'Spill', [
      { __typename: 'Note', text: 'm' },
      { __typename: 'Spill', spill: 5 },
    ]),
  });
  const ALL = '{ alerts { __typename ... on Note { text } ... on Fall { fall } ... on Spill { spill } } }';

  it('is answered as far as all that could be asked know it', async () => {
    expect((await ask(`{ ward { log ${ALL} } }`)).data).toEqual({
      ward: {
        log: {
          alerts: [
            { __typename: 'Note', text: 'n' },
            { __typename: 'Fall', fall: null },
          ],
        },
      },
    });
  });

  it('is answered as the only one knows it that can be asked', async () => {
    expect((await ask(`{ ward { labLog ${ALL} } }`)).data).toEqual({
      ward: {
        labLog: {
          alerts: [
            { __typename: 'Note', text: 'm' },
            { __typename: 'Spill', spill: 5 },
          ],
        },
      },
    });
  });
});

describe('a field of which nobody can say what it is', () => {
  const graph = fixed({
    a: {
      sdl: `${LINK} type Query { thing: Thing } interface Thing @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { thing: () => ({ id: 't' }) } },
    },
    b: {
      sdl: `${LINK} type Query { other: Thing } type Thing @key(fields: "id", resolvable: false) @interfaceObject { id: ID! name: String }`,
      resolvers: { Query: { other: () => ({ id: 't', name: 'n' }) } },
    },
  });

  it('is not in the plan, and noticed', () => {
    expect(graph.planOf('{ thing { name } other { name } }').unplanned).toEqual(['thing']);
    expect(graph.planOf('{ t: thing { name } ... { u: thing { name } } }').unplanned).toEqual(['t', 'u']);
  });

  it.each([
    '{ other { name } }',
    '{ __typename other { id } __schema { queryType { name } } }',
    'query($a: Boolean!) { ...F @skip(if: $a) thing @skip(if: true) { name } } fragment F on Query { o: other { id } }',
    'query($a: Boolean!) { other { id } ... @include(if: $a) { thing @skip(if: $a) { name } } }',
  ])('is missed in no other plan: %s', (query) => {
    expect(graph.planOf(query).unplanned).toEqual([]);
  });
});

describe('a key of the client that is a name of something required', () => {
  const graph = fixed({
    people: {
      sdl: `${LINK} type Query { nurse: Nurse staff: [Person!] }
        interface Person { id: ID! name: String }
        type Nurse implements Person @key(fields: "email") { id: ID! email: String! name: String grade: Int fail: String }
        type Clerk implements Person @key(fields: "email") { id: ID! email: String! name: String grade: Int }`,
      resolvers: {
        Query: {
          nurse: () => ({ id: '1', email: 'e@n', name: 'Kim', grade: 3 }),
          staff: () => [
            { __typename: 'Nurse', id: '1', email: 'e@n', name: 'Kim', grade: 3 },
            { __typename: 'Clerk', id: '2', email: 'e@c', name: 'Lou', grade: 5 },
          ],
        },
        Nurse: {
          fail: () => {
            throw new Error('not today');
          },
        },
      },
    },
    rota: {
      sdl: `${LINK} type Nurse @key(fields: "email") { email: String! grade: Int @external pay: Int @requires(fields: "grade") shift: String }
        type Clerk @key(fields: "email") { email: String! shift: String }`,
      resolvers: {
        Nurse: {
          pay: ({ grade }: { grade: number }) => grade * 10,
          shift: ({ email }: { email: string }) => `shift of ${email}`,
        },
        Clerk: { shift: ({ email }: { email: string }) => `shift of ${email}` },
      },
    },
  });

  it('shows what the client has asked for, and hands on what is required', async () => {
    const { data } = await graph.ask('{ nurse { email: name grade: id pay shift } }');
    expect(data).toEqual({ nurse: { email: 'Kim', grade: '1', pay: 30, shift: 'shift of e@n' } });
  });

  it('means that on objects of its type only', async () => {
    const { data } = await graph.ask(
      '{ staff { ... on Nurse { email: name shift } ...C } } fragment C on Clerk { email shift id: grade }',
    );
    expect(data).toEqual({
      staff: [
        { email: 'Kim', shift: 'shift of e@n' },
        { email: 'e@c', shift: 'shift of e@c', id: 5 },
      ],
    });
  });

  it('is null, and told by that key, when what the client has asked for fails', async () => {
    const { data, paths } = await graph.ask('{ email: nurse { grade: fail pay } }');
    expect([data, paths]).toEqual([{ email: { grade: null, pay: 30 } }, ['email.grade']]);
  });

  it('may be one that the gateway makes up', async () => {
    const { data } = await graph.ask('{ nurse { _as_email: name _as_0_price: id email: id shift } }');
    expect(data).toEqual({ nurse: { _as_email: 'Kim', _as_0_price: '1', email: '1', shift: 'shift of e@n' } });
    const spread = await graph.ask('{ nurse { email: id ...N } } fragment N on Nurse { _as_email: name shift }');
    expect(spread.data).toEqual({ nurse: { email: '1', _as_email: 'Kim', shift: 'shift of e@n' } });
  });
});

describe('a field that is required, and requires something', () => {
  interface Drug {
    readonly id?: string;
    readonly code?: string;
    readonly dose?: number;
    readonly limit?: number;
    readonly risk?: number;
  }
  const graph = fixed({
    stock: {
      sdl: `${LINK} type Query { drug: Drug cabinet: Cabinet } type Cabinet { rows: [[Drug!]!] }
        type Drug @key(fields: "id") { id: ID! size: Int }`,
      resolvers: {
        Query: { drug: () => ({ id: '1' }), cabinet: () => ({ rows: [[{ id: '1' }], [{ id: '2' }, { id: '3' }]] }) },
        Drug: { size: ({ id }: Drug) => Number(id) },
      },
    },
    dosing: {
      sdl: `${LINK} type Drug @key(fields: "id") { id: ID! size: Int @external dose: Int @requires(fields: "size") }`,
      resolvers: { Drug: { dose: ({ size }: { size: number }) => size * 10 } },
    },
    rules: {
      sdl: `${LINK} type Query { strongest: Drug }
        type Drug @key(fields: "id") @key(fields: "code") {
          id: ID! code: ID! dose: Int @external limit(times: Int): Int @requires(fields: "dose") note: String }`,
      resolvers: {
        Query: { strongest: () => ({ id: '9', code: 'c9' }) },
        Drug: {
          code: ({ id = '' }: Drug) => `c${id}`,
          limit: ({ dose }: Drug, { times = 1 }: { times?: number }) => {
            if (dose === undefined) throw new Error('asked without the dose');
            return dose * times + 1;
          },
          note: ({ id = '' }: Drug) => `note ${id}`,
        },
      },
    },
    risks: {
      sdl: `${LINK} type Drug @key(fields: "code") {
        code: ID! limit(times: Int): Int @external
        risk: Int @requires(fields: "limit(times: 2)") calm: Int @requires(fields: "limit") }`,
      resolvers: { Drug: { risk: ({ limit = 0 }: Drug) => -limit, calm: ({ limit = 0 }: Drug) => limit + 1000 } },
    },
    wards: {
      sdl: `${LINK} type Drug @key(fields: "id") { id: ID! risk: Int @external locked: Boolean @requires(fields: "risk") }`,
      resolvers: { Drug: { locked: ({ risk = 0 }: Drug) => risk < -50 } },
    },
  });

  it.each([
    ['{ drug { risk } }', { drug: { risk: -21 } }],
    ['{ drug { note code risk calm } }', { drug: { note: 'note 1', code: 'c1', risk: -21, calm: 1011 } }],
    ['{ drug { locked } }', { drug: { locked: false } }],
    ['{ strongest { risk } }', { strongest: { risk: -181 } }],
    ['{ strongest { locked limit(times: 3) calm } }', { strongest: { locked: true, limit: 271, calm: 1091 } }],
    [
      '{ cabinet { rows { risk: calm calm: risk } } }',
      {
        cabinet: {
          rows: [
            [{ risk: 1011, calm: -21 }],
            [
              { risk: 1021, calm: -41 },
              { risk: 1031, calm: -61 },
            ],
          ],
        },
      },
    ],
  ])('is asked for when it can be given that: %s', async (query, answer) => {
    expect((await graph.ask(query)).data).toEqual(answer);
  });

  it('is asked for with the variables it needs, and those alone', async () => {
    const { data, calls } = await graph.ask(
      'query($n: Int, $m: Int) { strongest { a: limit(times: $n) b: limit(times: $m) risk } drug { calm } }',
      { n: 3, m: 4 },
    );
    expect(data).toEqual({ strongest: { a: 271, b: 361, risk: -181 }, drug: { calm: 1011 } });
    for (const { query, variables = {} } of calls)
      for (const name of Object.keys(variables)) expect(query.split(`$${name}`).length).toBeGreaterThan(2);
  });
});

describe('a supergraph that needs none of this', () => {
  it('is planned as it is', () => {
    expect(fixed({ a: { sdl: `${LINK} type Query { a: Int }`, resolvers: {} } }).isChanged).toBe(false);
    expect(fixed(priced).isChanged).toBe(true);
  });
});

/** What an open gateway answers. */
const answerOf = async (remote: Subgraphs, query: string) => {
  await using graph = await startGraph({ remote, open: true });
  const { body } = await graph.ask(query);
  return body.errors === undefined ? body.data : { data: body.data, paths: body.errors.map(({ path }) => path) };
};

const byId = (list: readonly { readonly id: string }[]) => ({
  __resolveReference: ({ id }: { id: string }) => list.find((one) => one.id === id) ?? null,
});

const unwanted = () => {
  throw new Error('nobody should ask here');
};

/** What federation can do, one short graph each. */
describe('federation', () => {
  const wards = [
    { id: 'w1', name: 'North', beds: 4 },
    { id: 'w2', name: 'South', beds: 9 },
  ];

  it('takes a field from where it was overridden', async () => {
    const old = {
      sdl: `${LINK} type Query { oldWards: [Ward] } type Ward @key(fields: "id") { id: ID! name: String beds: Int }`,
      resolvers: { Query: { oldWards: () => wards }, Ward: { ...byId(wards), beds: unwanted } },
    };
    const renewed = {
      sdl: `${LINK} type Query { wards: [Ward] } type Ward @key(fields: "id") { id: ID! beds: Int @override(from: "old") }`,
      resolvers: { Query: { wards: () => [wards[1]] }, Ward: byId(wards) },
    };
    expect(await answerOf({ old, renewed }, '{ oldWards { beds } wards { name beds } }')).toEqual({
      oldWards: [{ beds: 4 }, { beds: 9 }],
      wards: [{ name: 'South', beds: 9 }],
    });
  });

  it('takes a field from the old home when what it is overridden from is not there', async () => {
    const ward = (from: string) => ({
      sdl: `${LINK} type Query { ${from}: Ward } type Ward @key(fields: "id") {
        id: ID! beds: Int @shareable ${from === 'b' ? '@override(from: "nowhere")' : ''} }`,
      resolvers: { Query: { [from]: () => wards[0] } },
    });
    expect(await answerOf({ a: ward('a'), b: ward('b') }, '{ a { beds } b { beds } }')).toEqual({
      a: { beds: 4 },
      b: { beds: 4 },
    });
  });

  it('takes what is provided on the way, and nothing that was not asked for', async () => {
    const orders = {
      sdl: `${LINK} type Query { order: Order }
        type Order { ward: Ward @provides(fields: "name beds") things: [Thing] @provides(fields: "... on Drug { dose }") }
        union Thing = Drug | Tool
        type Drug @key(fields: "id") { id: ID! dose: Int @external } type Tool @key(fields: "id") { id: ID! }
        type Ward @key(fields: "id") { id: ID! name: String @external beds: Int @external }`,
      resolvers: {
        Query: {
          order: () => ({
            ward: wards[0],
            things: [
              { __typename: 'Drug', id: 'd', dose: 5 },
              { __typename: 'Tool', id: 't' },
            ],
          }),
        },
        Ward: { beds: unwanted, __resolveReference: unwanted },
      },
    };
    const house = {
      sdl: `${LINK} type Ward @key(fields: "id") { id: ID! name: String @shareable beds: Int @shareable floor: Int }
        type Drug @key(fields: "id") { id: ID! dose: Int @shareable } type Tool @key(fields: "id") { id: ID! dose: Int }`,
      resolvers: {
        Ward: { name: unwanted, floor: () => 2 },
        Drug: { __resolveReference: unwanted },
        Tool: { dose: () => 0 },
      },
    };
    const query =
      '{ order { ward { name floor ... @skip(if: true) { beds } } things { ... on Drug { dose } ... on Tool { d: dose } } } }';
    expect(await answerOf({ orders, house }, query)).toEqual({
      order: { ward: { name: 'North', floor: 2 }, things: [{ dose: 5 }, { d: 0 }] },
    });
  });

  it('puts a root field together that several subgraphs share', async () => {
    const part = (field: string, value: unknown) => ({
      sdl: `${LINK} type Query { site: Site! @shareable sites: [Site!]! @shareable } type Site { id: ID! @shareable ${field}: String }`,
      resolvers: { Query: { site: () => ({ id: 's', [field]: value }), sites: () => [{ id: 's', [field]: value }] } },
    });
    const all = { id: 's', name: 'Main', street: 'First', phone: '1' };
    const subgraphs = { a: part('name', 'Main'), b: part('street', 'First'), c: part('phone', '1') };
    expect(await answerOf(subgraphs, '{ site { id name street phone } sites { id phone name street } }')).toEqual({
      site: all,
      sites: [all],
    });
  });

  it('shares the root field of a mutation without running it twice', async () => {
    let runs = 0;
    const book = (fields: string) => ({
      sdl: `${LINK} ${fields.includes('note') ? '' : 'type Query { q: Int }'} type Mutation { book(name: String!): Visit! @shareable }
        type Visit @key(fields: "id") { ${fields} }`,
      resolvers: {
        Mutation: { book: (_: never, { name }: { name: string }) => ({ id: `v${++runs}`, note: name }) },
        Visit: { note: ({ note }: { note?: string }) => note ?? 'looked up' },
      },
    });
    const subgraphs = { a: book('id: ID!'), b: book('id: ID! note: String') };
    expect(await answerOf(subgraphs, 'mutation { book(name: "new") { id note } }')).toEqual({
      book: { id: 'v1', note: 'new' },
    });
  });

  it('goes by keys of several fields, of nested ones, and of lists', async () => {
    const items = [
      { id: '1', code: 'a', maker: { id: 'm' } },
      { id: '2', code: 'b', maker: { id: 'n' } },
    ];
    const list = {
      sdl: `${LINK} type Query { kit: Kit! } type Kit @key(fields: "items { id }") { items: [Item!]! @shareable }
        type Item @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { kit: () => ({ items }) } },
    };
    const link = {
      sdl: `${LINK} type Item @key(fields: "id") @key(fields: "id code") { id: ID! code: String! maker: Maker @shareable } type Maker @shareable { id: ID! }`,
      resolvers: { Item: byId(items) },
    };
    const price = {
      sdl: `${LINK} type Kit @key(fields: "items { id code maker { id } }") { items: [Item!]! @shareable total: Int }
        type Item @key(fields: "id code maker { id }") { id: ID! code: String maker: Maker @shareable price: Int } type Maker @shareable { id: ID! }`,
      resolvers: {
        Kit: {
          total: ({ items: given }: { items: readonly { code: string; maker: { id: string } }[] }) =>
            given.every(({ code, maker }) => code && maker.id) ? given.length : -1,
        },
        Item: { price: ({ code, maker }: { code: string; maker: { id: string } }) => `${code}${maker.id}`.length * 10 },
      },
    };
    expect(await answerOf({ list, link, price }, '{ kit { items { price code } total } }')).toEqual({
      kit: {
        items: [
          { price: 20, code: 'a' },
          { price: 20, code: 'b' },
        ],
        total: 2,
      },
    });
  });

  it('reaches an object without a key by the one that holds it', async () => {
    const item = (details: string) => `type Item @key(fields: "id") { id: ID! maker: Maker @shareable } ${details}`;
    const a = {
      sdl: `${LINK} type Query { items: [Item!]! } ${item('type Maker { name: String }')}`,
      resolvers: {
        Query: {
          items: () => [
            { id: '1', maker: { name: 'A' } },
            { id: '2', maker: { name: 'B' } },
          ],
        },
      },
    };
    const b = {
      sdl: `${LINK} ${item('type Maker { rating: Rating } type Rating { stars: Int }')}`,
      resolvers: { Item: { maker: ({ id }: { id: string }) => ({ rating: { stars: Number(id) } }) } },
    };
    expect(await answerOf({ a, b }, '{ items { maker { name rating { stars } } } }')).toEqual({
      items: [{ maker: { name: 'A', rating: { stars: 1 } } }, { maker: { name: 'B', rating: { stars: 2 } } }],
    });
  });

  it('understands subgraphs of version 1', async () => {
    const people = [{ id: 'p', name: 'Ada', badge: 7 }];
    const extending = {
      sdl: `type Query { first: Person known: Person @provides(fields: "name") }
        type Person @key(fields: "id") @extends { id: ID! @external name: String! @external badge: Int }`,
      resolvers: {
        Query: { first: () => ({ id: 'p', badge: 7 }), known: () => people[0] },
        Person: { badge: () => 7, name: ({ name }: { name?: string }) => name ?? 'not from here' },
      },
    };
    const owning = {
      sdl: 'type Query { person(id: ID): Person } type Person @key(fields: "id") { id: ID! name: String! }',
      resolvers: {
        Query: { person: (_: never, { id }: { id: string }) => people.find((one) => one.id === id) },
        Person: byId(people),
      },
    };
    expect(
      await answerOf({ extending, owning }, '{ first { badge name } known { name } person(id: "p") { badge } }'),
    ).toEqual({
      first: { badge: 7, name: 'Ada' },
      known: { name: 'Ada' },
      person: { badge: 7 },
    });
  });

  it('keeps of an input and of an enum for input what all subgraphs take', async () => {
    const search = (name: string, extra: string, kinds: string) => ({
      sdl: `${LINK} type Query { ${name}(by: Filter!): Int } input Filter { first: Int! kind: Kind ${extra} } enum Kind { ${kinds} }`,
      resolvers: { Query: { [name]: () => 1 } },
    });
    const subgraphs = { a: search('a', '', 'OPEN'), b: search('b', 'offset: Int', 'OPEN SHUT') };
    expect(await answerOf(subgraphs, '{ a(by: { first: 1, kind: OPEN }) b(by: { first: 1 }) }')).toEqual({
      a: 1,
      b: 1,
    });
    for (const by of ['{ first: 1, offset: 2 }', '{ first: 1, kind: SHUT }'])
      expect(await answerOf(subgraphs, `{ b(by: ${by}) }`)).toEqual({ data: undefined, paths: [undefined] });
  });

  it('resolves what an interface object requires, and its type', async () => {
    const staff = {
      sdl: `${LINK} type Query { staff: [Person!] } interface Person @key(fields: "id") { id: ID! name: String }
        type Nurse implements Person @key(fields: "id") { id: ID! name: String ward: String } type Clerk implements Person @key(fields: "id") { id: ID! name: String }`,
      resolvers: {
        Person: {
          __resolveType: ({ id }: { id: string }) => (id === 'n' ? 'Nurse' : 'Clerk'),
          __resolveReference: ({ id }: { id: string }) => ({ id, name: `name of ${id}`, ward: 'w' }),
        },
        Nurse: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `name of ${id}`, ward: 'w' }) },
        Query: { staff: () => [{ id: 'n', name: 'name of n' }] },
      },
    };
    const mail = {
      sdl: `${LINK} type Query { all: [Person] } type Person @key(fields: "id") @interfaceObject {
        id: ID! name: String @external address: String @requires(fields: "name") }`,
      resolvers: {
        Query: { all: () => [{ __typename: 'Whatever', id: 'n' }, { id: 'c' }] },
        Person: { address: ({ name }: { name?: string }) => name?.replaceAll(' ', '.') },
      },
    };
    const query = '{ all { __typename address ... on Nurse { ward } } staff { address } }';
    expect(await answerOf({ staff, mail }, query)).toEqual({
      all: [
        { __typename: 'Nurse', address: 'name.of.n', ward: 'w' },
        { __typename: 'Clerk', address: 'name.of.c' },
      ],
      staff: [{ address: 'name.of.n' }],
    });
  });

  it('requires through interfaces and fragments, of the types there are', async () => {
    const places = {
      sdl: `${LINK} type Query { visit: Visit other: Visit } type Visit @key(fields: "id") { id: ID! place: Place }
        interface Place { id: ID! } interface Room implements Place { id: ID! no: Int }
        type Single implements Place & Room { id: ID! no: Int } type Car implements Place { id: ID! plate: String }`,
      resolvers: {
        Query: { visit: () => ({ id: 'v' }), other: () => ({ id: 'o' }) },
        Visit: {
          place: ({ id }: { id: string }) =>
            id === 'v' ? { __typename: 'Single', id: 's', no: 4 } : { __typename: 'Car', id: 'c', plate: 'P' },
        },
      },
    };
    const signs = {
      sdl: `${LINK} type Visit @key(fields: "id") { id: ID! place: Place @external
          sign: String @requires(fields: "place { id ... on Room { no } ... on Car { plate } }") short: String @requires(fields: "place { ... on Place { id } }") }
        interface Place { id: ID! } interface Room implements Place { id: ID! no: Int }
        type Single implements Place & Room @external { id: ID! no: Int } type Car implements Place @external { id: ID! plate: String }`,
      resolvers: {
        Visit: {
          sign: ({ place }: { place: { id: string; no?: number; plate?: string } }) =>
            `${place.id} ${place.no ?? place.plate}`,
          short: ({ place }: { place: { id: string } }) => place.id,
        },
      },
    };
    expect(await answerOf({ places, signs }, '{ visit { sign place { __typename } } other { sign short } }')).toEqual({
      visit: { sign: 's 4', place: { __typename: 'Single' } },
      other: { sign: 'c P', short: 'c' },
    });
  });

  it('tells fields of one name apart that are not of one type', async () => {
    const a = {
      sdl: `${LINK} type Query { staff: [Staff!]! } type Staff { id: ID @shareable }`,
      resolvers: { Query: { staff: () => [{ id: '1' }] } },
    };
    const b = {
      sdl: `${LINK} type Query { all: [Account!]! } union Account = Staff | Robot
        type Staff @key(fields: "id") { id: ID! name: String same: [Account!]! } type Robot { id: ID name: String same: [Account!]! }`,
      resolvers: {
        Query: {
          all: () => [
            { __typename: 'Staff', id: '1' },
            { __typename: 'Robot', id: null, name: 'R' },
          ],
        },
        Staff: { name: () => 'S', same: () => [{ __typename: 'Robot', id: '9' }] },
        Robot: { same: () => [{ __typename: 'Staff', id: '1' }] },
      },
    };
    const query =
      '{ staff { id name } all { ... on Staff { id same { ...A } } ... on Robot { id same { ...A } } } } fragment A on Account { ... on Staff { id name } ... on Robot { id } }';
    expect(await answerOf({ a, b }, query)).toEqual({
      staff: [{ id: '1', name: 'S' }],
      all: [
        { id: '1', same: [{ id: '9' }] },
        { id: null, same: [{ id: '1', name: 'S' }] },
      ],
    });
  });

  it('answers nothing of an operation that cannot be planned', async () => {
    const node = (external: string, own: string) => ({
      sdl: `${LINK} type Query { node(id: ID!): Node @shareable ${own === 'Visit' ? 'v' : 'b'}: Int } interface Node { id: ID! }
        type Visit implements Node @key(fields: "id") { id: ID! ${external === 'Visit' ? '@external' : 'kind: Int'} a${own}: Int }
        type Bill implements Node @key(fields: "id") { id: ID! ${external === 'Bill' ? '@external' : 'sum: Int'} b${own}: Int }`,
      resolvers: { Query: { node: () => ({ __typename: 'Visit', id: '1' }), v: () => 1 } },
    });
    const subgraphs = { a: node('Bill', 'Visit'), b: node('Visit', 'Bill') };
    expect(await answerOf(subgraphs, '{ v node(id: "1") { id } }')).toEqual({ data: undefined, paths: [undefined] });
    expect(await answerOf(subgraphs, '{ v node(id: "1") { __typename } }')).toEqual({
      v: 1,
      node: { __typename: 'Visit' },
    });
  });
});
