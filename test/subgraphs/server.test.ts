import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { httpTransport } from '../../gateway/executor/transports/http.ts';
import { createInFlight } from '../../gateway/executor/transports/in-flight.ts';
import { startGateway } from '../../gateway/server.ts';
import { loadConfig } from '../../platform/config.ts';
import { ENVELOPE_HEADER, type Envelope, envelopeKey, envelopeSigner } from '../../platform/envelope.ts';
import { createIdentity } from '../../platform/identity.ts';
import { silentLog } from '../../platform/log.ts';
import { ROOT } from '../../platform/root.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { executable } from '../../subgraphs/execute.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { serveSubgraphs, type SubgraphServer } from '../../subgraphs/server.ts';
import { startIssuer } from '../fakes/issuer.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { type ScimServer, startSandboxScim } from '../harness/scim-servers.ts';
import { openTestOwners } from '../harness/test-owners.ts';

const secret = new Secret('a secret that gateway and subgraphs share');
const keyOf = (name: string) => envelopeKey(secret, name);
const log = silentLog();

describe('subgraphs over HTTP', () => {
  let odooServer: OdooServer;
  let scim: ScimServer;
  let opened: Awaited<ReturnType<typeof openTestOwners>>;
  const servers = new Map<string, SubgraphServer>();

  beforeAll(async () => {
    [odooServer, scim] = await Promise.all([startSandboxOdoo(), startSandboxScim()]);
    opened = await openTestOwners(subgraphs, odooServer.settings, scim.settings);
    for (const subgraph of subgraphs) {
      servers.set(
        subgraph.name,
        await serveSubgraphs({
          address: { host: '127.0.0.1', port: 0 },
          subgraphs: [executable(subgraph, { owners: opened.owners, log })],
          keyOf,
          bodyLimit: 100_000,
          drain: SECOND,
          log,
        }),
      );
    }
  });
  afterAll(async () => {
    for (const server of servers.values()) await server.close();
    await opened.close();
    await odooServer[Symbol.asyncDispose]();
    await scim[Symbol.asyncDispose]();
  });

  const urlOf = (name: string) => `${servers.get(name)?.url}/graphql`;
  const envelope = (facts: Partial<Envelope> = {}): Envelope => ({
    identity: createIdentity({
      audience: 'internal',
      purpose: 'operations',
      subject: 's',
      client: 'c',
      scopes: Object.keys(SCOPES),
      facilities: ['north-facility'],
    }),
    requestId: 'r',
    deadline: deadlineIn(5 * SECOND),
    ...facts,
  });
  const body = JSON.stringify({ query: '{ suppliers(first: 1) { nodes { code } } }' });
  const post = async (sent: string, jws?: string, name = 'procurement') => {
    const headers = { 'content-type': 'application/json', ...(jws === undefined ? {} : { [ENVELOPE_HEADER]: jws }) };
    const response = await fetch(urlOf(name), { method: 'POST', headers, body: sent });
    return { status: response.status, text: await response.text() };
  };
  const signed = (sent: string, facts?: Partial<Envelope>, name = 'procurement', now?: number) =>
    envelopeSigner(name, keyOf(name))(envelope(facts), sent, now);

  it('answer the gateway', async () => {
    const { status, text } = await post(body, signed(body));
    expect([status, JSON.parse(text)]).toEqual([200, { data: { suppliers: { nodes: [{ code: 'V-001' }] } } }]);
  });

  it.each([
    ['no envelope', () => undefined],
    ['an empty one', () => ''],
    ['an envelope for another subgraph', () => envelopeSigner('finance', keyOf('finance'))(envelope(), body)],
    [
      'one signed with the key of another subgraph',
      () => envelopeSigner('procurement', keyOf('finance'))(envelope(), body),
    ],
    ['one for another body', () => signed('{"query":"{ __typename }"}')],
    ['one from yesterday', () => signed(body, {}, 'procurement', Date.now() - 86_400_000)],
    ['one from tomorrow', () => signed(body, {}, 'procurement', Date.now() + 86_400_000)],
    [
      'one with its claims changed',
      () => {
        const [head, claims = '', mac] = signed(body).split('.');
        const changed = {
          ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object),
          fac: ['south-facility'],
        };
        return `${head}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${mac}`;
      },
    ],
    ['one without a signature', () => `${signed(body).split('.').slice(0, 2).join('.')}.`],
    [
      'one that says it needs no signature',
      () => {
        const [, claims] = signed(body).split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
      },
    ],
  ])('refuse %s', async (_, jws) => {
    const { status, text } = await post(body, jws());
    expect(status).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(text).not.toContain('V-001');
  });

  it('refuse introspection and the service document to anybody else', async () => {
    for (const query of [
      '{ __schema { types { name } } }',
      '{ _service { sdl } }',
      '{ _entities(representations: []) { __typename } }',
    ])
      expect((await post(JSON.stringify({ query }))).status).toBe(401);
  });

  it('take only POST, and bodies up to the limit', async () => {
    expect((await fetch(urlOf('procurement'))).status).toBe(405);
    const large = JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(200_000) } });
    expect((await post(large, signed(large))).status).toBe(413);
  });

  it('say whether they are alive and ready without an envelope', async () => {
    const at = async (path: string) => {
      const response = await fetch(`${servers.get('finance')?.url}${path}`);
      return [response.status, await response.json()];
    };
    expect(await at('/livez')).toEqual([200, { status: 'ok' }]);
    expect(await at('/readyz')).toEqual([
      200,
      {
        status: 'ok',
        dependencies: [{ name: 'finance', status: 'ok', dependencies: [{ name: 'odoo', status: 'ok' }] }],
      },
    ]);
  });

  it('answer through the gateway what they answer in its own process', async () => {
    const issuer = await startIssuer();
    const transports = subgraphs.map(({ name }) =>
      httpTransport({
        name,
        url: urlOf(name),
        key: keyOf(name),
        connections: 4,
        responseLimit: 1_000_000,
        compression: false,
        inFlight: createInFlight(),
      }),
    );
    const gateway = await startGateway({
      config: loadConfig({ PORT: '0' }),
      log,
      supergraphSdl: readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'),
      transports,
      issuer: { issuer: issuer.issuer, jwksUri: issuer.jwksUri },
    });
    try {
      const query = `{ purchaseOrders(first: 5) { nodes { number supplier { name } lines { nodes { item { code stockLevels { nodes { onHand { value } } } } } } bills { totalCount } receipts { totalCount } } } }`;
      const ask = async (facilities: readonly string[]) => {
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${await issuer.mint({ scopes: Object.keys(SCOPES), facilities })}`,
          },
          body: JSON.stringify({ query }),
        });
        return (await response.json()) as {
          data: { purchaseOrders: { nodes: { number: string; lines: { nodes: unknown[] } }[] } };
          errors?: unknown;
        };
      };
      const [both, north] = [await ask(['north-facility', 'south-facility']), await ask(['north-facility'])];
      expect([both.errors, north.errors]).toEqual([undefined, undefined]);
      expect(both.data.purchaseOrders.nodes).toHaveLength(4);
      expect(north.data.purchaseOrders.nodes).toHaveLength(2);
      expect(north.data.purchaseOrders.nodes.every(({ lines }) => lines.nodes.length === 2)).toBe(true);
    } finally {
      await gateway.close();
      await issuer.stop();
    }
  });
});
