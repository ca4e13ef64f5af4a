import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { MINUTE } from '../../platform/time.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { openIssuerKeys } from '../../sandbox/issuer/keys.ts';
import { startDevelopmentIssuer } from '../../sandbox/issuer/server.ts';
import { DEVELOPMENT_ISSUER, mintToken, type TokenRequest } from '../../sandbox/issuer/token.ts';

const buyer: TokenRequest = {
  client: 'stock-app',
  subject: 'user-17',
  scopes: ['inventory:read', 'procurement:read'],
  facilities: ['harbor-clinic'],
  audience: 'urn:caregraph',
};

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'caregraph-issuer-'));
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

describe('openIssuerKeys', () => {
  it('keeps one key: what is opened again is what was made first', async () => {
    const first = await openIssuerKeys(dataDir);
    expect((await openIssuerKeys(dataDir)).publicJwk).toEqual(first.publicJwk);
  });

  it('agrees on one key when many open an empty directory at once, and leaves no draft behind', async () => {
    // Who wins is chance, so one round proves little.
    for (const round of Array.from({ length: 25 }, (_, index) => join(dataDir, String(index)))) {
      const all = await Promise.all(Array.from({ length: 8 }, () => openIssuerKeys(round)));
      const kept = await openIssuerKeys(round);
      expect(new Set([...all, kept].map(({ keyId }) => keyId)).size).toBe(1);
      expect(await readdir(join(round, 'issuer'))).toEqual(['signing-key.json']);
    }
  });

  it('lets nobody but the owner read the key', async () => {
    await openIssuerKeys(join(dataDir, 'new'));
    expect((await stat(join(dataDir, 'new', 'issuer'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'new', 'issuer', 'signing-key.json'))).mode & 0o777).toBe(0o600);
  });

  it('refuses a damaged key file without quoting it, and does not replace it', async () => {
    await openIssuerKeys(dataDir);
    const file = join(dataDir, 'issuer', 'signing-key.json');
    await writeFile(file, '{"d":"canary-of-a-key"}');
    const error = await openIssuerKeys(dataDir).catch((reason: unknown) => reason);
    expect(String(error)).toContain('damaged');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('canary');
    expect(await readFile(file, 'utf8')).toContain('canary');
  });
});

describe('mintToken', () => {
  it('says who, for what and how long, in the profile of RFC 9068', async () => {
    const keys = await openIssuerKeys(dataDir);
    const now = 1_900_000_000_999;
    const token = await mintToken(keys, { ...buyer, lifetime: 15 * MINUTE }, now);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: keys.keyId });
    expect(claimsOf(token)).toEqual({
      iss: 'urn:caregraph:development',
      aud: 'urn:caregraph',
      sub: 'user-17',
      client_id: 'stock-app',
      scope: 'inventory:read procurement:read',
      facilities: ['harbor-clinic'],
      iat: 1_900_000_000,
      exp: 1_900_000_900,
      jti: expect.any(String),
    });
  });

  it('lasts twelve hours and names the client as subject unless told otherwise', async () => {
    const keys = await openIssuerKeys(dataDir);
    const { subject: _, ...service } = buyer;
    const claims = claimsOf(await mintToken(keys, service, 0));
    expect(claims).toMatchObject({ sub: 'stock-app', iat: 0, exp: 12 * 3600 });
  });

  it('has no scope claim without scopes, and an empty list without facilities', async () => {
    const keys = await openIssuerKeys(dataDir);
    const claims = claimsOf(await mintToken(keys, { ...buyer, scopes: [], facilities: [] }));
    expect(claims).not.toHaveProperty('scope');
    expect(claims).toHaveProperty('facilities', []);
  });

  it('gives every token an id of its own', async () => {
    const keys = await openIssuerKeys(dataDir);
    const [one, two] = [claimsOf(await mintToken(keys, buyer)), claimsOf(await mintToken(keys, buyer))];
    expect(one['jti']).not.toBe(two['jti']);
  });
});

describe('startDevelopmentIssuer', () => {
  it('serves a key set that verifies its tokens, also those printed without it', async () => {
    await using running = await start();
    const keySet = createRemoteJWKSet(new URL(running.jwksUri));
    const check = { issuer: DEVELOPMENT_ISSUER, audience: 'urn:caregraph', typ: 'at+jwt', algorithms: ['ES256'] };
    const printed = await mintToken(await openIssuerKeys(dataDir), buyer);
    for (const token of [await running.mint(buyer), printed])
      expect((await jwtVerify(token, keySet, check)).payload['client_id']).toBe('stock-app');
  });

  it('still accepts a token after a restart on another port', async () => {
    const token = await (async () => {
      await using before = await start();
      return before.mint(buyer);
    })();
    await using after = await start();
    const keySet = createRemoteJWKSet(new URL(after.jwksUri));
    await expect(jwtVerify(token, keySet, { issuer: DEVELOPMENT_ISSUER })).resolves.toBeDefined();
  });

  it('never serves the private half', async () => {
    await using running = await start();
    const response = await fetch(running.jwksUri);
    expect(await response.json()).toEqual({
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          alg: 'ES256',
          use: 'sig',
          kid: expect.any(String),
          x: expect.any(String),
          y: expect.any(String),
        },
      ],
    });
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it.each(['openid-configuration', 'oauth-authorization-server'])('points to the key set in %s', async (document) => {
    await using running = await start();
    const response = await fetch(new URL(`/.well-known/${document}`, running.jwksUri));
    expect(await response.json()).toMatchObject({
      issuer: DEVELOPMENT_ISSUER,
      jwks_uri: running.jwksUri,
      scopes_supported: Object.keys(SCOPES),
    });
  });

  it.each([
    ['/', 'GET', 404],
    ['/.well-known/../issuer/signing-key.json', 'GET', 404],
    ['/.well-known/jwks.json', 'POST', 405],
  ])('answers %s by %s with %i', async (path, method, status) => {
    await using running = await start();
    const response = await fetch(new URL(path, running.jwksUri), { method });
    expect(response.status).toBe(status);
  });

  it('is gone after stop, and a second stop changes nothing', async () => {
    const running = await start();
    await running.stop();
    await running.stop();
    await expect(fetch(running.jwksUri)).rejects.toThrow();
  });
});

const start = async () => {
  const issuer = await startDevelopmentIssuer({ dataDir, port: 0 });
  return { ...issuer, [Symbol.asyncDispose]: () => issuer.stop() };
};

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
