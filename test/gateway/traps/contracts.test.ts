import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  printSchema,
  validateSchema,
} from 'graphql';
import { inProcessTransport } from '../../../gateway/executor/transports/in-process.ts';
import { executeByReference } from '../../../gateway/executor/reference.ts';
import { compose } from '../../../gateway/supergraph/compose.ts';
import type { SubgraphDefinition } from '../../fakes/subgraph.ts';
import { headersOf, ONE_OF_EACH } from '../partners.ts';
import { type Answer, codes, startGraph, type TestGraph } from '../start-graph.ts';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@requires", "@external", "@requiresScopes", { name: "@tag", as: "@shown" }]
)
directive @about(field: String!) repeatable on INPUT_FIELD_DEFINITION | ENUM_VALUE | ARGUMENT_DEFINITION
`;
const SUPPLIER = '@shown(name: "supplier")';

/** The tag goes by another name here, as a subgraph may import it. */
const stock: SubgraphDefinition = {
  sdl: `${LINK}
    type Query {
      trays(filter: TrayFilter, orderBy: TrayOrderField, shade: Shade): [Tray] ${SUPPLIER}
      carried: [Carried] ${SUPPLIER}
      things: [Thing] ${SUPPLIER}
      ledger: Ledger ${SUPPLIER}
      vault: Vault
      sealed: String ${SUPPLIER} @shown(name: "withheld")
      counted(secretly: String @shown(name: "withheld"), by: Int!): Int ${SUPPLIER}
    }
    interface Thing { id: ID! ${SUPPLIER} label: String ${SUPPLIER} }
    type Tray implements Thing @key(fields: "id") {
      id: ID! ${SUPPLIER}
      label: String ${SUPPLIER}
      weight: Int
      drawer: Drawer ${SUPPLIER}
    }
    type Drawer ${SUPPLIER} { number: Int lock: String @shown(name: "withheld") shade: Shade }
    type Vault implements Thing { id: ID! label: String combination: String }
    type Ledger { total: Int }
    union Carried = Tray | Vault
    enum Shade { LIGHT DARK SECRETSHADE @shown(name: "withheld") }
    enum TrayOrderField { LABEL WEIGHT }
    input TrayFilter { label: String weight: Int lock: Int inside: Int @shown(name: "supplier") }
  `,
  resolvers: {
    Query: {
      trays: () => [TRAY],
      carried: () => [TRAY, VAULT],
      things: () => [TRAY, VAULT],
      vault: () => VAULT,
      counted: () => 3,
    },
    Thing: { __resolveType: (thing: { __typename: string }) => thing.__typename },
    Carried: { __resolveType: (thing: { __typename: string }) => thing.__typename },
  },
};

/** Another subgraph adds to the tray what its weight is needed for. */
const depot: SubgraphDefinition = {
  sdl: `${LINK}
    type Query { depots: Int }
    type Tray @key(fields: "id") {
      id: ID!
      weight: Int @external
      freight: Int @requires(fields: "weight") ${SUPPLIER}
      margin: Int
    }
  `,
  resolvers: { Tray: { freight: ({ weight }: { weight: number }) => weight * 2, margin: () => 9 } },
};

const TRAY = { __typename: 'Tray', id: 't1', label: 'gloves', weight: 4, drawer: { number: 1, lock: 'x' } };
const VAULT = { __typename: 'Vault', id: 'v1', label: 'vault', combination: '0000' };

/** Names of what suppliers are not to know of, the tag by which that is said included. */
const UNKNOWN = /vault|ledger|weight|combination|\block\b|secret|margin|depots|sealed|withheld|operator/i;

let graph: TestGraph;
let reference: TestGraph;
beforeAll(async () => {
  const local = { stock, depot };
  graph = await startGraph({ local, options: { clients: ONE_OF_EACH } });
  reference = await startGraph({ local, options: { clients: ONE_OF_EACH, executePlan: executeByReference } });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await reference[Symbol.asyncDispose]();
});

const ask = async (query: string, audience = 'supplier', of = graph, variables = {}): Promise<Answer> =>
  of.ask(query, { scopes: null, headers: await headersOf(of, audience), variables });

const shown = async (audience: string): Promise<string> => {
  const { body } = await ask(getIntrospectionQuery(), audience);
  const schema = buildClientSchema(body.data as IntrospectionQuery);
  expect(validateSchema(schema)).toEqual([]);
  return printSchema(schema);
};

describe('a contract', () => {
  it('holds what is tagged, and what that cannot do without', async () => {
    const text = await shown('supplier');
    expect(text).not.toMatch(UNKNOWN);
    expect(text).toContain('trays(filter: TrayFilter, orderBy: TrayOrderField, shade: Shade): [Tray]');
    expect(text).toContain('counted(by: Int!): Int');
    expect(text).toContain('freight: Int');
  });

  it('holds what compares with a field, or sorts by it, with that field only', async () => {
    const text = await shown('supplier');
    expect(text).toMatch(/input TrayFilter \{\s+label: String\s+inside: Int\s+\}/);
    expect(text).toMatch(/enum TrayOrderField \{\s+LABEL\s+\}/);
  });

  it('holds of unions and interfaces what stands in it', async () => {
    const text = await shown('supplier');
    expect(text).toContain('union Carried = Tray');
    expect(text).toMatch(/type Tray implements Thing/);
  });

  it('is the whole graph for applications of the group', async () => {
    const text = await shown('internal');
    expect(text).toMatch(/vault: Vault/);
    expect(text).toMatch(/margin: Int/);
  });

  it('is none where the graph has nothing for it, and then nobody is answered', async () => {
    const answer = await ask('{ trays { id } }', 'payer');
    expect([answer.status, codes(answer)]).toEqual([403, ['FORBIDDEN']]);
  });
});

describe('what is not in a contract does not exist:', () => {
  it.each([
    '{ vault { id } }',
    '{ trays { id weight } }',
    '{ trays { margin } }',
    '{ trays { drawer { lock } } }',
    '{ sealed }',
    '{ counted(by: 1, secretly: "a") }',
    '{ trays(filter: { weight: 4 }) { id } }',
    '{ trays(orderBy: WEIGHT) { id } }',
    '{ trays(shade: SECRETSHADE) { id } }',
    '{ carried { ... on Vault { id } } }',
    '{ things { ...F } } fragment F on Vault { id }',
    'query ($f: Vault) { trays { id } }',
  ])('%s', async (query) => {
    const answer = await ask(query);
    expect([answer.status, codes(answer)[0]]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    // Nothing is told but what the document says itself.
    const own = new Set(query.match(/\w+/g));
    for (const { message } of answer.body.errors ?? [])
      expect((message.match(/\w+/g) ?? []).filter((word) => UNKNOWN.test(word) && !own.has(word))).toEqual([]);
  });

  it.each([
    ['query ($f: TrayFilter) { trays(filter: $f) { id } }', { f: { weight: 4 } }],
    ['query ($f: TrayFilter) { trays(filter: $f) { id } }', { f: { weigt: 4 } }],
    ['query ($o: TrayOrderField) { trays(orderBy: $o) { id } }', { o: 'WEIGHT' }],
    ['query ($s: Shade) { trays(shade: $s) { id } }', { s: 'SECRETSHADE' }],
  ])('in variables, %s %j', async (query, variables) => {
    const answer = await ask(query, 'supplier', graph, variables);
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
    expect(answer.text).not.toMatch(UNKNOWN);
  });

  it.each([
    '{ trayz { id } }',
    '{ trays { wait } }',
    '{ things { lable } }',
    '{ vaults }',
    '{ trays(orderBy: WAIT) { id } }',
  ])('and nobody is told of it who has asked for something near, %s', async (query) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    expect(
      answer.body.errors
        ?.map(({ message }) => message)
        .join()
        .replaceAll('vaults', ''),
    ).not.toMatch(UNKNOWN);
  });

  it('though the same text has been asked by who may, before and after', async () => {
    const query = '{ trays { id weight margin } }';
    const whole = { trays: [{ id: 't1', weight: 4, margin: 9 }] };
    for (const audience of ['internal', 'internal', 'supplier', 'supplier', 'operator', 'internal', 'supplier']) {
      const { status, body } = await ask(query, audience);
      expect([audience, status, body.data]).toEqual(
        audience === 'supplier' ? [audience, 400, undefined] : [audience, 200, whole],
      );
    }
    // The other way round: what a partner has asked is found by the others.
    for (const audience of ['supplier', 'internal'])
      expect((await ask('{ trays { label } }', audience)).status).toBe(200);
  });

  it('neither by __type, nor by its name in an answer', async () => {
    const { body } = await ask(
      'query ($n: String!) { a: __type(name: "Vault") { name } b: __type(name: $n) { name } }',
      'supplier',
      graph,
      {
        n: 'Ledger',
      },
    );
    expect(body.data).toEqual({ a: null, b: null });
  });
});

describe('an object of a type that is not in the contract', () => {
  it.each(['{ carried { __typename ... on Tray { id } } }', '{ things { __typename id } }'])(
    'is null: %s',
    async (query) => {
      for (const one of [graph, reference]) {
        const answer = await ask(query, 'supplier', one);
        const [tray, hidden] = (Object.values(answer.body.data)[0] ?? []) as unknown[];
        expect([tray, hidden]).toEqual([{ __typename: 'Tray', id: 't1' }, null]);
        expect(answer.text).not.toMatch(/vault/i);
      }
    },
  );

  it('is there for applications of the group', async () => {
    const { body } = await ask('{ carried { __typename } }', 'internal');
    expect(body.data.carried).toEqual([{ __typename: 'Tray' }, { __typename: 'Vault' }]);
  });
});

describe('another graph', () => {
  it('has other contracts, by which what was asked before is judged again', async () => {
    await using one = await startGraph({ local: { stock, depot }, options: { clients: ONE_OF_EACH } });
    const asked = ['{ trays { id } }', '{ trays { label } }'];
    for (const query of asked) expect((await ask(query, 'supplier', one)).status).toBe(200);
    const narrower = { ...stock, sdl: stock.sdl.replaceAll(`label: String ${SUPPLIER}`, 'label: String') };
    const sources = Object.entries({ stock: narrower, depot });
    const { supergraphSdl } = compose(sources.map(([name, { sdl }]) => ({ name, url: `http://${name}.invalid`, sdl })));
    const transports = ['stock', 'depot'].map((name) => inProcessTransport(one.local(name)));
    await one.gateway.replace({ supergraphSdl, transports });
    const statuses = await Promise.all(asked.map(async (query) => (await ask(query, 'supplier', one)).status));
    expect(statuses).toEqual([200, 400]);
    expect((await ask('{ trays { label } }', 'internal', one)).status).toBe(200);
  });
});

describe('joins', () => {
  it('go by fields that are not in the contract, and give none of them away', async () => {
    for (const one of [graph, reference]) {
      one.local('stock').calls.length = 0;
      const answer = await ask('{ trays { label freight } }', 'supplier', one);
      expect(answer.body).toEqual({ data: { trays: [{ label: 'gloves', freight: 8 }] } });
      expect(
        one
          .local('stock')
          .calls.map(({ call }) => call.query)
          .join(),
      ).toContain('weight');
    }
  });
});
