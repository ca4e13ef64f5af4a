import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { print } from 'graphql';
import { executeSpliced } from '../../gateway/executor/spliced/execute.ts';
import { inProcessTransport } from '../../gateway/executor/transports/in-process.ts';
import { graphEndpoint } from '../../gateway/http/graph-endpoint.ts';
import { closeServing, createServing } from '../../gateway/serving.ts';
import { compose } from '../../gateway/supergraph/compose.ts';
import { refuse } from '../../gateway/refusal.ts';
import { createGeneration, type Generation } from '../../gateway/supergraph/generation.ts';
import type { ExecutePlan } from '../../gateway/executor/execute-plan.ts';
import { fail } from '../../platform/errors.ts';
import { loadConfig } from '../../platform/config.ts';
import { createLog, silentLog } from '../../platform/log.ts';
import { createMaskKeys } from '../../policies/mask-keys.ts';
import { type SubgraphDefinition, subgraphInProcess } from '../fakes/subgraph.ts';
import { LINK, startGraph, type TestGraph } from './start-graph.ts';

const failing = (code: string) => () => {
  throw Object.assign(new Error('The ward is closed, said Zoë.'), { extensions: { code } });
};

/** Says back what it was asked with; all its fields begin with the same letter. */
const echoing = (x: string): SubgraphDefinition => ({
  sdl: `${LINK}
    type Query {
      ${x}Echo(
        text: String, n: Int, f: Float, id: ID, yes: Boolean, list: [Int!], grid: [[String]], by: ${x}Filter,
        kind: ${x}Kind = LOW, any: ${x}Any
      ): String!
      ${x}Name: ${x}Name
      ${x}Names: [${x}Name!]!
      ${x}Secret: Int @requiresScopes(scopes: [["audit"]])
      ${x}Missing: String
      ${x}Broken: String!
      ${x}Hole: String!
    }
    type Mutation {
      ${x}Count(by: Int!): Int!
      ${x}Discard(by: Int!): Int @requiresScopes(scopes: [["audit"]])
      ${x}Fail: Int
    }
    type Subscription { ${x}Ticks: Int }
    type ${x}Name { first: String! last(upper: Boolean! = false): String secret: String! @requiresScopes(scopes: [["audit"]]) }
    enum ${x}Kind { LOW HIGH }
    input ${x}Filter { a: Int = 7 b: [String!] c: ${x}Filter d: Float! }
    scalar ${x}Any
  `,
  resolvers: {
    Query: {
      [`${x}Echo`]: (_: never, args: object) => JSON.stringify(args),
      [`${x}Name`]: () => NAME,
      [`${x}Names`]: () => [NAME, { first: 'Ōe', last: null, secret: 'none' }],
      [`${x}Secret`]: () => 7,
      [`${x}Missing`]: failing('NOT_FOUND'),
      [`${x}Broken`]: failing('P2002'),
      [`${x}Hole`]: () => null,
    },
    Mutation: {
      [`${x}Count`]: (_: never, { by }: { by: number }) => by,
      [`${x}Discard`]: () => 1,
      [`${x}Fail`]: failing('SOR_REJECTED'),
    },
    [`${x}Name`]: {
      last: (name: typeof NAME, { upper }: { upper: boolean }) => (upper ? name.last.toUpperCase() : name.last),
    },
  },
});

const NAME = { first: 'Zoë', last: '𝒵ürich-日本 🚑 "\\\u2028', secret: 'straße' };

/** One request; its text is sent with a number behind it, so that it can be made one that has never come by. */
interface Sent {
  readonly method?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Of the address. */
  readonly search?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly scopes?: readonly string[];
}

const plain = (query: string, variables?: unknown, more: Readonly<Record<string, unknown>> = {}): Sent => ({
  body: { query, ...(variables === undefined ? {} : { variables }), ...more },
});
const accepting = (accept: string | readonly string[]): Sent => ({ ...plain(HELLO), headers: { accept } });
const typed = (type: string): Sent => ({ ...plain(HELLO), headers: { 'content-type': type } });

const HELLO = '{ aName { first last } bName { first last } }';
const TWO = 'query A { aName { first } } query B { bName { first } } mutation C { bCount(by: 1) }';
const ALL = `query Q(
  $text: String, $n: Int = 3, $f: Float, $id: ID, $yes: Boolean, $list: [Int!], $grid: [[String]],
  $by: aFilter, $other: bFilter, $kind: aKind, $any: aAny
) {
  a: aEcho(text: $text, n: $n, f: $f, id: $id, yes: $yes, list: $list, grid: $grid, by: $by, kind: $kind, any: $any)
  b: bEcho(text: $text, n: $n, f: $f, id: $id, yes: $yes, list: $list, grid: $grid, by: $other)
}`;
const NEEDED = 'query($n: Int!, $upper: Boolean! = true) { bEcho(n: $n) bName { last(upper: $upper) } }';
const CHOSEN =
  'query($a: Boolean!, $b: Boolean! = false) { aName @include(if: $a) { first } bName @skip(if: $b) { last } }';
const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';
const PREFLIGHT = { 'apollo-require-preflight': 'yes' };

/** Answered with 200. */
const ANSWERED: Readonly<Record<string, Sent>> = {
  'a document': plain(HELLO),
  'a document with a name': plain('query Hello { bName { first } }', undefined, { operationName: 'Hello' }),
  'aliases that every object has': plain(
    '{ __proto__: bName { constructor: first toString: last } hasOwnProperty: aName { valueOf: first } }',
  ),
  fragments: plain(
    '{ ...F bNames { ...G } } fragment F on Query { aName { first } } fragment G on bName { last __typename }',
  ),
  types: plain('{ __typename aName { __typename } bName { t: __typename first } }'),
  introspection: plain('{ __schema { queryType { name } } __type(name: "bName") { fields { name } } bName { first } }'),
  'introspection alone': plain('{ __type(name: "aFilter") { inputFields { name defaultValue } } }'),
  'no variables': plain(ALL),
  'variables null': plain(ALL, null),
  'variables empty': plain(ALL, {}),
  'variables of every kind': plain(ALL, {
    text: 'Zoë 🚑 \u2028 \ud83d',
    n: -2147483648,
    f: 1.5e-7,
    id: 'é-1',
    yes: false,
    list: [1, 2],
    grid: [['ü', null], null, []],
    by: { d: 0.1, c: { d: 1, b: [] } },
    other: { a: null, d: 2 },
    kind: 'HIGH',
    any: { x: [{ y: 'ß' }], z: 1e300 },
  }),
  'variables that are null': plain(ALL, {
    text: null,
    n: null,
    list: null,
    grid: null,
    by: null,
    kind: null,
    any: null,
  }),
  'variables nobody knows': plain(ALL, { text: 'x', stranger: { deep: ['é'] }, constructor: 1 }),
  'a variable named like what every object has': {
    body: {
      query: 'query($__proto__: Int, $toString: Int) { bEcho(n: $__proto__) aEcho(n: $toString) }',
      variables: JSON.parse('{"__proto__":4}') as unknown,
    },
  },
  'single values for lists': plain(ALL, { list: 3, grid: 'x', by: { d: 1, b: 'é' } }),
  'ints for floats and ids': plain(ALL, { f: 3, id: 12, by: { d: 1 } }),
  'an int that is a float without a fraction': plain(ALL, { n: 5.0 }),
  'a needed variable': plain(NEEDED, { n: 1 }),
  'a needed variable, and one over its default': plain(NEEDED, { n: 1, upper: false }),
  'conditions, one way': plain(CHOSEN, { a: true }),
  'conditions, the other way': plain(CHOSEN, { a: false, b: true }),
  'several operations, the first': plain(TWO, undefined, { operationName: 'A' }),
  'several operations, the second': plain(TWO, undefined, { operationName: 'B' }),
  'several operations, the mutation': plain(TWO, undefined, { operationName: 'C' }),
  'one operation, null for a name': plain(HELLO, undefined, { operationName: null }),
  'a mutation': plain('mutation { bCount(by: 2) aCount(by: 3) again: bCount(by: 4) }'),
  'a mutation with variables': plain('mutation($by: Int!) { bCount(by: $by) }', { by: 5 }),
  'a mutation that fails': plain('mutation { bCount(by: 2) bFail aFail }'),
  'a mutation that is denied': plain('mutation { bCount(by: 2) bDiscard(by: 1) }'),
  'a mutation that is not denied': { ...plain('mutation { bCount(by: 2) bDiscard(by: 1) }'), scopes: ['audit'] },
  'a mutation denied on a condition': plain(
    'mutation($d: Boolean!) { bCount(by: 2) bDiscard(by: 1) @include(if: $d) }',
    { d: true },
  ),
  'a mutation denied on a condition that does not hold': plain(
    'mutation($d: Boolean!) { bCount(by: 2) bDiscard(by: 1) @include(if: $d) }',
    { d: false },
  ),
  'a caller who may not see all': plain('{ bSecret bName { first secret } aSecret aNames { last secret } }'),
  'a caller who may see all': {
    ...plain('{ bSecret bName { first secret } aSecret aNames { last secret } }'),
    scopes: ['audit'],
  },
  'a caller who may see nothing': plain('{ bSecret aSecret }'),
  'errors of subgraphs': plain('{ bMissing aMissing bName { last } }'),
  'errors of subgraphs that say nothing': plain('{ bBroken }'),
  'errors at the root of both': plain('{ aBroken bName { last } }'),
  'null where there may be none': plain('{ bHole aName { first } }'),
  'no answer that is accepted, said by nobody': plain(HELLO),
  'accepts anything': accepting('*/*'),
  'accepts JSON': accepting(JSON_TYPE),
  'accepts JSON in capitals': accepting('APPLICATION/JSON'),
  'accepts application/*': accepting('application/*'),
  'accepts the type of the specification': accepting(RESPONSE_TYPE),
  'accepts both, JSON rather': accepting(`${RESPONSE_TYPE};q=0.5, ${JSON_TYPE};q=0.9`),
  'accepts both, JSON less': accepting(`${JSON_TYPE};q=0.5, ${RESPONSE_TYPE}`),
  'accepts both, in two headers': accepting([`${JSON_TYPE};q=0.5`, RESPONSE_TYPE]),
  'accepts JSON not at all': accepting(`${JSON_TYPE};q=0, */*;q=0.1`),
  'accepts what a browser does': accepting('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'),
  'accepts nothing at all': accepting(''),
  'errors in the type of the specification': { ...plain('{ bMissing }'), headers: { accept: RESPONSE_TYPE } },
  'a denied mutation in the type of the specification': {
    ...plain('mutation { bCount(by: 2) bDiscard(by: 1) }'),
    headers: { accept: RESPONSE_TYPE },
  },
  'JSON with a charset': typed('application/json; charset=utf-8'),
  'JSON with a charset in quotes': typed('application/json;charset="UTF-8"'),
  'JSON with a parameter': typed('application/json; version=1'),
  'an encoding that is none': { ...plain(HELLO), headers: { 'content-encoding': 'identity' } },
  extensions: plain(HELLO, undefined, { extensions: { tracing: true } }),
  'extensions null': plain(HELLO, undefined, { extensions: null }),
  'extensions empty': plain(HELLO, undefined, { extensions: {} }),
  'extensions with a hash': plain(HELLO, undefined, {
    extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } },
  }),
  'more than there is': plain(HELLO, undefined, { stranger: 'x' }),
  'an address with a document of its own': { ...plain(HELLO), search: { query: '{ aSecret }' } },
  GET: { method: 'GET', search: { query: HELLO }, headers: PREFLIGHT },
  'GET with variables': { method: 'GET', search: { query: NEEDED, variables: '{"n":1}' }, headers: PREFLIGHT },
  'GET with a name': { method: 'GET', search: { query: TWO, operationName: 'B' }, headers: PREFLIGHT },
  OPTIONS: { method: 'OPTIONS', headers: { origin: 'https://elsewhere.invalid' } },
};

/** Answered with another status. */
const REFUSED: Readonly<Record<string, Sent>> = {
  'a name in place of none': plain('{ bName { first } }', undefined, { operationName: 'Hello' }),
  'text for an int': plain(ALL, { n: '5' }),
  'a fraction for an int': plain(ALL, { n: 5.5 }),
  'an int that is too large': plain(ALL, { n: 2147483648 }),
  'a number for text': plain(ALL, { text: 5 }),
  'a fraction for an id': plain(ALL, { id: 1.5 }),
  'text for a boolean': plain(ALL, { yes: 'true' }),
  'null within a list that has none': plain(ALL, { list: [1, null] }),
  'an enum value that is none': plain(ALL, { kind: 'MIDDLE' }),
  'an input object that lacks a field': plain(ALL, { by: { a: 1 } }),
  'an input object with a field too many': plain(ALL, { by: { d: 1, e: 'PATIENT' } }),
  'text for an input object': plain(ALL, { by: 'PATIENT' }),
  'a needed variable missing': plain(NEEDED, {}),
  'a needed variable null': plain(NEEDED, { n: null }),
  'null where there is a default': plain(NEEDED, { n: 1, upper: null }),
  'conditions that are none': plain(CHOSEN, { a: 'yes' }),
  'variables as text': plain(ALL, '{"n":1}'),
  'variables as a list': plain(ALL, [1]),
  'variables as a number': plain(ALL, 0),
  'variables as false': plain(ALL, false),
  'several operations, none of that name': plain(TWO, undefined, { operationName: 'D' }),
  'several operations, a name that every object has': plain(TWO, undefined, { operationName: 'constructor' }),
  'several operations, no name': plain(TWO),
  'several operations, an empty name': plain(TWO, undefined, { operationName: '' }),
  'several operations, null for a name': plain(TWO, undefined, { operationName: null }),
  'several operations, a number for a name': plain(TWO, undefined, { operationName: 1 }),
  'several operations, a list for a name': plain(TWO, undefined, { operationName: ['A'] }),
  'one operation, an empty name': plain(HELLO, undefined, { operationName: '' }),
  'one operation, false for a name': plain(HELLO, undefined, { operationName: false }),
  'a subscription': plain('subscription { bTicks }'),
  'accepts multipart': accepting('multipart/mixed'),
  'accepts a page': accepting('text/html'),
  'accepts a picture': accepting('image/png'),
  'accepts nonsense': accepting(';;,é='),
  'a wrong variable in the type of the specification': {
    ...plain(NEEDED, { n: 'x' }),
    headers: { accept: RESPONSE_TYPE },
  },
  'JSON with another charset': typed('application/json; charset=latin1'),
  'another type': typed('text/plain'),
  'no type': typed(''),
  'an encoding': { ...plain(HELLO), headers: { 'content-encoding': 'gzip' } },
  'extensions as text': plain(HELLO, undefined, { extensions: '{}' }),
  'extensions as a list': plain(HELLO, undefined, { extensions: [] }),
  nothing: { body: {} },
  'no document': { body: { variables: {} } },
  'a document that is empty': { body: { query: '' } },
  'a document that is a number': { body: { query: 7 } },
  'a document that is an object': { body: { query: { kind: 'Document' } } },
  'a document that is null': { body: { query: null } },
  'a document that is no GraphQL': plain('{ aName { first }'),
  'a document that is not valid': plain('{ aName { frist } }'),
  'a document with a directive that is none': plain('{ aName { ... @defer { first } } }'),
  'a variable nobody uses': plain('query($n: Int) { aName { first } }', { n: 1 }),
  'GET with an empty name': { method: 'GET', search: { query: HELLO, operationName: '' }, headers: PREFLIGHT },
  'GET of a page': { method: 'GET', search: { query: HELLO }, headers: { ...PREFLIGHT, accept: 'text/html' } },
  'GET without what makes a preflight': { method: 'GET', search: { query: HELLO } },
  'GET of a mutation': { method: 'GET', search: { query: 'mutation { bCount(by: 1) }' }, headers: PREFLIGHT },
  'GET of nothing': { method: 'GET', headers: PREFLIGHT },
  HEAD: { method: 'HEAD', search: { query: HELLO }, headers: PREFLIGHT },
  PUT: { ...plain(HELLO), method: 'PUT' },
};

interface Received {
  readonly status: number;
  /** Names and values in their order, but for the date. */
  readonly headers: readonly string[];
  /** Each character is a byte. */
  readonly body: string;
}

/** Sends a request as it is, with no header but those of the case. */
const send = async (url: string, { method = 'POST', body, search, headers }: Sent, tag: string): Promise<Received> => {
  const tagged = (query: unknown) => (typeof query === 'string' && query !== '' ? `${query} #${tag}` : query);
  const text = body && JSON.stringify('query' in body ? { ...body, query: tagged(body['query']) } : body);
  const parameters = new URLSearchParams(search);
  if (search?.['query'] !== undefined) parameters.set('query', String(tagged(search['query'])));
  const path = search === undefined ? '' : `?${parameters.toString()}`;
  const type =
    text === undefined ? {} : { 'content-type': JSON_TYPE, 'content-length': String(Buffer.byteLength(text)) };
  const request = httpRequest(`${url}/graphql${path}`, {
    method,
    headers: { ...type, ...headers },
  });
  request.end(text);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const kept = response.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 1 || name.toLowerCase() === 'date' ? [] : [`${name}: ${all[index + 1]}`],
  );
  return { status: response.statusCode ?? 0, headers: kept, body: Buffer.concat(chunks).toString('latin1') };
};

describe('a request that has come by before', () => {
  let graph: TestGraph;
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    graph = await startGraph({ local: { a: echoing('a') }, remote: { b: echoing('b') } });
    for (const scope of ['', 'audit']) tokens.set(scope, await graph.issuer.mint({ scopes: [scope] }));
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  /** The answer, and what was asked of the subgraphs for it. */
  const look = async (sent: Sent, tag: string) => {
    const [calls, requests] = [graph.local('a').calls, graph.remote('b').requests];
    calls.length = 0;
    requests.length = 0;
    const authorization = `Bearer ${tokens.get(sent.scopes?.[0] ?? '')}`;
    const headers = { authorization, 'x-request-id': 'the-same', ...sent.headers };
    const answer = await send(graph.url, { ...sent, headers }, tag);
    return { answer, asked: [...calls.map(({ call }) => JSON.stringify(call)), ...requests.map(({ text }) => text)] };
  };

  const cases = [...Object.entries(ANSWERED), ...Object.entries(REFUSED)];

  const firsts = new Map<string, Awaited<ReturnType<typeof look>>>();
  /** What was answered when the case came by for the first time, in a document of its own. */
  const firstOf = async (name: string, sent: Sent, tag: string) => {
    const first = firsts.get(name) ?? (await look(sent, tag));
    firsts.set(name, first);
    return first;
  };
  const tagOf = (sent: Sent) => String(cases.findIndex(([, one]) => one === sent) + 1).padStart(3, '0');

  it.each(cases)('is answered as it was the first time: %s', async (name, sent) => {
    const tag = tagOf(sent);
    const first = await firstOf(name, sent, tag);
    expect(first.answer.status < 300).toBe(name in ANSWERED);
    expect(await look(sent, tag)).toEqual(first);
    expect(await look(sent, tag)).toEqual(first);
  });

  it('is answered so whatever else has been asked of its document', async () => {
    for (const [name, sent] of cases) await firstOf(name, sent, tagOf(sent));
    for (let round = 0; round < 2; round++)
      for (const [name, sent] of cases)
        expect({ name, ...(await look(sent, '999')) }).toEqual({ name, ...firsts.get(name) });
  });
});

/** A gateway whose parts are at hand. Its Apollo Server can be stopped: from then on that one fails whatever it is asked. */
const startOpen = async (broken: Broken = {}, log = silentLog()) => {
  const subgraph = subgraphInProcess('b', echoing('b'));
  const source = { name: 'b', url: 'http://b.invalid', sdl: subgraph.sdl };
  const made = createGeneration(compose([source]).supergraphSdl, { open: true });
  const planner: Generation['planner'] = {
    ...made.planner,
    plan: (document, ...rest) => {
      const isBroken = broken.planner !== undefined && print(document).includes('bName');
      return isBroken ? Promise.reject(broken.planner) : made.planner.plan(document, ...rest);
    },
  };
  const executePlan: ExecutePlan = (given) => {
    const isBroken = broken.executor !== undefined && print(given.prepared.operation).includes('bName');
    return isBroken ? Promise.reject(broken.executor) : executeSpliced(given);
  };
  const serving = await createServing({ ...made, planner }, [inProcessTransport(subgraph)], log);
  const config = loadConfig({});
  const overrides = new Map<string, boolean>();
  const surroundings = { config, log, authenticator: undefined, executePlan, maskKeys: createMaskKeys(), overrides };
  const endpoint = graphEndpoint(surroundings, () => serving);
  const server = createServer((request, response) => void endpoint.answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    answer: (sent: Sent) => send(url, { ...sent, headers: { 'x-request-id': 'the-same', ...sent.headers } }, 'x'),
    status: async (sent: Sent) => (await send(url, sent, 'x')).status,
    stopApollo: () => serving.apollo.stop(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await closeServing(serving);
    },
  };
};

/** What to fail with when `bName` is asked for. */
interface Broken {
  planner?: Error | undefined;
  executor?: Error | undefined;
}

describe('a request that fails where it was not refused', () => {
  const failures: Readonly<Record<string, Readonly<Broken>>> = {
    'a plan that takes too long': { planner: refuse('OPERATION_TOO_LARGE') },
    'a planner that has too much to do': { planner: refuse('GATEWAY_TIMEOUT') },
    'a planner that is closed': { planner: refuse('SHUTTING_DOWN') },
    'a planner that fails': { planner: fail('INTERNAL_SERVER_ERROR', { cause: new Error('PATIENT') }) },
    'a planner that throws': { planner: new Error('PATIENT') },
    'an executor that throws': { executor: new TypeError('PATIENT') },
  };

  const broken: Broken = {};
  const lines: string[] = [];
  let gateway: Awaited<ReturnType<typeof startOpen>>;
  beforeAll(async () => {
    gateway = await startOpen(broken, createLog('error', { write: (line) => void lines.push(line) }));
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
  });

  it.each(Object.entries(failures))('is answered as it was the first time: %s', async (name, failure) => {
    broken.planner = failure.planner;
    broken.executor = failure.executor;
    for (const accept of [undefined, '*/*', JSON_TYPE, RESPONSE_TYPE]) {
      const headers = accept === undefined ? {} : { accept };
      // What the client accepts is known from a request that does not fail.
      expect(await gateway.status({ ...plain('{ bEcho }'), headers })).toBe(200);
      const look = async () => {
        lines.length = 0;
        const answer = await gateway.answer({ ...plain(`{ bName { first } } # ${name} ${accept}`), headers });
        return { accept, answer, events: lines.map((line) => (JSON.parse(line) as { readonly msg: string }).msg) };
      };
      const first = await look();
      expect(first.answer.status).toBeGreaterThanOrEqual(400);
      expect(first.answer.body).not.toContain('PATIENT');
      expect(first.events.includes('request:failed')).toBe(first.answer.status === 500);
      expect(await look()).toEqual(first);
      expect(await look()).toEqual(first);
    }
  });
});

describe('the way past Apollo Server', () => {
  const HELLO_B = '{ bName { first } }';
  const SEEN: Readonly<Record<string, Sent>> = {
    'a document': plain(HELLO_B),
    variables: plain('query($n: Int = 3, $by: bFilter) { bEcho(n: $n, by: $by) }', { by: { d: 1 } }),
    'one of several operations': plain('query A { bName { last } } query B { bSecret }', undefined, {
      operationName: 'B',
    }),
    'a mutation': plain('mutation { bCount(by: 1) }'),
    conditions: plain('query($a: Boolean!) { bName @include(if: $a) { last } }', { a: true }),
    'another type of answer': { ...plain(HELLO_B), headers: { accept: RESPONSE_TYPE } },
    'null wherever nothing is said': plain(HELLO_B, null, { operationName: null, extensions: null }),
  };
  const UNSEEN: Readonly<Record<string, Sent>> = {
    'another document': plain('{ bName { last } }'),
    'a document that was refused': plain('{ bName { middle } }'),
    'a subscription': plain('subscription { bTicks }'),
    'variables that do not fit': plain('query($n: Int = 3, $by: bFilter) { bEcho(n: $n, by: $by) }', { n: 'x' }),
    'variables that are none': plain(HELLO_B, '{}'),
    'no name where there are several': plain('query A { bName { last } } query B { bSecret }'),
    'an empty name': plain(HELLO_B, undefined, { operationName: '' }),
    extensions: plain(HELLO_B, undefined, { extensions: {} }),
    'another accepted type': { ...plain(HELLO_B), headers: { accept: 'application/*' } },
    'a GET': { method: 'GET', search: { query: HELLO_B }, headers: PREFLIGHT },
  };

  it('is taken by plain requests that have come by before, and by no others', async () => {
    await using gateway = await startOpen();
    for (const sent of Object.values(SEEN)) expect(await gateway.status(sent)).toBe(200);
    for (const name of ['a document that was refused', 'a subscription', 'variables that do not fit', 'an empty name'])
      expect(await gateway.status(UNSEEN[name] ?? {})).toBe(400);
    await gateway.stopApollo();
    const statusOf = async ([name, sent]: [string, Sent]) => [name, await gateway.status(sent)] as const;
    const seen = await Promise.all(Object.entries(SEEN).map(statusOf));
    expect(seen).toEqual(Object.keys(SEEN).map((name) => [name, 200]));
    const unseen = await Promise.all(Object.entries(UNSEEN).map(statusOf));
    expect(unseen).toEqual(Object.keys(UNSEEN).map((name) => [name, 500]));
  });

  it('is taken with other variables than the first time', async () => {
    await using gateway = await startOpen();
    const query = 'query($n: Int = 3, $by: bFilter) { bEcho(n: $n, by: $by) }';
    expect(await gateway.status(plain(query))).toBe(200);
    await gateway.stopApollo();
    for (const variables of [{ n: 4 }, { by: { d: 1, c: { d: 2 } } }, { n: null, stranger: 1 }])
      expect(await gateway.status(plain(query, variables))).toBe(200);
  });
});
