import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CryptoKey, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { connectFhir } from '../../platform/fhir/client.ts';
import type { FhirAuth, FhirClient } from '../../platform/fhir/types.ts';
import { Secret } from '../../platform/secret.ts';
import { type FakeFhir, startFhir } from '../fakes/fhir.ts';
import { type ManualClock, manualClock } from '../odoo/manual-clock.ts';
import { codeFrom, settingsFor, spending } from './harness.ts';

/** An authorization server for backend services: checks the assertion and hands out numbered tokens. */
const startTokens = async (publicKey: CryptoKey, audience: () => string) => {
  const state = {
    issued: [] as string[],
    life: 300,
    refuse: false,
    assertions: [] as Record<string, unknown>[],
    answer: {},
  };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
      const assertion = form.get('client_assertion') ?? '';
      const { payload } = await jwtVerify(assertion, publicKey, { audience: audience(), currentDate: new Date(0) });
      state.assertions.push({ ...payload, scope: form.get('scope'), grant: form.get('grant_type') });
      if (state.refuse) return response.writeHead(400).end('{"error":"invalid_client"}');
      const token = `token-${state.issued.length + 1}`;
      state.issued.push(token);
      const body = { access_token: token, token_type: 'bearer', expires_in: state.life, ...state.answer };
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    })().catch(() => response.writeHead(400).end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  return { state, url, stop: () => new Promise((resolve) => server.close(resolve)) };
};

describe('a bearer token', () => {
  it('goes with every call', async () => {
    await using server = await startFhir({ tokens: () => ['right'] });
    const auth = (token: string): FhirAuth => ({ kind: 'bearer', token: new Secret(token) });
    const client = await connectFhir(settingsFor(server.url, { auth: auth('right') }), spending());
    expect(await codeFrom(client.search({ type: 'Patient', criteria: [] }, spending()))).toBe('ok');
    await client.close();
    expect(await codeFrom(connectFhir(settingsFor(server.url, { auth: auth('wrong') }), spending()))).toBe(
      'SOR_ACCESS',
    );
  });
});

describe('SMART backend services', () => {
  let server: FakeFhir;
  let tokens: Awaited<ReturnType<typeof startTokens>>;
  let clock: ManualClock;
  let auth: FhirAuth;
  let clients: FhirClient[];
  /** Of those issued, what the server lets in. */
  let valid: (issued: readonly string[]) => readonly string[];
  let endpoint: string;

  beforeEach(async () => {
    clock = manualClock();
    clients = [];
    valid = (issued) => issued;
    const { publicKey, privateKey } = await generateKeyPair('ES384', { extractable: true });
    tokens = await startTokens(publicKey, () => tokens.url);
    server = await startFhir({ tokens: () => valid(tokens.state.issued) });
    endpoint = tokens.url;
    server.intercept(({ path }) =>
      path === '/.well-known/smart-configuration' ? { body: { token_endpoint: endpoint } } : undefined,
    );
    const key = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES384' };
    auth = { kind: 'smart', clientId: 'caregraph', key: new Secret(JSON.stringify(key)), scope: 'system/*.rs' };
  });
  afterEach(async () => {
    for (const client of clients) await client.close();
    await server.stop();
    await tokens.stop();
  });

  const within = () => ({ deadline: clock.now() + 60_000 });
  const connect = async () => {
    const client = await connectFhir(settingsFor(server.url, { auth }), within(), { clock });
    clients.push(client);
    return client;
  };
  const search = (client: FhirClient) => codeFrom(client.search({ type: 'Patient', criteria: [] }, within()));

  it('signs an assertion, and gets one token for all who wait', async () => {
    const client = await connect();
    expect(await Promise.all(Array.from({ length: 10 }, () => search(client)))).toEqual(Array(10).fill('ok'));
    expect(tokens.state.issued).toHaveLength(1);
    expect(tokens.state.assertions).toMatchObject([
      { iss: 'caregraph', sub: 'caregraph', aud: tokens.url, scope: 'system/*.rs', grant: 'client_credentials' },
    ]);
    const [{ exp, iat, jti } = {}] = tokens.state.assertions as { exp?: number; iat?: number; jti?: string }[];
    expect((exp ?? 0) - (iat ?? 0)).toBeLessThanOrEqual(300);
    expect(jti).toMatch(/^[\w-]{36}$/);
  });

  it('gets a new token shortly before the old one ends, and not sooner', async () => {
    const client = await connect();
    clock.advance(260_000);
    expect(await search(client)).toBe('ok');
    expect(tokens.state.issued).toHaveLength(1);
    clock.advance(15_000);
    expect(await search(client)).toBe('ok');
    expect(tokens.state.issued).toHaveLength(2);
  });

  it('gets a new token when the server no longer takes the old one, and asks once more', async () => {
    const client = await connect();
    valid = (issued) => issued.slice(1);
    expect(await search(client)).toBe('ok');
    expect(tokens.state.issued).toHaveLength(2);
    valid = () => [];
    expect(await search(client)).toBe('SOR_ACCESS');
    expect(tokens.state.issued).toHaveLength(3);
  });

  it('says that we are not let in, whatever is wrong with the token', async () => {
    tokens.state.refuse = true;
    expect(await codeFrom(connect())).toBe('SOR_ACCESS');
    tokens.state.refuse = false;
    tokens.state.answer = { access_token: 'two words\r\nx: y' };
    expect(await codeFrom(connect())).toBe('SOR_ACCESS');
    endpoint = 'ftp://127.0.0.1/token';
    expect(await codeFrom(connect())).toBe('SOR_ACCESS');
    auth = { ...auth, key: new Secret('no key') } as FhirAuth;
    endpoint = tokens.url;
    expect(await codeFrom(connect())).toBe('SOR_ACCESS');
  });
});
