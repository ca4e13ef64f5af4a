import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ENVELOPE_HEADER, envelopeKey, openEnvelope } from '../../platform/envelope.ts';
import type { SubgraphAnswer } from '../../platform/subgraph.ts';
import { startSubgraph } from '../fakes/subgraph.ts';
import { shop, stock } from './hospital.ts';
import { codes, paths, SECRET, startGraph, type TestGraph } from './start-graph.ts';

const CANARY = 'PATIENT-0815 http://10.0.0.8:8069/web?debug=1';
const LIMIT = 20_000;

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({ local: { stock }, remote: { shop }, responseLimit: LIMIT });
});
afterEach(() => graph.remote('shop').answerWith(undefined));
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const QUERY = '{ supplier { name } offers { number } }';
const SIBLING = { name: 'Plainly Invented Ltd' };

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Has the shop answer with this GraphQL body. */
const answers = (body: SubgraphAnswer & { readonly extensions?: unknown }, status = 200) =>
  graph.remote('shop').answerWith((_request, response) => json(response, status, body));

describe('a subgraph that fails', () => {
  const failures: readonly (readonly [string, (response: ServerResponse) => unknown])[] = [
    ['answers 500 in HTML', (response) => response.writeHead(500, { 'content-type': 'text/html' }).end(CANARY)],
    ['answers 200 in HTML', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(CANARY)],
    ['answers text', (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('{"data":{}}')],
    ['redirects', (response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end()],
    ['answers half a body', (response) => half(response)],
    [
      'answers broken JSON',
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(`{"${CANARY}`),
    ],
    ['answers a list', (response) => json(response, 200, [CANARY])],
    ['answers an object of its own', (response) => json(response, 200, { name: 'error', debug: CANARY })],
    ['answers an error without data', (response) => json(response, 500, { errors: [] })],
    ['answers too much', (response) => json(response, 200, { data: { offers: [{ number: 'x'.repeat(LIMIT) }] } })],
    ['answers compressed', (response) => json(response, 200, { data: {} }, { 'content-encoding': 'gzip' })],
    ['hangs up', (response) => response.destroy()],
  ];
  const half = (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"data":', () => response.destroy());
  };

  it.each(failures)('and %s costs its own fields only, and nothing of it comes through', async (_name, fail) => {
    graph.remote('shop').answerWith((_request, response) => void fail(response));
    const answer = await graph.ask(QUERY);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ supplier: SIBLING, offers: null });
    expect(answer.body.errors).toEqual([
      {
        message: 'A subgraph failed.',
        path: ['offers'],
        extensions: {
          code: 'DOWNSTREAM_SERVICE_ERROR',
          retryable: true,
          requestId: answer.headers.get('x-request-id'),
        },
      },
    ]);
  });

  it('is asked once and once only', async () => {
    graph.remote('shop').answerWith((_request, response) => void response.destroy());
    graph.remote('shop').requests.length = 0;
    await graph.ask(QUERY);
    expect(graph.remote('shop').requests).toHaveLength(1);
  });

  it('is asked again by the next request, and then answers', async () => {
    graph.remote('shop').answerWith((_request, response) => void response.destroy());
    await graph.ask(QUERY);
    graph.remote('shop').answerWith(undefined);
    expect((await graph.ask(QUERY)).body).toEqual({ data: { supplier: SIBLING, offers: [{ number: 'o1' }] } });
  });

  it('is named at the place of the entities it was asked for', async () => {
    graph.remote('shop').answerWith((_request, response) => void response.destroy());
    const answer = await graph.ask('{ items { id price } }');
    expect(answer.body.data.items).toEqual([
      { id: 'i1', price: null },
      { id: 'i2', price: null },
    ]);
    expect(paths(answer)).toEqual(['items.@']);
  });

  it('is not redirected to', async () => {
    const elsewhere = await startSubgraph(shop);
    graph.remote('shop').answerWith((_request, response) => {
      response.writeHead(307, { location: elsewhere.url }).end();
    });
    await graph.ask(QUERY);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });
});

describe('an error a subgraph answers', () => {
  const told = async (error: object) => {
    answers({ data: { offers: null }, errors: [{ path: ['offers'], ...error } as never] });
    const answer = await graph.ask(QUERY);
    const [first] = answer.body.errors ?? [];
    expect(first?.path).toEqual(['offers']);
    return { message: first?.message, ...first?.extensions, text: answer.text };
  };

  it('keeps a code of ours, and its sentence when the caller is to act', async () => {
    const rejected = await told({ message: 'The bill is already posted.', extensions: { code: 'SOR_REJECTED' } });
    expect(rejected).toMatchObject({ code: 'SOR_REJECTED', message: 'The bill is already posted.', retryable: false });
    const down = await told({ message: CANARY, extensions: { code: 'SOR_UNAVAILABLE', retryable: false } });
    expect(down).toMatchObject({
      code: 'SOR_UNAVAILABLE',
      message: 'The owning system is not available.',
      retryable: true,
    });
  });

  it.each([
    ['no code', { message: CANARY }],
    ['a code of its own', { message: CANARY, extensions: { code: 'P2002' } }],
    ['the code of a refused gateway', { message: CANARY, extensions: { code: 'UNAUTHENTICATED' } }],
    ['a code that is a property of every object', { message: CANARY, extensions: { code: 'constructor' } }],
  ])('with %s becomes a failed subgraph', async (_name, error) => {
    const { code, message, text } = await told(error);
    expect([code, message]).toEqual(['DOWNSTREAM_SERVICE_ERROR', 'A subgraph failed.']);
    expect(text).not.toContain('0815');
  });

  it('leaves its other extensions behind', async () => {
    const { text, ...rest } = await told({
      message: 'No.',
      extensions: {
        code: 'FORBIDDEN',
        stacktrace: [CANARY],
        debug: CANARY,
        serviceName: 'shop',
        response: { url: CANARY },
      },
    });
    expect(rest).toEqual({
      code: 'FORBIDDEN',
      message: 'Not allowed.',
      retryable: false,
      requestId: expect.any(String),
    });
    expect(text).not.toMatch(/0815|shop/);
  });

  it('does not quote the value of a variable', async () => {
    const quoting = `Variable "$x" got invalid value "${CANARY}"; Expected type Int.`;
    const { message } = await told({ message: quoting, extensions: { code: 'BAD_USER_INPUT' } });
    expect(message).toBe('An argument or variable has an invalid value.');
  });

  it('in the answer’s own extensions goes nowhere', async () => {
    answers({ data: { offers: [] }, extensions: { debug: CANARY, ftv1: CANARY } });
    const answer = await graph.ask(QUERY);
    expect(answer.body).toEqual({ data: { supplier: SIBLING, offers: [] } });
  });
});

describe('data that does not fit the schema', () => {
  it('is null with an error, in errors', async () => {
    answers({ data: { offers: [{ number: null }] } });
    const answer = await graph.ask(QUERY);
    expect(answer.body.data).toEqual({ supplier: SIBLING, offers: null });
    expect([codes(answer), paths(answer)]).toEqual([['DOWNSTREAM_SERVICE_ERROR'], ['offers.0.number']]);
    expect(answer.body.errors?.[0]?.message).toBe('Cannot return null for non-nullable field Offer.number.');
  });

  it('is not quoted', async () => {
    answers({ data: { offers: CANARY } });
    const answer = await graph.ask(QUERY);
    expect(codes(answer)).toEqual(['DOWNSTREAM_SERVICE_ERROR']);
    expect(answer.text).not.toContain('0815');
  });

  it('with names that every object has does no harm', async () => {
    const body =
      '{"data":{"__proto__":{"polluted":1},"offers":[{"number":"1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}]}}';
    graph.remote('shop').answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    expect((await graph.ask(QUERY)).body.data.offers).toEqual([{ number: '1' }]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('names that every object has', () => {
  it('are response keys and variables like any other', async () => {
    const answer = await graph.ask(
      'query($constructor: ID!, $hasOwnProperty: ID!) { __proto__: item(id: $constructor) { constructor: id toString: cost } prototype: item(id: $hasOwnProperty) { id } }',
      { variables: { constructor: 'i1', hasOwnProperty: 'i2' } },
    );
    expect(answer.text).toContain('"__proto__":{"constructor":"i1","toString":null}');
    expect(answer.text).toContain('"prototype":{"id":"i2"}');
    expect(({} as { id?: unknown }).id).toBeUndefined();
  });

  it('of variables give them no value they were not given', async () => {
    const answer = await graph.ask('query($__proto__: ID!) { item(id: $__proto__) { id } }', { variables: {} });
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    const polluting = await graph.request({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"query($f: GradeFilter) { grade(filter: $f) }","variables":{"__proto__":{"polluted":1},"f":{"__proto__":{"polluted":1}}}}',
    });
    expect(polluting.status).toBe(400);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('a request to a subgraph', () => {
  it('carries the signed envelope, and nothing of the caller’s request', async () => {
    const { requests } = graph.remote('shop');
    requests.length = 0;
    await graph.ask('{ offers { number } }', {
      scopes: ['stock:read'],
      facilities: ['north'],
      headers: { cookie: 'a=b', 'x-forwarded-for': '10.1.1.1', 'x-request-id': 'trace-1', [ENVELOPE_HEADER]: 'forged' },
    });
    const [seen] = requests;
    const names = Object.keys(seen?.headers ?? {}).toSorted();
    expect(names).toEqual(['accept', ENVELOPE_HEADER, 'connection', 'content-length', 'content-type', 'host']);
    const key = envelopeKey(SECRET, 'shop');
    const envelope = openEnvelope(seen?.headers[ENVELOPE_HEADER], 'shop', key, seen?.text ?? '');
    expect(envelope).toMatchObject({
      requestId: 'trace-1',
      identity: { subject: 'nurse-17', client: 'ward-app', facilities: ['north'] },
    });
    expect(envelope.identity.scopes).toEqual(new Set(['stock:read']));
    expect(envelope.deadline).toBeGreaterThan(Date.now());
  });
});

describe('the deadline of a request', () => {
  it('answers what is there, with GATEWAY_TIMEOUT where something is missing', async () => {
    await using slow = await startGraph({ local: { stock }, remote: { shop }, server: { deadline: 150 } });
    const query = '{ supplier { name } offers { number } items { id price } }';
    await planned(slow, query);
    const cut = once(slowly(slow), 'close');
    const answer = await slow.ask(query);
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({
      supplier: SIBLING,
      offers: null,
      items: [
        { id: 'i1', price: null },
        { id: 'i2', price: null },
      ],
    });
    expect(new Set(codes(answer))).toEqual(new Set(['GATEWAY_TIMEOUT']));
    expect(paths(answer).toSorted()).toEqual(['items.@', 'offers']);
    await cut;
  });

  it('also holds for a subgraph in this process that does not look at it', async () => {
    const never = {
      ...stock,
      resolvers: {
        ...stock.resolvers,
        Query: { ...stock.resolvers['Query'], supplier: () => new Promise(() => undefined) },
      },
    };
    await using slow = await startGraph({ local: { stock: never }, server: { deadline: 100 } });
    await planned(slow, '{ supplier { name } }');
    const answer = await slow.ask('{ supplier { name } }');
    expect([answer.body.data, codes(answer), paths(answer)]).toEqual([
      { supplier: null },
      ['GATEWAY_TIMEOUT'],
      ['supplier'],
    ]);
  });
});

/** Asks until planning is no longer what the deadline cuts short. */
const planned = async (slow: TestGraph, query: string): Promise<void> => {
  while ((await slow.ask(query)).status === 504);
};

describe('a client that goes away', () => {
  it('takes the call to the subgraph with it', async () => {
    const stop = new AbortController();
    const responses = slowly(graph);
    const [request] = [graph.ask('{ offers { number } }', { signal: stop.signal }).catch(() => 'gone')];
    await once(responses, 'asked');
    const closed = once(responses, 'close');
    stop.abort();
    await closed;
    expect(await request).toBe('gone');
  });
});

/** Has the shop answer nothing at all. Emits `asked` when it is asked, and `close` when a connection to it ends. */
const slowly = (slow: TestGraph) => {
  const events = new EventTarget();
  slow.remote('shop').answerWith((request) => {
    events.dispatchEvent(new Event('asked'));
    request.socket.once('close', () => events.dispatchEvent(new Event('close')));
  });
  return events;
};
