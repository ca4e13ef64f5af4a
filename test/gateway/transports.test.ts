import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cancellation } from '../../gateway/executor/cancellation.ts';
import { executeCompiled } from '../../gateway/executor/compiled/execute.ts';
import type { ExecutePlan } from '../../gateway/executor/execute-plan.ts';
import { executeByReference } from '../../gateway/executor/reference.ts';
import { executeSpliced } from '../../gateway/executor/spliced/execute.ts';
import { httpTransport } from '../../gateway/executor/transports/http.ts';
import { createInFlight } from '../../gateway/executor/transports/in-flight.ts';
import { stopped } from '../../gateway/executor/transports/stopped.ts';
import type { Transport } from '../../gateway/executor/transports/transport.ts';
import { ENVELOPE_HEADER, envelopeKey, openEnvelope } from '../../platform/envelope.ts';
import { createIdentity } from '../../platform/identity.ts';
import { MINUTE, SECOND } from '../../platform/time.ts';
import { type FakeSubgraph, type SubgraphDefinition, startSubgraph } from '../fakes/subgraph.ts';
import { type Answer, codes, LINK, paths, SECRET, startGraph, type TestGraph } from './start-graph.ts';

const people: SubgraphDefinition = {
  sdl: `${LINK}
    type Query { people: [Person!] greeting(to: String): String }
    type Mutation { rename(to: String!): String }
    type Person @key(fields: "id") { id: ID! name: String }
  `,
  resolvers: {
    Query: {
      people: () => [{ id: 'p1', name: 'Kim' }],
      greeting: (_: never, { to }: { to: string }) => `Hello ${to}`,
    },
    Mutation: { rename: (_: never, { to }: { to: string }) => to },
  },
};

const wards: SubgraphDefinition = {
  sdl: `${LINK}
    type Query { wards: [String!] floor(number: Int): Int }
    type Mutation { move: Int }
    type Person @key(fields: "id") { id: ID! ward: String }
  `,
  resolvers: {
    Query: { wards: () => ['north'], floor: (_: never, { number }: { number: number }) => number },
    Mutation: { move: () => 1 },
    Person: { ward: ({ id }: { id: string }) => `ward of ${id}` },
  },
};

const EXECUTORS: readonly (readonly [string, ExecutePlan])[] = [
  ['spliced', executeSpliced],
  ['compiled', executeCompiled],
  ['reference', executeByReference],
];

const sendJson = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

/** Has the subgraph answer nothing by itself. @returns its requests that wait for an answer, in order */
const hold = (subgraph: FakeSubgraph): readonly ServerResponse[] => {
  const held: ServerResponse[] = [];
  subgraph.requests.length = 0;
  subgraph.answerWith((_request, response) => void held.push(response));
  return held;
};

const LEADER = '{ people { name } wards }';
const FOLLOWER = 'query($number: Int) { people { name } floor(number: $number) }';

const named = (name: string) => ({ data: { people: [{ name }] } });

describe.each(EXECUTORS)('a query that is under way, by the %s executor', (_name, executePlan) => {
  let graph: TestGraph;
  let token: string;
  beforeAll(async () => {
    graph = await startGraph({ remote: { people, wards }, options: { executePlan } });
  });
  beforeEach(async () => {
    token = await graph.issuer.mint();
    // Planned before, so that requests of one test begin at nearly the same time; with the token known to be good.
    await ask(LEADER);
    await ask(FOLLOWER);
  });
  afterEach(() => {
    for (const name of ['people', 'wards']) graph.remote(name).answerWith(undefined);
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  interface Options {
    readonly bearer?: string;
    readonly signal?: AbortSignal;
    readonly variables?: Readonly<Record<string, unknown>>;
  }
  const ask = (query: string, { bearer = token, signal, variables }: Options = {}) =>
    graph.request({
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ query, variables }),
      ...(signal === undefined ? {} : { signal }),
    });

  /** Begins the first query of the test, and waits until the subgraph has it. */
  const lead = async (held: readonly ServerResponse[], options: Options = {}) => {
    const answer = ask(LEADER, options);
    answer.catch(() => undefined);
    await graph.remote('people').until(() => held.length === 1);
    return { answer };
  };

  let floor = 0;
  /** Begins another that asks the same of `people`, and waits until it has asked all it asks. */
  const follow = async (options: Options = {}) => {
    const number = ++floor;
    const answer = ask(FOLLOWER, { ...options, variables: { number } });
    const others = graph.remote('wards');
    await others.until(() => others.requests.some(({ body }) => body.variables?.['number'] === number));
    return { answer, data: { people: [{ name: 'Kim' }], floor: number } };
  };

  it('is asked once for two requests of one token, and each is answered in full', async () => {
    const held = hold(graph.remote('people'));
    const leader = await lead(held);
    const followers = [await follow(), await follow()];
    sendJson(held[0] as ServerResponse, named('Kim'));
    expect((await leader.answer).body).toEqual({ data: { people: [{ name: 'Kim' }], wards: ['north'] } });
    for (const { answer, data } of followers) expect((await answer).body).toEqual({ data });
    expect(graph.remote('people').requests).toHaveLength(1);
  });

  it('is not shared with another token, be its claims the same', async () => {
    const held = hold(graph.remote('people'));
    const bearer = await graph.issuer.mint();
    expect(bearer).not.toBe(token);
    const leader = await lead(held);
    const other = await follow({ bearer });
    await graph.remote('people').until(() => held.length === 2);
    sendJson(held[0] as ServerResponse, named('for the one'));
    sendJson(held[1] as ServerResponse, named('for the other'));
    expect((await leader.answer).body.data.people).toEqual([{ name: 'for the one' }]);
    expect((await other.answer).body.data.people).toEqual([{ name: 'for the other' }]);
  });

  it('is not shared when something else is asked', async () => {
    const held = hold(graph.remote('people'));
    const leader = await lead(held);
    const other = ask('{ people { id } }');
    await graph.remote('people').until(() => held.length === 2);
    sendJson(held[0] as ServerResponse, named('Kim'));
    sendJson(held[1] as ServerResponse, { data: { people: [{ id: 'p1' }] } });
    expect((await leader.answer).body.data.people).toEqual([{ name: 'Kim' }]);
    expect((await other).body.data.people).toEqual([{ id: 'p1' }]);
  });

  it('is asked again when it is over', async () => {
    graph.remote('people').requests.length = 0;
    await ask('{ people { name } }');
    await ask('{ people { name } }');
    expect(graph.remote('people').requests).toHaveLength(2);
  });

  it.each(['mutation { rename(to: "Ada") }', 'mutation { move }'])(
    'is asked again after a mutation, of whichever subgraph: %s',
    async (mutation) => {
      const subgraph = graph.remote('people');
      const held: ServerResponse[] = [];
      subgraph.requests.length = 0;
      subgraph.answerWith((_request, response) => {
        const isMutation = subgraph.requests.at(-1)?.body.query.includes('rename') === true;
        if (isMutation) sendJson(response, { data: { rename: 'Ada' } });
        else held.push(response);
      });
      const leader = await lead(held);
      expect((await ask(mutation)).body.errors).toBeUndefined();
      const follower = await follow();
      await subgraph.until(() => held.length === 2);
      sendJson(held[0] as ServerResponse, named('Kim'));
      sendJson(held[1] as ServerResponse, named('Ada'));
      expect((await leader.answer).body.data.people).toEqual([{ name: 'Kim' }]);
      expect((await follower.answer).body.data.people).toEqual([{ name: 'Ada' }]);
    },
  );

  it('and has begun during a mutation, is asked again after it', async () => {
    const subgraph = graph.remote('people');
    const held = hold(subgraph);
    const mutation = ask('mutation { rename(to: "Ada") }');
    await subgraph.until(() => held.length === 1);
    const during = ask(LEADER);
    await subgraph.until(() => held.length === 2);
    sendJson(held[0] as ServerResponse, { data: { rename: 'Ada' } });
    await mutation;
    const after = await follow();
    await subgraph.until(() => held.length === 3);
    sendJson(held[1] as ServerResponse, named('Kim'));
    sendJson(held[2] as ServerResponse, named('Ada'));
    expect((await during).body.data.people).toEqual([{ name: 'Kim' }]);
    expect((await after.answer).body.data.people).toEqual([{ name: 'Ada' }]);
  });

  it('is asked once more for all who wait when the client of the first goes away', async () => {
    const subgraph = graph.remote('people');
    const held = hold(subgraph);
    const stop = new AbortController();
    const leader = await lead(held, { signal: stop.signal });
    const followers = [await follow(), await follow(), await follow()];
    stop.abort();
    await expect(leader.answer).rejects.toThrow();
    await subgraph.until(() => held.length === 2);
    sendJson(held[1] as ServerResponse, named('Kim'));
    for (const { answer, data } of followers) expect((await answer).body).toEqual({ data });
    expect(held).toHaveLength(2);
  });

  it('is asked once more for all who wait when its connection turns out to be closed', async () => {
    const subgraph = graph.remote('people');
    const held = hold(subgraph);
    const leader = await lead(held);
    const follower = await follow();
    held[0]?.destroy();
    await subgraph.until(() => held.length === 2);
    sendJson(held[1] as ServerResponse, named('Kim'));
    expect((await leader.answer).body.data.people).toEqual([{ name: 'Kim' }]);
    expect((await follower.answer).body).toEqual({ data: follower.data });
    expect(held).toHaveLength(2);
  });

  it('costs each who waits for it the same fields when it fails', async () => {
    const held = hold(graph.remote('people'));
    const leader = await lead(held);
    const follower = await follow();
    held[0]?.writeHead(502, { 'content-type': 'text/plain' }).end();
    for (const answer of [await leader.answer, await follower.answer]) {
      expect([codes(answer), paths(answer)]).toEqual([['DOWNSTREAM_SERVICE_ERROR'], ['people']]);
      expect(answer.body.data.people).toBeNull();
    }
    expect((await leader.answer).body.data.wards).toEqual(['north']);
    expect((await follower.answer).body.data.floor).toBe(follower.data.floor);
    expect(graph.remote('people').requests).toHaveLength(1);
  });
});

describe('a transport', () => {
  let subgraph: FakeSubgraph;
  const opened: Transport[] = [];
  beforeEach(async () => {
    subgraph = await startSubgraph(people);
  });
  afterEach(async () => {
    for (const transport of opened.splice(0)) await transport.close?.();
    await subgraph.stop();
  });

  const open = (connections = 8): Transport => {
    const transport = httpTransport({
      name: 'people',
      url: subgraph.url,
      key: undefined,
      connections,
      responseLimit: 10_000,
      compression: false,
      inFlight: createInFlight(),
    });
    opened.push(transport);
    return transport;
  };

  const identity = createIdentity({
    audience: 'internal',
    purpose: 'operations',
    subject: 's',
    client: 'c',
    scopes: [],
    facilities: [],
  });
  const within = (time: number) => ({ identity, requestId: 'r', deadline: Date.now() + time });
  const QUERY = { query: '{ people { name } }' };
  const MUTATION = { query: 'mutation { rename(to: "Ada") }' };
  const numbered = (number: number) => ({ query: `{ greeting(to: "${number}") }` });

  it('does not have one request wait for another longer than it may itself', async () => {
    const transport = open();
    const held = hold(subgraph);
    const impatient = new Cancellation();
    const leader = transport.send(QUERY, within(MINUTE), new Cancellation());
    const follower = transport.send(QUERY, within(MINUTE), impatient);
    await subgraph.until(() => held.length === 1);
    impatient.cancel();
    await expect(follower).rejects.toMatchObject({ extensions: { code: 'GATEWAY_TIMEOUT' } });
    sendJson(held[0] as ServerResponse, named('Kim'));
    await expect(leader).resolves.toEqual(named('Kim'));
    expect(subgraph.requests).toHaveLength(1);
  });

  it('does not have a request wait for one that has much less time', async () => {
    const transport = open();
    const held = hold(subgraph);
    const [soon, later] = [within(30 * SECOND), within(MINUTE)];
    const all = [soon, later, later].map((envelope) => transport.send(QUERY, envelope, new Cancellation()));
    await subgraph.until(() => held.length === 2);
    for (const response of held) sendJson(response, named('Kim'));
    expect(await Promise.all(all)).toEqual([named('Kim'), named('Kim'), named('Kim')]);
    expect(subgraph.requests).toHaveLength(2);
  });

  it('gives each request objects of its own', async () => {
    const transport = open();
    const held = hold(subgraph);
    const all = [1, 2].map(() => transport.send(QUERY, within(MINUTE), new Cancellation()));
    await subgraph.until(() => held.length === 1);
    sendJson(held[0] as ServerResponse, named('Kim'));
    const [one, other] = await Promise.all(all);
    expect(one).toEqual(other);
    expect(one?.data).not.toBe(other?.data);
  });

  it('never shares a mutation', async () => {
    const transport = open();
    const held = hold(subgraph);
    const all = [1, 2].map(() => transport.send(MUTATION, within(MINUTE), new Cancellation()));
    await subgraph.until(() => held.length === 2);
    for (const [index, response] of held.entries()) sendJson(response, { data: { rename: String(index) } });
    expect(new Set((await Promise.all(all)).map(({ data }) => data?.['rename']))).toEqual(new Set(['0', '1']));
  });

  it('forgets what is under way also when a mutation fails', async () => {
    const transport = open();
    const held = hold(subgraph);
    const mutation = transport.send(MUTATION, within(MINUTE), new Cancellation());
    await subgraph.until(() => held.length === 1);
    const during = transport.send(QUERY, within(MINUTE), new Cancellation());
    await subgraph.until(() => held.length === 2);
    held[0]?.destroy();
    await expect(mutation).rejects.toMatchObject({ extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } });
    const after = transport.send(QUERY, within(MINUTE), new Cancellation());
    await subgraph.until(() => held.length === 3);
    for (const response of held.slice(1)) sendJson(response, named('Kim'));
    await Promise.all([during, after]);
  });

  it('asks nothing when there is no time left', async () => {
    const cancelled = new Cancellation();
    cancelled.cancel();
    const transport = open();
    for (const send of [
      transport.send(QUERY, within(0), new Cancellation()),
      transport.send(QUERY, within(MINUTE), cancelled),
    ])
      await expect(send).rejects.toMatchObject({ extensions: { code: 'GATEWAY_TIMEOUT' } });
    expect(subgraph.connections).toBe(0);
  });

  it('keeps connections, and no more than it may', async () => {
    const transport = open(2);
    const held = hold(subgraph);
    const all = [1, 2, 3, 4, 5, 6].map((n) => transport.send(numbered(n), within(MINUTE), new Cancellation()));
    for (let answered = 0; answered < 6; answered++) {
      await subgraph.until(() => held.length > answered);
      sendJson(held[answered] as ServerResponse, { data: { greeting: 'x' } });
    }
    await Promise.all(all);
    expect(subgraph.requests).toHaveLength(6);
    expect(subgraph.connections).toBeLessThanOrEqual(2);
  });

  it('uses the connections it has for requests that come one after another', async () => {
    const transport = open();
    for (let n = 0; n < 20; n++) await transport.send(numbered(n), within(MINUTE), new Cancellation());
    // The next may come before the last one is quite over.
    expect(subgraph.connections).toBeLessThanOrEqual(2);
  });

  it('never sends what was stopped while it waited for a connection', async () => {
    const transport = open(1);
    const held = hold(subgraph);
    const first = transport.send(QUERY, within(MINUTE), new Cancellation());
    await subgraph.until(() => held.length === 1);
    const cancellation = new Cancellation();
    const stoppedMutation = transport.send(MUTATION, within(MINUTE), cancellation);
    cancellation.cancel();
    await expect(stoppedMutation).rejects.toMatchObject({ extensions: { code: 'GATEWAY_TIMEOUT' } });
    const last = transport.send(numbered(1), within(MINUTE), new Cancellation());
    sendJson(held[0] as ServerResponse, named('Kim'));
    await first;
    await subgraph.until(() => held.length === 2);
    sendJson(held[1] as ServerResponse, { data: { greeting: 'Hello' } });
    await last;
    expect(subgraph.requests.map(({ body }) => body)).toEqual([QUERY, numbered(1)]);
  });

  it('fails what is under way when it is closed, and what comes later', async () => {
    const transport = open();
    const held = hold(subgraph);
    const underway = transport.send(QUERY, within(MINUTE), new Cancellation());
    await subgraph.until(() => held.length === 1);
    const closed = transport.close?.();
    await expect(underway).rejects.toMatchObject({ extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } });
    await closed;
    await expect(transport.send(QUERY, within(MINUTE), new Cancellation())).rejects.toMatchObject({
      extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' },
    });
  });

  /** Answers the first request of each connection, and does this with the second. @returns the requests */
  const answerOnceAnd = (end: (response: ServerResponse) => void): FakeSubgraph['requests'] => {
    const used = new WeakSet<Socket>();
    subgraph.requests.length = 0;
    subgraph.answerWith(({ socket }, response) => {
      if (used.has(socket)) return end(response);
      used.add(socket);
      sendJson(response, named('Kim'));
    });
    return subgraph.requests;
  };

  /** A query that leaves a connection behind, which is free for the next one after a turn of the event loop. */
  const keepConnection = async (transport: Transport): Promise<void> => {
    await transport.send(QUERY, within(MINUTE), new Cancellation());
    await new Promise(setImmediate);
  };

  const HANG_UP: readonly (readonly [string, (response: ServerResponse) => void])[] = [
    ['is closed', (response) => void response.socket?.destroy()],
    ['is reset', (response) => void response.socket?.resetAndDestroy()],
  ];

  it.each(HANG_UP)('asks a query again when a connection that was kept %s before an answer', async (_name, end) => {
    const transport = open();
    const requests = answerOnceAnd(end);
    await keepConnection(transport);
    expect(await transport.send(QUERY, within(MINUTE), new Cancellation())).toEqual(named('Kim'));
    expect([requests.length, subgraph.connections]).toEqual([3, 2]);
  });

  it.each(HANG_UP)('never asks a mutation again, when its connection %s neither', async (_name, end) => {
    const transport = open();
    const requests = answerOnceAnd(end);
    await keepConnection(transport);
    const mutation = transport.send(MUTATION, within(MINUTE), new Cancellation());
    await expect(mutation).rejects.toMatchObject({ extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } });
    expect(requests).toHaveLength(2);
  });

  it('asks a query again once, and not when its answer had begun', async () => {
    const transport = open();
    await keepConnection(transport);
    const failing = async (end: (response: ServerResponse) => void) => {
      subgraph.requests.length = 0;
      subgraph.answerWith((_request, response) => end(response));
      const query = transport.send(QUERY, within(MINUTE), new Cancellation());
      await expect(query).rejects.toMatchObject({ extensions: { code: 'DOWNSTREAM_SERVICE_ERROR' } });
      subgraph.answerWith(undefined);
      return subgraph.requests.length;
    };
    expect(await failing((response) => void response.socket?.destroy())).toBe(2);
    await keepConnection(transport);
    const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' });
    expect(await failing((response) => begin(response).write('{', () => response.destroy()))).toBe(1);
  });

  it('does not ask a query again that was stopped', async () => {
    const transport = open();
    await keepConnection(transport);
    const held = hold(subgraph);
    const cancellation = new Cancellation();
    const query = transport.send(QUERY, within(MINUTE), cancellation);
    await subgraph.until(() => held.length === 1);
    held[0]?.socket?.resetAndDestroy();
    cancellation.cancel();
    await expect(query).rejects.toMatchObject({ extensions: { code: 'GATEWAY_TIMEOUT' } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(held).toHaveLength(1);
  });

  it('waits for the answer behind what is said in the meantime', async () => {
    const transport = open();
    subgraph.answerWith((_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</a>; rel=preload' }, () => sendJson(response, named('Kim')));
    });
    expect(await transport.send(QUERY, within(MINUTE), new Cancellation())).toEqual(named('Kim'));
  });

  it('asks an address with a path and a query of its own', async () => {
    let asked: string | undefined;
    subgraph.answerWith((request, response) => {
      asked = request.url;
      sendJson(response, named('Kim'));
    });
    const options = { key: undefined, connections: 1, responseLimit: 1000, compression: false };
    const transport = httpTransport({
      ...options,
      name: 'p',
      url: `${subgraph.url}/v2?tenant=a%20b`,
      inFlight: createInFlight(),
    });
    opened.push(transport);
    await transport.send(QUERY, within(MINUTE), new Cancellation());
    expect(asked).toBe('/graphql/v2?tenant=a%20b');
  });
});

describe('compressed answers', () => {
  const LIMIT = 20_000;
  const QUERY = '{ people { name } wards }';
  const TEXT = JSON.stringify(named('Zoë '.repeat(500)));
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startGraph({ remote: { people, wards }, compression: true, responseLimit: LIMIT });
  });
  afterEach(() => graph.remote('people').answerWith(undefined));
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  const answered = async (encoding: string, bytes: Buffer): Promise<Answer> => {
    graph.remote('people').requests.length = 0;
    graph.remote('people').answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding }).end(bytes);
    });
    return graph.ask(QUERY);
  };

  it.each([
    ['br', brotliCompressSync],
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['identity', (text: string) => Buffer.from(text)],
  ] as const)('are asked for and read: %s', async (encoding, compress) => {
    const answer = await answered(encoding, compress(TEXT));
    expect(answer.body).toEqual({ data: { ...named('Zoë '.repeat(500)).data, wards: ['north'] } });
    expect(graph.remote('people').requests[0]?.headers['accept-encoding']).toBe('br, gzip, deflate');
  });

  const bomb = JSON.stringify(named('0'.repeat(10_000_000)));
  const just = (size: number) => JSON.stringify(named('0'.repeat(size - JSON.stringify(named('')).length)));
  const failures: readonly (readonly [string, string, Buffer])[] = [
    ['a small one that becomes large', 'gzip', gzipSync(bomb)],
    ['a small one that becomes large, by another way', 'br', brotliCompressSync(bomb)],
    ['one byte too many', 'deflate', deflateSync(just(LIMIT + 1))],
    ['what is not compressed', 'gzip', Buffer.from(TEXT)],
    ['half of it', 'gzip', gzipSync(TEXT).subarray(0, 40)],
    ['half of it, by another way', 'br', brotliCompressSync(TEXT).subarray(0, 20)],
    ['a wrong checksum', 'gzip', Buffer.concat([gzipSync(TEXT).subarray(0, -8), Buffer.alloc(8)])],
    ['nothing', 'gzip', Buffer.alloc(0)],
    ['another way than it says', 'br', gzipSync(TEXT)],
    ['a way nobody asked for', 'zstd', Buffer.from(TEXT)],
    ['two ways', 'gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['a way that every object has', 'constructor', Buffer.from(TEXT)],
    ['too much compressed', 'gzip', Buffer.concat([gzipSync(TEXT), Buffer.alloc(LIMIT)])],
  ];

  it.each(failures)('cost their own fields only when they are %s', async (_name, encoding, bytes) => {
    const answer = await answered(encoding, bytes);
    expect(answer.body.data).toEqual({ people: null, wards: ['north'] });
    expect([codes(answer), paths(answer)]).toEqual([['DOWNSTREAM_SERVICE_ERROR'], ['people']]);
    expect(graph.remote('people').requests).toHaveLength(1);
  });

  it('may be as long as others', async () => {
    expect((await answered('gzip', gzipSync(just(LIMIT)))).body.errors).toBeUndefined();
  });

  it('are not asked for, and refused, where they are not wanted', async () => {
    await using without = await startGraph({ remote: { people, wards } });
    without.remote('people').answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(TEXT));
    });
    const answer = await without.ask(QUERY);
    expect(answer.body.data).toEqual({ people: null, wards: ['north'] });
    expect(codes(answer)).toEqual(['DOWNSTREAM_SERVICE_ERROR']);
    expect(without.remote('people').requests[0]?.headers).not.toHaveProperty('accept-encoding');
  });
});

/** Strings of JSON, as a subgraph may write them. */
const TEXTS: Readonly<Record<string, string>> = {
  'of one byte each': '"Kim"',
  'of two bytes': '"Zoë"',
  'of three bytes': '"日本"',
  'of four bytes': '"🚑 𝒵"',
  'that is a mark of the byte order': '"\u{feff}x\u{feff}"',
  'that is written apart': '"Zoe\u0308"',
  'with separators of lines': '"a\u2028b\u2029c"',
  'at the edges': '"\u007f\u0080\u00ff\u0100\u07ff\u0800\uffff\u{10000}\u{10ffff}"',
  'that looks like text read wrongly': '"ZoÃ« Ð"',
  'in an escape': String.raw`"Zo\u00eb \u65e5"`,
  'in two escapes': String.raw`"\ud83d\ude91"`,
  'in half of two escapes': String.raw`"\ud83d"`,
  'in the other half': String.raw`"\ude91x"`,
  'in both halves the wrong way': String.raw`"\ude91\ud83d"`,
  'in short escapes': String.raw`"\"\\\/\b\f\n\r\t\u0000\u001f"`,
  'in an escape that is escaped': String.raw`"\\u00eb \\\u00eb"`,
  'that is long': `"${'é日🚑'.repeat(10_000)}"`,
  'of nothing': '""',
};

describe.each(EXECUTORS)('text, by the %s executor', (_name, executePlan) => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await startGraph({ remote: { people, wards }, options: { executePlan } });
  });
  afterEach(() => graph.remote('people').answerWith(undefined));
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
  });

  /** In two pieces, the second of which begins anywhere. */
  const answers = (bytes: Buffer) =>
    graph.remote('people').answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(bytes.subarray(0, 33), () => response.end(bytes.subarray(33)));
    });

  it.each(Object.entries(TEXTS))('%s is answered as it is', async (_kind, json) => {
    answers(Buffer.from(`{"data":{"people":[{"name":${json}}]}}`));
    const answer = await graph.ask('{ people { name } }');
    expect(answer.body).toEqual({ data: { people: [{ name: JSON.parse(json) }] } });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  it.each(Object.entries(TEXTS))('%s is answered as it is beside an error', async (_kind, json) => {
    const errors = '[{"message":"Zoë is not here.","path":["greeting"],"extensions":{"code":"SOR_REJECTED"}}]';
    answers(Buffer.from(`{"errors":${errors},"data":{"people":[{"name":${json}}],"greeting":null}}`));
    const answer = await graph.ask('{ people { name } greeting }');
    expect(answer.body.data).toEqual({ people: [{ name: JSON.parse(json) }], greeting: null });
    expect(answer.body.errors?.[0]?.message).toBe('Zoë is not here.');
  });

  it.each(Object.entries(TEXTS))('%s is a key like any other', async (_kind, json) => {
    answers(Buffer.from(`{"data":{"people":[{"__typename":"Person","id":${json},"name":"Kim"}]}}`));
    graph.remote('wards').requests.length = 0;
    const answer = await graph.ask('{ people { name ward } }');
    const id = JSON.parse(json) as string;
    expect(graph.remote('wards').requests[0]?.body.variables).toEqual({
      representations: [{ __typename: 'Person', id }],
    });
    expect(answer.body).toEqual({ data: { people: [{ name: 'Kim', ward: `ward of ${id}` }] } });
  });

  it.each(Object.entries(TEXTS))('%s is a variable like any other', async (_kind, json) => {
    graph.remote('people').requests.length = 0;
    const to = JSON.parse(json) as string;
    const answer = await graph.ask('query($to: String) { greeting(to: $to) }', { variables: { to } });
    const [seen] = graph.remote('people').requests;
    expect(seen?.body.variables).toEqual({ to });
    expect(answer.body).toEqual({ data: { greeting: `Hello ${to}` } });
    expect(() =>
      openEnvelope(seen?.headers[ENVELOPE_HEADER], 'people', envelopeKey(SECRET, 'people'), seen?.text ?? ''),
    ).not.toThrow();
  });

  it('stands in a document', async () => {
    graph.remote('people').requests.length = 0;
    const answer = await graph.ask('{ greeting(to: "Zoë 🚑 日本 \\u00eb") }');
    expect(answer.body).toEqual({ data: { greeting: 'Hello Zoë 🚑 日本 ë' } });
    expect(graph.remote('people').requests[0]?.body.query).toContain('Zoë 🚑 日本 ë');
  });

  it.each([
    ['a byte of another encoding', [0xeb]],
    ['half of a character', [0xe6, 0x97]],
    ['half of a pair', [0xed, 0xa0, 0xbd]],
    ['a slash in two bytes', [0xc0, 0xaf]],
    ['a character beyond the last', [0xf4, 0x90, 0x80, 0x80]],
  ])('that is none is shown as such: %s', async (_kind, wrong) => {
    const bytes = Buffer.concat([
      Buffer.from('{"data":{"people":[{"name":"Zoë'),
      Buffer.from(wrong),
      Buffer.from('"}]}}'),
    ]);
    answers(bytes);
    const answer = await graph.ask('{ people { name } }');
    expect(answer.body).toEqual(JSON.parse(bytes.toString('utf8')));
    expect(answer.body.data.people[0].name).toMatch(/^Zoë\ufffd+$/);
  });

  it('that is none outside of strings costs the fields', async () => {
    answers(Buffer.from([...Buffer.from('{"data":{"people":[{"name":"Kim"}]}'), 0xff, ...Buffer.from('}')]));
    const answer = await graph.ask('{ people { name } wards }');
    expect([answer.body.data, codes(answer)]).toEqual([
      { people: null, wards: ['north'] },
      ['DOWNSTREAM_SERVICE_ERROR'],
    ]);
  });

  it('may begin with a mark of the byte order', async () => {
    answers(Buffer.from('\u{feff}{"data":{"people":[{"name":"Zoë"}]}}'));
    expect((await graph.ask('{ people { name } }')).body).toEqual({ data: { people: [{ name: 'Zoë' }] } });
  });
});

describe('a cancellation', () => {
  it('calls each listener once', () => {
    const cancellation = new Cancellation();
    let calls = 0;
    const listener = () => void (calls += 1);
    cancellation.onCancel(listener);
    cancellation.onCancel(listener);
    expect([calls, cancellation.isCancelled]).toEqual([0, false]);
    cancellation.cancel();
    cancellation.cancel();
    expect([calls, cancellation.isCancelled]).toEqual([1, true]);
  });

  it('calls a listener that comes late at once', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    let calls = 0;
    cancellation.onCancel(() => void (calls += 1));
    expect(calls).toBe(1);
    cancellation.cancel();
    expect(calls).toBe(1);
  });

  it('calls no listener that has gone', () => {
    const cancellation = new Cancellation();
    let calls = 0;
    const listener = () => void (calls += 1);
    cancellation.onCancel(listener);
    cancellation.offCancel(listener);
    cancellation.cancel();
    expect(calls).toBe(0);
  });

  it('calls listeners that others add or take away', () => {
    const cancellation = new Cancellation();
    const called: string[] = [];
    const gone = () => void called.push('gone');
    cancellation.onCancel(() => {
      called.push('first');
      cancellation.offCancel(gone);
      cancellation.onCancel(() => void called.push('added'));
    });
    cancellation.onCancel(gone);
    cancellation.cancel();
    expect(called).toEqual(['first', 'added']);
  });

  it('has one signal, which is aborted with it, before or after', () => {
    const [before, after] = [new Cancellation(), new Cancellation()];
    const { signal } = before;
    expect(signal.aborted).toBe(false);
    expect(before.signal).toBe(signal);
    let events = 0;
    signal.addEventListener('abort', () => void (events += 1));
    before.cancel();
    after.cancel();
    expect([signal.aborted, events, after.signal.aborted]).toEqual([true, 1, true]);
    expect(after.signal).toBe(after.signal);
  });

  it('ends the wait for work, and leaves no listener behind', async () => {
    const [cancelled, done] = [new Cancellation(), new Cancellation()];
    const waiting = stopped(cancelled, () => new Promise(() => undefined));
    cancelled.cancel();
    await expect(waiting).rejects.toMatchObject({ extensions: { code: 'GATEWAY_TIMEOUT' } });
    let asked = 0;
    await expect(stopped(cancelled, () => Promise.resolve((asked += 1)))).rejects.toThrow();
    expect(asked).toBe(0);
    await expect(stopped(done, () => Promise.resolve(7))).resolves.toBe(7);
    await expect(stopped(done, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    done.cancel();
  });
});
