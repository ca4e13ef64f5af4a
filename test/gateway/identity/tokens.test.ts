import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose';
import { type FakeIssuer, type MintOptions, startIssuer } from '../../fakes/issuer.ts';
import { stock } from '../hospital.ts';
import { startGraph, type TestGraph } from '../start-graph.ts';
import { fixed, PATIENT } from './issuers-under-clock.ts';

let graph: TestGraph;
let issuer: FakeIssuer;
beforeAll(async () => {
  graph = await startGraph({ local: { stock }, server: PATIENT });
  issuer = graph.issuer;
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
});

const withHeader = (authorization: string) =>
  graph.request({
    method: 'POST',
    scopes: null,
    headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) },
    body: JSON.stringify({ query: '{ supplier { name } }' }),
  });

const metadata = () => `resource_metadata="${graph.url}/.well-known/oauth-protected-resource/graphql"`;

const now = () => Math.floor(Date.now() / 1000);

describe('a request without a token', () => {
  it.each([
    ['nothing', ''],
    ['another scheme', 'Basic bnVyc2U6c2VjcmV0'],
    ['an empty token', 'Bearer '],
    ['two tokens', 'Bearer a b'],
  ])('is refused: %s', async (_name, header) => {
    const answer = await withHeader(header);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer realm="caregraph", ${metadata()}`);
    const requestId = answer.headers.get('x-request-id');
    expect(answer.body).toEqual({
      errors: [
        {
          message: 'A valid access token is required.',
          extensions: { code: 'UNAUTHENTICATED', retryable: false, requestId },
        },
      ],
    });
  });

  it('is refused by GET, for introspection, and wherever else the token stands', async () => {
    const token = await issuer.mint();
    const elsewhere = [
      graph.request({ path: `/graphql?query={__typename}&access_token=${token}`, scopes: null }),
      graph.request({
        path: '/graphql?query={__typename}',
        scopes: null,
        headers: { cookie: `access_token=${token}` },
      }),
      graph.ask('{ __schema { queryType { name } } }', { scopes: null }),
      graph.request({
        method: 'POST',
        scopes: null,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `access_token=${token}&query={__typename}`,
      }),
    ];
    for (const answer of await Promise.all(elsewhere)) expect(answer.status).toBe(401);
  });
});

describe('a token', () => {
  const refused: readonly (readonly [string, MintOptions])[] = [
    ['expired', { claims: { iat: now() - 600, exp: now() - 60 } }],
    ['without expiry', { claims: { exp: undefined } }],
    ['with an expiry in words', { claims: { exp: 'tomorrow' } }],
    ['not valid yet', { claims: { nbf: now() + 600 } }],
    ['issued in the future', { claims: { iat: now() + 600, exp: now() + 900 } }],
    ['without issue time', { claims: { iat: undefined } }],
    ['of another issuer', { claims: { iss: 'http://elsewhere.invalid' } }],
    ['of an issuer that only begins the same', { claims: { iss: 'http://127.0.0.1' } }],
    ['without issuer', { claims: { iss: undefined } }],
    ['for another audience', { claims: { aud: 'urn:other' } }],
    ['for nobody', { claims: { aud: [] } }],
    ['without audience', { claims: { aud: undefined } }],
    ['without subject', { claims: { sub: undefined } }],
    ['with an empty subject', { claims: { sub: '' } }],
    ['without client', { claims: { client_id: undefined } }],
    ['with a client that is a number', { claims: { client_id: 7 } }],
    ['with azp in place of client_id', { claims: { client_id: undefined, azp: 'ward-app' } }],
    ['without id', { claims: { jti: undefined } }],
    ['with an empty id', { claims: { jti: '' } }],
    ['issued longer ago than a token may be', { claims: { iat: now() - 25 * 3600, exp: now() + 600 } }],
    ['with an expiry before its issue', { claims: { exp: now() - 600 } }],
    ['of the plain type', { header: { typ: 'JWT' } }],
    ['that is an ID token by its nonce', { claims: { nonce: 'n-0S6' } }],
    ['that is an ID token by the hash of another token', { claims: { at_hash: '77QmUPtjPfzWtF2AnpK9RQ' } }],
    ['that is an ID token by the hash of a code', { claims: { c_hash: 'LDktKdoQak3Pk0cnXxCltA' } }],
    ['that Keycloak calls an ID token', { claims: { typ: 'ID' } }],
    ['that Keycloak calls a refresh token', { claims: { typ: 'Refresh' } }],
    ['of another type', { header: { typ: 'dpop+jwt' } }],
    ['without type', { header: { typ: undefined } }],
    ['that must be understood in a way we do not', { header: { crit: ['exp2'], exp2: 1 } }],
    ['whose issue time must be understood as critical', { header: { crit: ['iat'], iat: 1 } }],
    ['of an unknown key', { header: { kid: 'key-99' } }],
    ['with scope as a list', { claims: { scope: ['stock:read'] } }],
    ['with scope as an object', { claims: { scope: { 'stock:read': true } } }],
    ['with scp as a string', { claims: { scope: undefined, scp: 'stock:read' } }],
    ['with facilities as a number', { claims: { facilities: 3 } }],
    ['with a facility that is a number', { claims: { facilities: ['north', 3] } }],
    ['of nine thousand bytes', { claims: { padding: 'x'.repeat(9000) } }],
  ];

  it.each(refused)('is refused: %s', async (_name, options) => {
    const answer = await withHeader(`Bearer ${await issuer.mint(options)}`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer realm="caregraph", error="invalid_token", ${metadata()}`,
    );
    expect(answer.body.errors?.[0]?.message).toBe('A valid access token is required.');
  });

  it('is refused when it is not signed, or with a key that is not the issuer’s', async () => {
    const claims = { iss: issuer.issuer, aud: issuer.audience, sub: 's', client_id: 'c', iat: now(), exp: now() + 60 };
    const unsigned = new UnsecuredJWT(claims).encode();
    const foreign = await generateKeyPair('ES256');
    const bySecret = new TextEncoder().encode(await exportSPKI(issuer.publicKey()));
    const tokens = [
      unsigned,
      await issuer.mint({ key: foreign.privateKey }),
      await issuer.mint({ key: bySecret, header: { alg: 'HS256' } }),
      `${(await issuer.mint()).split('.').slice(0, 2).join('.')}.`,
      'not.a.token',
    ];
    for (const token of tokens) expect((await withHeader(`Bearer ${token}`)).status).toBe(401);
  });

  it('of sixty-four kilobytes is refused before anything looks at it', async () => {
    const response = await withHeader(`Bearer ${await issuer.mint({ claims: { padding: 'x'.repeat(48 * 1024) } })}`);
    expect([response.status, response.text]).toEqual([431, '']);
    expect((await withHeader(`Bearer ${await issuer.mint()}`)).status).toBe(200);
  });

  it('is refused when its header names an algorithm that its key is not for', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const byOther = await issuer.mint({ key: privateKey, header: { alg: 'RS256' } });
    expect((await withHeader(`Bearer ${byOther}`)).status).toBe(401);
    const [head = '', ...rest] = (await issuer.mint()).split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
    for (const alg of ['none', 'HS256', 'ES384', 'RS256', 'es256', 'ES256K']) {
      const changed = Buffer.from(JSON.stringify({ ...header, alg })).toString('base64url');
      expect((await withHeader(`Bearer ${[changed, ...rest].join('.')}`)).status).toBe(401);
    }
  });

  it('never has us fetch a key from where it says', async () => {
    const stranger = await startIssuer();
    const header = { jku: stranger.jwksUri, x5u: stranger.jwksUri, jwk: stranger.keySet().keys[0], kid: 'key-1' };
    const token = await stranger.mint({ claims: { iss: issuer.issuer }, header });
    expect((await withHeader(`Bearer ${token}`)).status).toBe(401);
    expect(stranger.fetches()).toBe(0);
    await stranger.stop();
  });

  it.each([
    ['that Keycloak calls a bearer token', { claims: { typ: 'Bearer' } }],
    ['of the full media type', { header: { typ: 'application/at+jwt' } }],
    ['for several audiences', { claims: { aud: ['urn:other', 'urn:caregraph'] } }],
    [
      'within the leeway',
      {
        // Of the moment it is made: this table may be written long before.
        get claims() {
          return { exp: now() - 2 };
        },
      },
    ],
    [
      'issued a little in the future',
      {
        get claims() {
          return { iat: now() + 3 };
        },
      },
    ],
    ['without scopes and facilities', { claims: { scope: undefined, facilities: undefined } }],
  ] as const)('is accepted: %s', async (_name, options) => {
    expect((await withHeader(`Bearer ${await issuer.mint(options)}`)).status).toBe(200);
    expect((await withHeader(`bearer ${await issuer.mint(options)}`)).status).toBe(200);
  });
});

describe('the identity of a token', () => {
  const identify = async (options: MintOptions) => (await fixed(issuer).identify(await issuer.mint(options))).token;

  it('has scopes by single spaces, or as a list in scp', async () => {
    const spaced = await identify({ claims: { scope: 'a b:c  d\te' } });
    expect([...spaced.scopes]).toEqual(['a', 'b:c', 'd\te']);
    expect([...(await identify({ claims: { scope: undefined, scp: ['x', 'y z'] } })).scopes]).toEqual(['x', 'y z']);
  });

  it('has facilities as a list or by spaces, and none when the claim is missing', async () => {
    expect((await identify({ claims: { facilities: ['south', 'north'] } })).facilities).toEqual(['south', 'north']);
    expect((await identify({ claims: { facilities: 'north south' } })).facilities).toEqual(['north', 'south']);
    expect((await identify({ claims: { facilities: undefined } })).facilities).toEqual([]);
  });

  it('is handed to every subgraph of the request, frozen, as one object', async () => {
    graph.local('stock').calls.length = 0;
    const token = await issuer.mint({ scopes: ['audit'], facilities: ['north'] });
    await withHeader(`Bearer ${token}`);
    const [seen] = graph.local('stock').calls;
    expect(seen?.envelope.identity).toMatchObject({ subject: 'nurse-17', client: 'ward-app', facilities: ['north'] });
    expect(Object.isFrozen(seen?.envelope)).toBe(true);
  });

  it('may have two keys of one name to be checked with', async () => {
    const other = await startIssuer();
    const both = { keys: [...other.keySet().keys, ...issuer.keySet().keys] };
    const { identify: identifyByEither } = fixed(issuer, both);
    await expect(identifyByEither(await issuer.mint())).resolves.toMatchObject({ client: { id: 'ward-app' } });
    const foreign = await startIssuer();
    const bad = await foreign.mint({ claims: { iss: issuer.issuer } });
    await expect(identifyByEither(bad)).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
    await Promise.all([other.stop(), foreign.stop()]);
  });
});
