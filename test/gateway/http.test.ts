import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { stock } from './hospital.ts';
import { codes, startGraph, type TestGraph } from './start-graph.ts';

const BODY_LIMIT = 4096;

let graph: TestGraph;
beforeAll(async () => {
  graph = await startGraph({
    local: { stock },
    server: { bodyLimit: BODY_LIMIT },
    options: {
      routes: [
        { method: 'GET', path: '/page', handle: (_request, response) => void response.end('page') },
        { method: 'GET', path: '/files/*', handle: (request, response) => void response.end(request.url) },
        { method: 'GET', path: '/broken', handle: () => Promise.reject(new Error('secret reason')) },
      ],
    },
  });
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = JSON_TYPE) =>
  graph.request({ method: 'POST', headers, body });
const QUERY = JSON.stringify({ query: '{ supplier { name } }' });

describe('a POST', () => {
  it.each([
    ['application/json', 200],
    ['application/json; charset=utf-8', 200],
    ['APPLICATION/JSON;charset="UTF-8"', 200],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=cp037', 415],
    ['application/graphql', 415],
    ['text/plain', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/jsonp', 415],
  ])('as %s gets %i', async (type, status) => {
    const answer = await post(QUERY, { 'content-type': type });
    expect(answer.status).toBe(status);
    if (status === 415) expect(codes(answer)).toEqual(['UNSUPPORTED_MEDIA_TYPE']);
  });

  it('without a type, or compressed, is not read', async () => {
    expect((await post(new Uint8Array(Buffer.from(QUERY)), {})).status).toBe(415);
    expect((await post(QUERY, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it.each([
    ['no JSON', '{"query": ', 'The body is not JSON.'],
    ['nothing', '', 'The body is not JSON.'],
    ['an array, which would be a batch', `[${QUERY}]`, 'Send one operation per request.'],
    ['a string', '"{ a }"', 'The body must be a JSON object.'],
    ['null', 'null', 'The body must be a JSON object.'],
    ['deep nesting', `{"variables": ${'['.repeat(64)}${']'.repeat(64)}}`, 'The JSON is nested too deeply.'],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'The body is not UTF-8.'],
  ])('of %s is refused', async (_name, body, message) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { message, extensions: { code: 'BAD_REQUEST', retryable: false, requestId: expect.any(String) } },
    ]);
  });

  it.each([
    ['no document', {}],
    ['an empty document', { query: '' }],
    ['a document that is an object', { query: { kind: 'Document' } }],
    ['a document that is a list', { query: ['{ a }'] }],
    ['variables as a list', { query: '{ __typename }', variables: [] }],
    ['variables as text', { query: '{ __typename }', variables: '{}' }],
    ['an operation name that is a number', { query: '{ __typename }', operationName: 1 }],
  ])('with %s is refused', async (_name, body) => {
    const answer = await post(JSON.stringify(body));
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']]);
  });

  it('with braces inside of strings is not taken for a nested one', async () => {
    const query = `{ supplier { name } } # ${'{['.repeat(100)}`;
    expect((await post(JSON.stringify({ query, extra: `\\"${'['.repeat(100)}` }))).status).toBe(200);
  });

  it('up to the limit is read, and one byte more is not, announced or not', async () => {
    const padded = (bytes: number) => `${QUERY}${' '.repeat(bytes - QUERY.length)}`;
    expect((await post(padded(BODY_LIMIT))).status).toBe(200);
    const announced = await post(padded(BODY_LIMIT + 1));
    expect([announced.status, codes(announced)]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
    const unannounced = await sendRaw(await chunked(padded(BODY_LIMIT + 1)));
    expect(unannounced).toContain('413 Payload Too Large');
  });

  it('says what is wrong with a document in its own words, and proposes nothing', async () => {
    const syntax = await post(JSON.stringify({ query: '{ supplier { name }' }));
    expect([syntax.status, codes(syntax)]).toEqual([400, ['GRAPHQL_PARSE_FAILED']]);
    const invalid = await post(JSON.stringify({ query: '{ suplier { name } }' }));
    expect([invalid.status, codes(invalid)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
    expect(invalid.body.errors?.[0]?.message).toBe('Cannot query field "suplier" on type "Query".');
  });

  it('names its operation when there are several', async () => {
    const query = 'query A { __typename } query B { __typename }';
    for (const body of [{ query }, { query, operationName: 'C' }]) {
      const answer = await post(JSON.stringify(body));
      expect([answer.status, codes(answer)]).toEqual([400, ['OPERATION_RESOLUTION_FAILURE']]);
    }
  });

  it('with a variable that does not fit is refused without its value', async () => {
    const query = 'query($g: GradeFilter, $id: ID!) { grade(filter: $g) item(id: $id) { id } }';
    const missing = await post(JSON.stringify({ query }));
    expect(missing.body.errors?.[0]?.message).toBe('Variable "$id" is not a valid ID!.');
    const answer = await post(JSON.stringify({ query, variables: { id: 'i1', g: { grade: 'ssn 123-45-6789' } } }));
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
    expect(answer.text).not.toContain('123-45');
  });

  it('by hash, without the document, is told to send the document', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
    const answer = await post(JSON.stringify({ extensions }));
    expect([answer.status, codes(answer)]).toEqual([200, ['PERSISTED_QUERY_NOT_SUPPORTED']]);
  });

  it('for a subscription or a deferred fragment is refused', async () => {
    const answer = await post(JSON.stringify({ query: '{ supplier { ... @defer { name } } }' }));
    expect(codes(answer)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('is answered in the media type that is accepted', async () => {
    const type = 'application/graphql-response+json';
    const answer = await post(QUERY, { ...JSON_TYPE, accept: type });
    expect(answer.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
    const other = await post(QUERY, { ...JSON_TYPE, accept: 'image/png' });
    expect([other.status, codes(other)]).toEqual([406, ['BAD_REQUEST']]);
  });
});

const get = (
  parameters: Record<string, string>,
  headers: Record<string, string> = { 'apollo-require-preflight': '1' },
) => graph.request({ path: `/graphql?${new URLSearchParams(parameters).toString()}`, headers });

describe('a client that accepts', () => {
  const DOCUMENTS = ['{ supplier { name } }', 'mutation { count(item: "i1") { id } }'];
  const asked = () => graph.local('stock').calls.length;
  afterEach(() => void (graph.local('stock').calls.length = 0));

  it.each([
    'image/png',
    'text/html, image/*',
    'application/json;q=0',
    'multipart/mixed; deferSpec=20220824',
    'multipart/mixed;boundary="-", text/event-stream',
    'nonsense',
  ])('none of our types is refused before anything is asked: %s', async (accept) => {
    const documents = [...DOCUMENTS, ...DOCUMENTS.map((text) => `${text} # ${accept}`)];
    for (const query of DOCUMENTS) await post(JSON.stringify({ query }));
    const before = asked();
    for (const query of documents) {
      const answer = await post(JSON.stringify({ query }), { ...JSON_TYPE, accept });
      expect([answer.status, codes(answer)]).toEqual([406, ['BAD_REQUEST']]);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
    const gotten = await get({ query: '{ supplier { name } }' }, { 'apollo-require-preflight': '1', accept });
    expect([gotten.status, codes(gotten)]).toEqual([406, ['BAD_REQUEST']]);
    expect(asked()).toBe(before);
  });

  it.each([
    'multipart/mixed; deferSpec=20220824, application/json',
    'image/png, application/graphql-response+json;q=0.1',
    'text/html, */*;q=0.01',
  ])('one of our types among others is answered: %s', async (accept) => {
    const before = asked();
    for (const query of DOCUMENTS)
      expect((await post(JSON.stringify({ query }), { ...JSON_TYPE, accept })).status).toBe(200);
    expect(asked()).toBe(before + DOCUMENTS.length);
  });

  it('none of our types hears of that whatever else is wrong with a document', async () => {
    for (const query of ['{ supplier { name }', '{ suplier { name } }', 'subscription { never }'])
      expect((await post(JSON.stringify({ query }), { ...JSON_TYPE, accept: 'image/png' })).status).toBe(406);
  });

  it('something of which there are too many to remember is answered or refused all the same', async () => {
    for (let n = 0; n < 120; n++) {
      const accept = `application/json, text/x-${n}`;
      expect((await post(QUERY, { ...JSON_TYPE, accept })).status).toBe(200);
    }
    const before = asked();
    for (let time = 0; time < 2; time++) {
      expect((await post(QUERY, { ...JSON_TYPE, accept: 'text/x-none' })).status).toBe(406);
      expect((await get({ query: '{ supplier { name } }' }, { ...JSON_TYPE, accept: 'text/x-none' })).status).toBe(406);
    }
    expect(asked()).toBe(before);
  });
});

describe('a GET', () => {
  it('runs a query', async () => {
    const answer = await get({ query: 'query($id: ID!) { item(id: $id) { id } }', variables: '{"id":"i1"}' });
    expect([answer.status, answer.body]).toEqual([200, { data: { item: { id: 'i1' } } }]);
  });

  it('is refused when a browser could have been made to send it', async () => {
    const answer = await get({ query: '{ __typename }' }, {});
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']]);
  });

  it('does not run a mutation', async () => {
    const answer = await get({ query: 'mutation { count(item: "i1") { id } }' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(graph.local('stock').calls.some(({ call }) => call.query.includes('mutation'))).toBe(false);
  });

  it('with a body of another type is refused', async () => {
    const answer = await get(
      { query: '{ __typename }' },
      { 'apollo-require-preflight': '1', 'content-type': 'text/plain' },
    );
    expect(answer.status).toBe(415);
  });

  it('shows no page to a browser', async () => {
    const answer = await graph.request({ headers: { accept: 'text/html', 'apollo-require-preflight': '1' } });
    expect(answer.headers.get('content-type')).toContain('application/json');
  });
});

describe('another method', () => {
  it.each(['PUT', 'DELETE', 'PATCH', 'HEAD'])('is refused: %s', async (method) => {
    const answer = await graph.request({ method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS']);
  });

  it('as a preflight gets no permission for another origin', async () => {
    const answer = await graph.request({
      method: 'OPTIONS',
      scopes: null,
      headers: { origin: 'https://elsewhere.invalid', 'access-control-request-method': 'POST' },
    });
    expect([answer.status, answer.text, answer.headers.get('allow')]).toEqual([204, '', 'GET, POST, OPTIONS']);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('every answer', () => {
  it('may not be kept, sniffed or framed, and names no software', async () => {
    const answers = [
      await post(QUERY),
      await post('nonsense'),
      await graph.ask('{ a }', { scopes: null }),
      await graph.request({ path: '/nowhere' }),
      await graph.request({ path: '/livez' }),
    ];
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.has('server') || headers.has('x-powered-by') || headers.has('access-control-allow-origin')).toBe(
        false,
      );
    }
  });

  it('of the graph has a request id: the caller’s when it is short and plain', async () => {
    const plain = await post(QUERY, { ...JSON_TYPE, 'x-request-id': 'ward-7.A_1' });
    expect(plain.headers.get('x-request-id')).toBe('ward-7.A_1');
    for (const odd of ['a b', 'x'.repeat(65), '<script>']) {
      const answer = await post('nonsense', { ...JSON_TYPE, 'x-request-id': odd });
      const made = answer.headers.get('x-request-id');
      expect(made).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.body.errors?.[0]?.extensions.requestId).toBe(made);
    }
  });
});

describe('other paths', () => {
  it('are answered by who is there, or with 404 in JSON', async () => {
    expect((await graph.request({ path: '/page?x=1' })).text).toBe('page');
    expect((await graph.request({ path: '/files/a/b' })).text).toBe('/files/a/b');
    const nowhere = await graph.request({ path: '/pages' });
    expect([nowhere.status, codes(nowhere)]).toEqual([404, ['NOT_FOUND']]);
    expect((await graph.request({ path: '/graphql/', method: 'POST', body: QUERY })).status).toBe(404);
    expect((await graph.request({ path: '/page', method: 'POST' })).status).toBe(405);
    expect((await graph.request({ path: '/page', method: 'HEAD' })).status).toBe(200);
  });

  it('that fail say nothing of why', async () => {
    const broken = await graph.request({ path: '/broken' });
    expect([broken.status, codes(broken)]).toEqual([500, ['INTERNAL_SERVER_ERROR']]);
    expect(broken.text).not.toContain('secret');
  });
});

describe('bytes that are not HTTP', () => {
  it.each([
    ['nonsense', 'NONSENSE\r\n\r\n', '400 Bad Request'],
    [
      'two lengths',
      'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
      '400 Bad Request',
    ],
    [
      'length and chunks',
      'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      '400 Bad Request',
    ],
    [
      'large headers',
      `GET /graphql HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
    ],
  ])('get a status and no more: %s', async (_name, bytes, status) => {
    const answer = await sendRaw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}\r\n`));
    expect(answer).not.toMatch(/at |Error|node/);
  });
});

const chunked = async (body: string): Promise<string> => {
  const token = await graph.issuer.mint();
  const head = `POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n`;
  return `${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
};

/** Sends bytes over a socket of its own and returns what comes until the server closes it. */
const sendRaw = async (bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(graph.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
};
