import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { createDpop } from '../../../gateway/identity/dpop.ts';
import { createNonces } from '../../../gateway/identity/nonces.ts';
import { replaysHere, sharedReplays } from '../../../gateway/identity/replays.ts';
import { loadConfig } from '../../../platform/config.ts';
import { codeOf } from '../../../platform/errors.ts';
import { createLog, silentLog } from '../../../platform/log.ts';
import { openRedis } from '../../../platform/redis.ts';
import { MINUTE, SECOND } from '../../../platform/time.ts';
import { toClients } from '../../../policies/clients.ts';
import { type DpopClient, dpopClient, type ProofOptions } from '../../fakes/dpop-client.ts';
import { eventually } from '../../harness/eventually.ts';
import { hasRedis, startRedis } from '../../harness/redis.ts';
import { stock } from '../hospital.ts';
import { startGraph, type TestGraph } from '../start-graph.ts';

/** As clients know it; a proxy in front leads to where the gateway really listens. */
const PUBLIC = 'https://api.hospital.example/caregraph';
const URL_OF_GRAPH = `${PUBLIC}/graphql`;

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
const CLIENTS = toClients({ clients: [client('ward-app', 'none'), client('bound-app', 'dpop')] });

/** Why tokens were refused, as the log has it. */
const reasons: string[] = [];
const lines = new Writable({
  write: (line: Buffer, _encoding, done) => {
    const { msg, reason } = JSON.parse(line.toString()) as { readonly msg: string; readonly reason: string };
    if (msg === 'token:refused') reasons.push(reason);
    done();
  },
});

const start = (dpop: object = {}): Promise<TestGraph> => {
  const loaded = loadConfig({ PORT: '0', PUBLIC_URL: PUBLIC });
  const identity = { ...loaded.identity, dpop: { ...loaded.identity.dpop, ...dpop } };
  return startGraph({
    local: { stock },
    options: { config: { ...loaded, identity }, clients: CLIENTS, log: createLog('info', lines) },
  });
};

const send = (graph: TestGraph, authorization: string, proof?: string | readonly string[], path = '/graphql') => {
  const headers = new Headers({ 'content-type': 'application/json', authorization });
  for (const one of proof === undefined ? [] : [proof].flat()) headers.append('dpop', one);
  return graph.request({ path, method: 'POST', scopes: null, headers, body: '{"query":"{ supplier { name } }"}' });
};

describe('a token that is bound to a key', () => {
  let graph: TestGraph;
  let holder: DpopClient;
  let thief: DpopClient;
  let token: string;
  beforeAll(async () => {
    graph = await start();
    [holder, thief] = [await dpopClient(), await dpopClient()];
    token = await graph.issuer.mint({ claims: { cnf: { jkt: holder.jkt } } });
  });
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
  });

  const proof = (over: Partial<ProofOptions> = {}) => holder.proof({ token, url: URL_OF_GRAPH, ...over });

  it('is accepted with a proof', async () => {
    expect((await send(graph, `DPoP ${token}`, await proof())).status).toBe(200);
    expect((await send(graph, `dpop ${token}`, await proof())).status).toBe(200);
  });

  it.each(['ES384', 'PS256', 'RS256', 'EdDSA'])('is accepted with a proof by %s', async (algorithm) => {
    const other = await dpopClient(algorithm);
    const bound = await graph.issuer.mint({ claims: { cnf: { jkt: other.jkt } } });
    expect((await send(graph, `DPoP ${bound}`, await other.proof({ token: bound, url: URL_OF_GRAPH }))).status).toBe(
      200,
    );
  });

  it('is accepted with a proof by GET, and not with one for POST', async () => {
    const get = async (method: string) =>
      graph.request({
        path: '/graphql?query={supplier{name}}',
        scopes: null,
        headers: {
          authorization: `DPoP ${token}`,
          dpop: await proof({ method }),
          'apollo-require-preflight': 'yes',
        },
      });
    expect((await get('GET')).status).toBe(200);
    expect((await get('POST')).status).toBe(401);
  });

  it('is refused as a plain bearer token, by whoever sends it and however good the proof', async () => {
    for (const answer of [await send(graph, `Bearer ${token}`), await send(graph, `Bearer ${token}`, await proof())]) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(
        /^DPoP realm="caregraph", error="invalid_token", algs="ES256 /,
      );
    }
  });

  const now = () => Math.floor(Date.now() / 1000);
  const refused: readonly (readonly [string, string, () => Promise<string | readonly string[] | undefined>])[] = [
    ['missing', 'missing', async () => undefined],
    ['two of them', 'form', async () => [await proof(), await proof()]],
    ['no JWT', 'form', async () => 'a.b'],
    [
      'not signed',
      'form',
      async () => new UnsecuredJWT({ htm: 'POST', htu: URL_OF_GRAPH, jti: 'x' }).setIssuedAt().encode(),
    ],
    [
      'by a secret',
      'ERR_JOSE_ALG_NOT_ALLOWED',
      () => proof({ key: new Uint8Array(32), header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } } }),
    ],
    ['by another key than it shows', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED', () => proof({ key: thief.privateKey })],
    ['by a key that the token is not bound to', 'another key', () => thief.proof({ token, url: URL_OF_GRAPH })],
    ['with a private key in it', 'ERR_JWS_INVALID', () => proof({ header: { jwk: holder.privateJwk } })],
    ['without a key', 'ERR_JWS_INVALID', () => proof({ header: { jwk: undefined } })],
    ['of another type', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ header: { typ: 'at+jwt' } })],
    ['without a type', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ header: { typ: undefined } })],
    ['for another method', 'htm', () => proof({ method: 'GET' })],
    ['for a method in small letters', 'htm', () => proof({ method: 'post' })],
    ['for no method', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ claims: { htm: undefined } })],
    ['for another host', 'htu', () => proof({ url: 'https://elsewhere.example/caregraph/graphql' })],
    ['for the address that the proxy leads to', 'htu', () => proof({ url: `${graph.url}/graphql` })],
    ['for the same without TLS', 'htu', () => proof({ url: URL_OF_GRAPH.replace('https', 'http') })],
    ['for another port', 'htu', () => proof({ url: 'https://api.hospital.example:8443/caregraph/graphql' })],
    ['for another path', 'htu', () => proof({ url: `${PUBLIC}/graphql/` })],
    ['for a path in other letters', 'htu', () => proof({ url: `${PUBLIC}/GraphQL` })],
    ['for a path that hides its end', 'htu', () => proof({ url: `${PUBLIC}/graphql%2F` })],
    [
      'for an address with a name in it',
      'htu',
      () => proof({ url: 'https://user@api.hospital.example/caregraph/graphql' }),
    ],
    ['for no address', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ claims: { htu: undefined } })],
    ['for what is no address', 'htu', () => proof({ claims: { htu: '/graphql' } })],
    ['without a digest of the token', 'ath', () => proof({ claims: { ath: undefined } })],
    ['with the digest of another token', 'ath', async () => proof({ token: await graph.issuer.mint() })],
    ['made too long ago', 'ERR_JWT_EXPIRED', () => proof({ claims: { iat: now() - 70 } })],
    ['made in the future', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ claims: { iat: now() + 10 } })],
    ['without a time', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ claims: { iat: undefined } })],
    ['with a time in words', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ claims: { iat: 'now' } })],
    ['without an id', 'ERR_JWT_CLAIM_VALIDATION_FAILED', () => proof({ claims: { jti: undefined } })],
    ['with an id that is a number', 'jti', () => proof({ claims: { jti: 7 } })],
    ['with an empty id', 'jti', () => proof({ claims: { jti: '' } })],
    ['that must be understood in a way we do not', 'ERR_JOSE_NOT_SUPPORTED', () => proofWithCritical()],
    ['of five thousand bytes', 'too long', () => proof({ claims: { padding: 'x'.repeat(4000) } })],
  ];
  /** The signer refuses to write this one. */
  const proofWithCritical = async (): Promise<string> => {
    const [, claims, signature] = (await proof()).split('.');
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: holder.publicJwk, crit: ['new'], new: 1 };
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${claims}.${signature}`;
  };

  it.each(refused)('is refused with a proof that is %s', async (_name, reason, made) => {
    reasons.length = 0;
    const answer = await send(graph, `DPoP ${token}`, await made());
    expect(answer.status).toBe(401);
    expect(answer.body.errors?.[0]?.message).toBe('A valid access token is required.');
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^DPoP realm="caregraph", error="invalid_dpop_proof", algs="ES256 [^"]*", resource_metadata="[^"]*"$/,
    );
    expect(reasons).toEqual([`PossessionError: proof: ${reason}`]);
  });

  it.each([
    ['in other letters', 'HTTPS://API.Hospital.Example/caregraph/graphql'],
    ['with the port that goes without saying', 'https://api.hospital.example:443/caregraph/graphql'],
    ['with query and fragment', `${URL_OF_GRAPH}?a=b#c`],
    ['with dots in the path', 'https://api.hospital.example/x/../caregraph/./graphql'],
    ['with letters encoded', 'https://api.hospital.example/caregraph/%67raphql'],
  ])('is accepted with a proof for the same address %s', async (_name, url) => {
    expect((await send(graph, `DPoP ${token}`, await proof({ url }))).status).toBe(200);
  });

  it('is refused with a proof that has been used', async () => {
    const used = await proof();
    expect((await send(graph, `DPoP ${token}`, used)).status).toBe(200);
    const answer = await send(graph, `DPoP ${token}`, used);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_dpop_proof"');
  });

  it('is accepted once of many at the same time', async () => {
    const used = await proof();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(graph, `DPoP ${token}`, used)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('does not use up a proof that was refused for something else', async () => {
    const jti = randomUUID();
    expect((await send(graph, `DPoP ${token}`, await proof({ claims: { jti }, method: 'GET' }))).status).toBe(401);
    expect((await send(graph, `DPoP ${token}`, await proof({ claims: { jti } }))).status).toBe(200);
  });

  it('keeps the ids of one client apart from those of another', async () => {
    const jti = randomUUID();
    const theirs = await graph.issuer.mint({ claims: { cnf: { jkt: thief.jkt } } });
    const other = await thief.proof({ token: theirs, url: URL_OF_GRAPH, claims: { jti } });
    expect((await send(graph, `DPoP ${token}`, await proof({ claims: { jti } }))).status).toBe(200);
    expect((await send(graph, `DPoP ${theirs}`, other)).status).toBe(200);
  });

  it('does not believe a Host header about where it was sent', async () => {
    const url = 'https://elsewhere.example/graphql';
    const text = [
      'POST /graphql HTTP/1.1',
      'host: elsewhere.example',
      'x-forwarded-host: elsewhere.example',
      'x-forwarded-proto: https',
      `authorization: DPoP ${token}`,
      `dpop: ${await proof({ url })}`,
      'content-type: application/json',
      'connection: close',
      'content-length: 24',
      '',
      '{"query":"{__typename}"}',
    ].join('\r\n');
    const socket = connect(Number(new URL(graph.url).port), '127.0.0.1');
    socket.write(text);
    const answer = Buffer.concat(await socket.toArray()).toString();
    expect(answer).toMatch(/^HTTP\/1.1 401 /);
  });
});

describe('a token that is not bound', () => {
  let graph: TestGraph;
  beforeAll(async () => {
    graph = await start();
  });
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
  });

  it('is refused with a proof: anybody can make one', async () => {
    const token = await graph.issuer.mint();
    const { proof } = await dpopClient();
    const answer = await send(graph, `DPoP ${token}`, await proof({ token, url: URL_OF_GRAPH }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('DPoP realm="caregraph", error="invalid_token"');
  });

  it('is refused of a client that has to bind its tokens', async () => {
    const answer = await send(graph, `Bearer ${await graph.issuer.mint({ claims: { client_id: 'bound-app' } })}`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('DPoP realm="caregraph", error="invalid_token"');
    const { jkt, proof } = await dpopClient();
    const token = await graph.issuer.mint({ claims: { client_id: 'bound-app', cnf: { jkt } } });
    expect((await send(graph, `DPoP ${token}`, await proof({ token, url: URL_OF_GRAPH }))).status).toBe(200);
  });

  it.each([
    ['nothing', {}],
    ['a text', 'key'],
    ['null', null],
    ['a list', ['jkt']],
    ['a thumbprint of another length', { jkt: 'short' }],
    ['a way we do not know', { kid: 'key-1' }],
    ['a way we do not know besides one we do', { jkt: 'A'.repeat(43), jwe: 'x' }],
  ])('is refused when it says that it is bound to %s', async (_name, cnf) => {
    const answer = await send(graph, `Bearer ${await graph.issuer.mint({ claims: { cnf } })}`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});

describe('a nonce, where proofs have to hold one', () => {
  it('is given to who has none, and good for the next proof', async () => {
    await using graph = await start({ nonce: true });
    const { jkt, proof } = await dpopClient();
    const token = await graph.issuer.mint({ claims: { cnf: { jkt } } });
    const answer = await send(graph, `DPoP ${token}`, await proof({ token, url: URL_OF_GRAPH }));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="use_dpop_nonce"');
    const nonce = answer.headers.get('dpop-nonce') ?? '';
    const next = await send(graph, `DPoP ${token}`, await proof({ token, url: URL_OF_GRAPH, claims: { nonce } }));
    expect(next.status).toBe(200);
    expect(next.headers.get('dpop-nonce')).toBeNull();
    const invented = await proof({ token, url: URL_OF_GRAPH, claims: { nonce: 'invented' } });
    expect((await send(graph, `DPoP ${token}`, invented)).headers.get('dpop-nonce')).toBe(nonce);
  });

  it('is replaced in time, and none any more after that', async () => {
    let time = Date.parse('2026-11-21T12:00:00Z');
    const clock = () => time;
    const nonces = createNonces(Buffer.alloc(32, 1), clock);
    const elsewhere = createNonces(Buffer.alloc(32, 1), clock);
    const foreign = createNonces(Buffer.alloc(32, 2), clock);
    const dpop = createDpop({
      rules: { leeway: 0, window: 60 * SECOND },
      replays: replaysHere(10, clock),
      nonces: elsewhere,
      clock,
    });
    const { jkt, proof } = await dpopClient();
    const check = async (nonce: string) => {
      const dpopHeader = await proof({ token: 't', url: URL_OF_GRAPH, claims: { nonce, iat: time / SECOND } });
      const request = { method: 'POST', headers: { dpop: dpopHeader } } as never;
      return dpop.check({ scheme: 'DPoP', token: 't', request, url: URL_OF_GRAPH }, jkt);
    };
    const first = nonces.current();
    expect(await check(first)).toBeUndefined();
    await expect(check(foreign.current())).rejects.toMatchObject({ error: 'use_dpop_nonce', nonce: first });
    time += 5 * MINUTE;
    const second = nonces.current();
    expect(await check(first)).toBe(second);
    time += 5 * MINUTE;
    await expect(check(first)).rejects.toMatchObject({ error: 'use_dpop_nonce' });
  });
});

describe('proofs that have been used', () => {
  it('are forgotten when they are too old to be used, and not before', () => {
    let time = 0;
    const replays = replaysHere(2, () => time);
    expect(replays.note('a', 100)).toBe('first');
    time = 99;
    expect(replays.note('a', 100)).toBe('again');
    time = 100;
    expect(replays.note('a', 100)).toBe('first');
  });

  it('are not forgotten for want of room: nothing new is taken then', () => {
    const replays = replaysHere(2, () => 0);
    void replays.note('a', 100);
    void replays.note('b', 100);
    let code = '';
    try {
      void replays.note('c', 100);
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe('IDENTITY_UNAVAILABLE');
    expect(replays.note('a', 100)).toBe('again');
  });

  (hasRedis() ? it : it.skip)('are known to every gateway of a Redis, and to each alone without it', async () => {
    await using redis = await startRedis();
    const [one, other] = [openRedis(redis.url, 'one', silentLog()), openRedis(redis.url, 'other', silentLog())];
    await using _closed = {
      [Symbol.asyncDispose]: async () => {
        one.disconnect();
        other.disconnect();
      },
    };
    await eventually(() => Promise.resolve(one.status === 'ready' && other.status === 'ready'));
    const [here, there] = [sharedReplays(one, silentLog()), sharedReplays(other, silentLog())];
    expect([await here.note('a', MINUTE), await there.note('a', MINUTE)]).toEqual(['first', 'again']);
    redis.stall();
    expect([await here.note('b', MINUTE), await here.note('b', MINUTE)]).toEqual(['first', 'again']);
    redis.resume();
  });
});
