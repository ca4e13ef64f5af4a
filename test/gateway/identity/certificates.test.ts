import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request as send } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '../../../platform/config.ts';
import { ROOT } from '../../../platform/root.ts';
import { toClients } from '../../../policies/clients.ts';
import { stock } from '../hospital.ts';
import { startGraph, type TestGraph } from '../start-graph.ts';

const fileOf = (name: string) => join(ROOT, 'test/fixtures/tls', name);
const pem = (name: string) => readFileSync(fileOf(name), 'utf8');
const certificate = (name: string) => new X509Certificate(pem(`${name}.pem`));
/** RFC 8705 section 3.1: of the DER. */
const thumbprint = (name: string) =>
  Buffer.from(certificate(name).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');

const client = (id: string, proof: string) => ({
  id,
  proof,
  name: id,
  owner: 'tests',
  audience: 'internal',
  purposes: ['operations'],
  scopes: '*',
  facilities: '*',
});
const CLIENTS = toClients({ clients: [client('ward-app', 'none'), client('bound-app', 'mtls')] });

const start = (server: Partial<ReturnType<typeof loadConfig>['server']>): Promise<TestGraph> => {
  const loaded = loadConfig({ PORT: '0' });
  const config = { ...loaded, server: { ...loaded.server, ...server } };
  return startGraph({ local: { stock }, options: { config, clients: CLIENTS } });
};

const BODY = '{"query":"{ supplier { name } }"}';

/** Asks over TLS, showing the certificate of that name, or none. */
const ask = async (
  graph: TestGraph,
  token: string,
  shown?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly challenge: string | undefined }> => {
  const agent = new Agent({
    ca: pem('authority.pem'),
    ...(shown === undefined ? {} : { cert: pem(`${shown}.pem`), key: pem(`${shown}.key`) }),
  });
  const request = send(`${graph.url}/graphql`, {
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
  });
  request.end(BODY);
  const [response] = await once(request, 'response');
  await response.toArray();
  agent.destroy();
  return { status: response.statusCode, challenge: response.headers['www-authenticate'] };
};

const header = (name: string) => ({ 'client-cert': `:${certificate(name).raw.toString('base64')}:` });

const boundTo = (graph: TestGraph, name: string, claims: object = {}) =>
  graph.issuer.mint({ claims: { cnf: { 'x5t#S256': thumbprint(name) }, ...claims } });

describe('a token that is bound to a certificate', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    const tls = { cert: fileOf('server.pem'), key: fileOf('server.key'), clientCa: fileOf('authority.pem') };
    graph = await start({ tls });
  });
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
  });

  it('is accepted from who shows that certificate', async () => {
    expect(await ask(graph, await boundTo(graph, 'client'), 'client')).toMatchObject({ status: 200 });
  });

  it.each([
    ['no certificate', undefined, 'client'],
    ['another one', 'other-client', 'client'],
    ['the right one, which leads to nobody we know', 'strange-client', 'strange-client'],
  ])('is refused from who shows %s', async (_name, shown, bound) => {
    const answer = await ask(graph, await boundTo(graph, bound), shown);
    expect(answer).toEqual({ status: 401, challenge: expect.stringMatching(/^Bearer .*error="invalid_token"/) });
  });

  it('is refused from who only says so in a header', async () => {
    const token = await boundTo(graph, 'client');
    expect(await ask(graph, token, undefined, header('client'))).toMatchObject({ status: 401 });
    expect(await ask(graph, token, 'other-client', header('client'))).toMatchObject({ status: 401 });
  });

  it('is what a client has to have that is registered so, whatever it shows', async () => {
    const free = await graph.issuer.mint({ claims: { client_id: 'bound-app' } });
    expect(await ask(graph, free, 'client')).toMatchObject({ status: 401 });
    const bound = await boundTo(graph, 'client', { client_id: 'bound-app' });
    expect(await ask(graph, bound, 'client')).toMatchObject({ status: 200 });
  });

  it('does not keep others out: who is not bound needs no certificate, and may show any', async () => {
    const free = await graph.issuer.mint();
    for (const shown of [undefined, 'client', 'strange-client'])
      expect(await ask(graph, free, shown)).toMatchObject({ status: 200 });
  });

  it('has to be that of a key as well when it is bound to both', async () => {
    const cnf = { 'x5t#S256': thumbprint('client'), jkt: 'A'.repeat(43) };
    const answer = await ask(graph, await graph.issuer.mint({ claims: { cnf } }), 'client');
    expect(answer).toEqual({ status: 401, challenge: expect.stringContaining('DPoP ') });
  });
});

describe('behind a proxy that ends TLS', () => {
  it('a certificate is believed that it says the client has shown', async () => {
    await using graph = await start({ clientCertHeader: true });
    const ofProxy = async (headers: Readonly<Record<string, string>>) =>
      graph.request({
        method: 'POST',
        scopes: null,
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${await boundTo(graph, 'client')}`,
          ...headers,
        },
        body: BODY,
      });
    expect((await ofProxy(header('client'))).status).toBe(200);
    const encoded = certificate('client').raw.toString('base64');
    for (const given of [
      {},
      header('other-client'),
      { 'client-cert': encoded },
      { 'client-cert': `:${encoded}:, :${encoded}:` },
      { 'client-cert': '::' },
      { 'client-cert': `:${encodeURIComponent(pem('client.pem'))}:` },
      { 'x-client-cert': `:${encoded}:` },
    ])
      expect((await ofProxy(given)).status).toBe(401);
  });

  it('a header is not looked at where no proxy is said to set it', async () => {
    await using graph = await start({});
    const answer = await graph.request({
      method: 'POST',
      scopes: null,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await boundTo(graph, 'client')}`,
        ...header('client'),
      },
      body: BODY,
    });
    expect(answer.status).toBe(401);
  });
});

describe('the certificate of the gateway', () => {
  const shownBy = async ({ url }: TestGraph): Promise<string | undefined> => {
    const socket: TLSSocket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', ca: pem('authority.pem') });
    await once(socket, 'secureConnect');
    const subject = socket.getPeerX509Certificate()?.subject;
    socket.destroy();
    return subject;
  };

  it('is another one when its files are read again, and stays when they cannot be used', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'caregraph-tls-'));
    const tls = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
    const put = async (name: string) => {
      await copyFile(fileOf(`${name}.pem`), tls.cert);
      await copyFile(fileOf(`${name}.key`), tls.key);
    };
    await put('server');
    await using graph = await start({ tls: { ...tls, clientCa: undefined } });
    expect(graph.url).toMatch(/^https:/);
    expect(await shownBy(graph)).toBe('CN=server');
    await put('renewed');
    graph.gateway.renewCertificate();
    expect(await shownBy(graph)).toBe('CN=renewed');
    await writeFile(tls.cert, pem('server.pem'));
    expect(() => graph.gateway.renewCertificate()).toThrow();
    await writeFile(tls.cert, 'nonsense');
    expect(() => graph.gateway.renewCertificate()).toThrow();
    await rm(tls.cert);
    expect(() => graph.gateway.renewCertificate()).toThrow(ConfigError);
    expect(await shownBy(graph)).toBe('CN=renewed');
    await rm(dir, { recursive: true });
  });

  it('has to be there at the start', async () => {
    const tls = { cert: '/nowhere/cert.pem', key: fileOf('server.key'), clientCa: undefined };
    await expect(start({ tls })).rejects.toThrow(/server\.tls\.cert/);
  });
});
