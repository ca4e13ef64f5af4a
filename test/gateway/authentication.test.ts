import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose';
import { createAuthenticator } from '../../gateway/identity/authenticator.ts';
import { createIssuerKeys, type IssuerKeys } from '../../gateway/identity/issuer-keys.ts';
import { type TokenRules, verifyToken } from '../../gateway/identity/verify-token.ts';
import { loadConfig } from '../../platform/config.ts';
import { silentLog } from '../../platform/log.ts';
import { HOUR, MINUTE, SECOND } from '../../platform/time.ts';
import { registeredClients } from '../../policies/clients.ts';
import { type FakeIssuer, type MintOptions, startIssuer } from '../fakes/issuer.ts';
import { stock } from './hospital.ts';
import { startGraph, type TestGraph } from './start-graph.ts';

let graph: TestGraph;
let issuer: FakeIssuer;
beforeAll(async () => {
  graph = await startGraph({ local: { stock } });
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
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="caregraph"');
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
    ['of another type', { header: { typ: 'dpop+jwt' } }],
    ['without type', { header: { typ: undefined } }],
    ['that must be understood in a way we do not', { header: { crit: ['exp2'], exp2: 1 } }],
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
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="caregraph", error="invalid_token"');
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

  it('never has us fetch a key from where it says', async () => {
    const stranger = await startIssuer();
    const header = { jku: stranger.jwksUri, x5u: stranger.jwksUri, jwk: stranger.keySet().keys[0], kid: 'key-1' };
    const token = await stranger.mint({ claims: { iss: issuer.issuer }, header });
    expect((await withHeader(`Bearer ${token}`)).status).toBe(401);
    expect(stranger.fetches()).toBe(0);
    await stranger.stop();
  });

  it.each([
    ['of the plain type', { header: { typ: 'JWT' } }],
    ['of the full media type', { header: { typ: 'application/at+jwt' } }],
    ['for several audiences', { claims: { aud: ['urn:other', 'urn:caregraph'] } }],
    ['with azp in place of client_id', { claims: { client_id: undefined, azp: 'ward-app' } }],
    [
      'within the leeway',
      {
        // Of the moment it is made: this table may be written long before.
        get claims() {
          return { exp: now() - 2 };
        },
      },
    ],
    ['without scopes and facilities', { claims: { scope: undefined, facilities: undefined } }],
  ] as const)('is accepted: %s', async (_name, options) => {
    expect((await withHeader(`Bearer ${await issuer.mint(options)}`)).status).toBe(200);
    expect((await withHeader(`bearer ${await issuer.mint(options)}`)).status).toBe(200);
  });
});

const clients = registeredClients(loadConfig({}));
const authenticatorOf = (keys: IssuerKeys, rules: TokenRules, clock?: () => number) =>
  createAuthenticator(keys, rules, clients, clock);

describe('the identity of a token', () => {
  const identify = async (options: MintOptions) => {
    const keys = createIssuerKeys({ issuer: issuer.issuer, keys: issuer.keySet() }, silentLog());
    return (await verifyToken(await issuer.mint(options), keys, loadConfig({}).identity)).facts;
  };

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
    const keys = createIssuerKeys({ issuer: issuer.issuer, keys: both }, silentLog());
    await expect(verifyToken(await issuer.mint(), keys, loadConfig({}).identity)).resolves.toMatchObject({
      facts: { client: 'ward-app' },
    });
    const foreign = await startIssuer();
    const bad = await foreign.mint({ claims: { iss: issuer.issuer } });
    await expect(verifyToken(bad, keys, loadConfig({}).identity)).rejects.toThrow();
    await Promise.all([other.stop(), foreign.stop()]);
  });
});

describe('the keys of the issuer', () => {
  const rules = loadConfig({}).identity;
  /** Keys under a clock that stands still until it is moved. */
  const withClock = (keyIssuer: FakeIssuer, jwksUri?: string) => {
    let time = Date.now();
    const where = jwksUri === undefined ? {} : { jwksUri };
    const keys = createIssuerKeys({ issuer: keyIssuer.issuer, ...where }, silentLog(), () => time);
    return {
      keys,
      pass: (duration: number) => (time += duration),
      check: async (token: string) => (await verifyToken(token, keys, rules)).facts,
    };
  };

  it('are found by discovery, and by their own address', async () => {
    await using own = await startIssuer();
    for (const uri of [undefined, own.jwksUri]) {
      const { keys, check } = withClock(own, uri);
      await expect(check(await own.mint())).resolves.toMatchObject({ client: 'ward-app' });
      expect(keys.health()).toEqual({ name: 'issuer', status: 'ok' });
      await keys.close();
    }
  });

  it('are fetched once for many tokens, and not again for key names that do not exist', async () => {
    await using own = await startIssuer();
    const { keys, check, pass } = withClock(own);
    await Promise.all(Array.from({ length: 20 }, async () => check(await own.mint())));
    expect(own.fetches()).toBe(1);
    const invented = Array.from({ length: 20 }, async (_, index) =>
      check(await own.mint({ header: { kid: `invented-${index}` } })).catch(() => 'refused'),
    );
    expect(new Set(await Promise.all(invented))).toEqual(new Set(['refused']));
    expect(own.fetches()).toBe(1);
    pass(31 * SECOND);
    await check(await own.mint({ header: { kid: 'invented' } })).catch(() => 'refused');
    expect(own.fetches()).toBe(2);
    await keys.close();
  });

  it('are fetched again for a new key, and the old one is no longer good then', async () => {
    await using own = await startIssuer();
    const { keys, check, pass } = withClock(own);
    const old = await own.mint();
    await check(old);
    await own.rotate();
    pass(31 * SECOND);
    await expect(check(await own.mint())).resolves.toMatchObject({ client: 'ward-app' });
    await expect(check(old)).rejects.toThrow();
    await keys.close();
  });

  it.each([[500], ['empty'], ['hang']] as const)('are kept for a day while the issuer is %s', async (trouble) => {
    await using own = await startIssuer();
    const { keys, check, pass } = withClock(own);
    const token = await own.mint({ claims: { exp: now() + 10 * 24 * 3600 } });
    await check(token);
    own.misbehave(trouble);
    pass(11 * MINUTE);
    await check(token);
    pass(22 * HOUR);
    await expect(check(token)).resolves.toMatchObject({ client: 'ward-app' });
    await keys.close();
  });

  it('that are too old, or never came, make the service unavailable and no token bad', async () => {
    await using own = await startIssuer();
    own.misbehave(500);
    const { keys, check, pass } = withClock(own);
    const token = await own.mint();
    await expect(check(token)).rejects.toMatchObject({ extensions: { code: 'IDENTITY_UNAVAILABLE' } });
    expect(keys.health()).toMatchObject({ status: 'failing', code: 'IDENTITY_UNAVAILABLE' });
    own.misbehave(undefined);
    pass(2 * SECOND);
    await expect(check(token)).resolves.toMatchObject({ client: 'ward-app' });
    own.misbehave(500);
    pass(25 * HOUR);
    await expect(check(token)).rejects.toMatchObject({ extensions: { code: 'IDENTITY_UNAVAILABLE' } });
    await keys.close();
  });

  it('of another issuer’s discovery document are not taken', async () => {
    await using own = await startIssuer();
    const keys = createIssuerKeys({ issuer: `${own.issuer}/` }, silentLog());
    await expect(verifyToken(await own.mint(), keys, rules)).rejects.toMatchObject({
      extensions: { code: 'IDENTITY_UNAVAILABLE' },
    });
    await keys.close();
  });
});

describe('a token that was accepted before', () => {
  const rules = loadConfig({}).identity;
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Has the time of day stand still; timers go on. */
  const standStill = (): number => {
    const moment = Math.floor(Date.now() / SECOND) * SECOND;
    jest.useFakeTimers({ now: moment, doNotFake: [...ALL_BUT_DATE] });
    return moment;
  };

  const fixed = () => createIssuerKeys({ issuer: issuer.issuer, keys: issuer.keySet() }, silentLog());

  /** Keys and an authenticator under a clock that stands still until it is moved. */
  const withClock = (own: FakeIssuer) => {
    let time = Date.now();
    const keys = createIssuerKeys({ issuer: own.issuer }, silentLog(), () => time);
    const { identify } = authenticatorOf(keys, rules, () => time);
    return {
      keys,
      identify,
      pass: (duration: number) => (time += duration),
      /** Waits until the keys have been fetched that often, and what was fetched is in use. */
      fetched: async (times: number) => {
        while (own.fetches() < times || keys.health().status !== 'ok') await new Promise(setImmediate);
        for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
      },
    };
  };

  it('is not checked again', async () => {
    const { identify } = authenticatorOf(fixed(), rules);
    const token = await issuer.mint({ scopes: ['audit'] });
    const identity = await identify(token);
    expect(identity.client).toMatchObject({ id: 'ward-app' });
    expect(identify(token)).toBe(identity);
    expect(Object.isFrozen(identity.as(undefined))).toBe(true);
  });

  it('is not accepted once it has expired, to the millisecond', async () => {
    const moment = standStill();
    const { identify } = authenticatorOf(fixed(), rules);
    const token = await issuer.mint({ claims: { iat: moment / SECOND, exp: moment / SECOND + 60 } });
    const identity = await identify(token);
    jest.setSystemTime(moment + 60 * SECOND + rules.leeway - 1);
    expect(identify(token)).toBe(identity);
    jest.setSystemTime(moment + 60 * SECOND + rules.leeway);
    await expect(identify(token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    await expect(identify(token)).rejects.toThrow();
  });

  it('is not accepted for less than it is valid', async () => {
    const moment = standStill();
    const { identify } = authenticatorOf(fixed(), rules);
    const token = await issuer.mint({ claims: { iat: moment / SECOND - 120, exp: moment / SECOND - 1 } });
    const identity = await identify(token);
    expect(identify(token)).toBe(identity);
    jest.setSystemTime(moment - SECOND + rules.leeway);
    await expect(identify(token)).rejects.toThrow();
  });

  it('says nothing for another token, however much they are alike', async () => {
    const { identify } = authenticatorOf(fixed(), rules);
    const token = await issuer.mint({ scopes: ['audit'] });
    await identify(token);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const more = Buffer.from(JSON.stringify({ ...claims, scope: 'audit stock:write' })).toString('base64url');
    const other = (await issuer.mint({ scopes: ['audit'], claims: { jti: 'other' } })).split('.')[2] ?? '';
    for (const forged of [
      `${head}.${more}.${signature}`,
      `${head}.${payload}.${other}`,
      `${head}.${payload}.`,
      `${head}.${payload}`,
      token.slice(0, -1),
      `${token}A`,
    ])
      for (let time = 0; time < 2; time++) await expect(identify(forged)).rejects.toThrow();
    expect(identify(token)).not.toBeInstanceOf(Promise);
  });

  it('is one caller, and an equal one of another token is another', async () => {
    const { identify } = authenticatorOf(fixed(), rules);
    const claims = { jti: 'one' };
    const [one, other] = [await issuer.mint({ claims }), await issuer.mint({ claims })];
    expect(one).not.toBe(other);
    const [first, second] = [await identify(one), await identify(other)];
    expect(first?.as(undefined)).toEqual(second?.as(undefined));
    expect(first).not.toBe(second);
  });

  it('stays accepted when the keys are fetched again and are the same', async () => {
    await using own = await startIssuer();
    const { keys, identify, pass, fetched } = withClock(own);
    await fetched(1);
    const token = await own.mint({ claims: { exp: now() + 7200 } });
    const identity = await identify(token);
    pass(11 * MINUTE);
    expect(identify(token)).toBe(identity);
    await fetched(2);
    expect(identify(token)).toBe(identity);
    await keys.close();
  });

  it('is not accepted once the issuer has withdrawn its key, and that has been noticed', async () => {
    await using own = await startIssuer();
    const { keys, identify, pass, fetched } = withClock(own);
    await fetched(1);
    const token = await own.mint({ claims: { exp: now() + 7200 } });
    const identity = await identify(token);
    await own.rotate();
    // Noticed behind a request, without a token that nobody knows.
    expect(identify(token)).toBe(identity);
    pass(11 * MINUTE);
    expect(identify(token)).toBe(identity);
    await fetched(2);
    await expect(identify(token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
    await keys.close();
  });

  it('is not accepted once another token has brought other keys', async () => {
    await using own = await startIssuer();
    const { keys, identify, pass, fetched } = withClock(own);
    await fetched(1);
    const token = await own.mint();
    await identify(token);
    await own.rotate();
    pass(31 * SECOND);
    const newer = await own.mint();
    // Not remembered the first time: it is not known with which keys it was checked.
    await expect(identify(newer)).resolves.toMatchObject({ client: { id: 'ward-app' } });
    const again = identify(newer);
    expect(again).toBeInstanceOf(Promise);
    expect(identify(newer)).toBeInstanceOf(Promise);
    await again;
    expect(identify(newer)).not.toBeInstanceOf(Promise);
    await expect(identify(token)).rejects.toThrow();
    await keys.close();
  });

  it('is not accepted under keys of the same name that are others', async () => {
    await using own = await startIssuer();
    await using stranger = await startIssuer();
    await expect(
      authenticatorOf(createIssuerKeys({ issuer: own.issuer, keys: stranger.keySet() }, silentLog()), rules).identify(
        await own.mint(),
      ),
    ).rejects.toMatchObject({ code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  });

  it('is not accepted when there are no keys to be trusted any more', async () => {
    await using own = await startIssuer();
    const { keys, identify, pass, fetched } = withClock(own);
    await fetched(1);
    const token = await own.mint({ claims: { exp: now() + 10 * 24 * 3600 } });
    const identity = await identify(token);
    own.misbehave(500);
    pass(23 * HOUR);
    expect(identify(token)).toBe(identity);
    pass(2 * HOUR);
    await expect(identify(token)).rejects.toMatchObject({ extensions: { code: 'IDENTITY_UNAVAILABLE' } });
    own.misbehave(undefined);
    pass(MINUTE);
    await expect(identify(token)).resolves.toMatchObject({ client: { id: 'ward-app' } });
    await keys.close();
  });
});

const ALL_BUT_DATE = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;

describe('a gateway that cannot check tokens', () => {
  it('says so with 503', async () => {
    await using own = await startIssuer();
    own.misbehave(500);
    await using other = await startGraph({ local: { stock }, options: { issuer: { issuer: own.issuer } } });
    const answer = await other.ask('{ supplier { name } }');
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([503, 'IDENTITY_UNAVAILABLE']);
    const ready = await fetch(`${other.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'failing',
      dependencies: [{ name: 'issuer', status: 'failing' }],
    });
  });
});
