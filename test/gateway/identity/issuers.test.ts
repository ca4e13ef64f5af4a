import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthenticator } from '../../../gateway/identity/authenticator.ts';
import { configuredIssuers, type IssuerOptions, openIssuers } from '../../../gateway/identity/issuers.ts';
import { loadConfig } from '../../../platform/config.ts';
import { silentLog } from '../../../platform/log.ts';
import { HOUR, MINUTE, SECOND } from '../../../platform/time.ts';
import { toClients } from '../../../policies/clients.ts';
import { type FakeIssuer, startIssuer } from '../../fakes/issuer.ts';
import { stock } from '../hospital.ts';
import { startGraph } from '../start-graph.ts';
import { PATIENT, RULES, withClock } from './issuers-under-clock.ts';

let staff: FakeIssuer;
let partners: FakeIssuer;
beforeAll(async () => {
  [staff, partners] = [await startIssuer(), await startIssuer()];
});
afterAll(async () => {
  await Promise.all([staff.stop(), partners.stop()]);
});

const now = () => Math.floor(Date.now() / SECOND);

const of = (issuer: FakeIssuer, rules: Partial<IssuerOptions> = {}): IssuerOptions => ({
  issuer: issuer.issuer,
  keys: issuer.keySet(),
  ...rules,
});

const GOOD = { client: { id: 'ward-app' } };

describe('of several issuers', () => {
  it('each has its own keys, and signs for nobody else', async () => {
    await using clocked = withClock(of(staff), of(partners));
    for (const issuer of [staff, partners])
      await expect(clocked.identify(await issuer.mint())).resolves.toMatchObject({
        ...GOOD,
        token: { issuer: issuer.issuer },
      });
    const claims = { iss: staff.issuer };
    await expect(clocked.identify(await partners.mint({ claims }))).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  it('none is taken for one whose name is nearly the same', async () => {
    await using clocked = withClock(of(staff), of(partners));
    const names = [`${staff.issuer}/`, staff.issuer.toUpperCase(), ` ${staff.issuer}`, [staff.issuer], '__proto__', 7];
    for (const iss of names)
      await expect(clocked.identify(await staff.mint({ claims: { iss } }))).rejects.toThrow('unusable iss');
  });

  it('each has its own audience, algorithms, age and leeway', async () => {
    const strict = { audience: ['urn:a', 'urn:b'], maxAge: MINUTE, leeway: 0 };
    await using clocked = withClock(of(staff, strict), of(partners, { algorithms: ['ES384'] }));
    const check = async (claims: object) => clocked.identify(await staff.mint({ claims: { aud: 'urn:b', ...claims } }));
    await expect(check({})).resolves.toMatchObject(GOOD);
    await expect(check({ aud: 'urn:caregraph' })).rejects.toMatchObject({ claim: 'aud' });
    await expect(check({ iat: now() - 120 })).rejects.toMatchObject({ claim: 'iat' });
    await expect(check({ exp: now() - 2 })).rejects.toMatchObject({ claim: 'exp' });
    await expect(clocked.identify(await partners.mint())).rejects.toMatchObject({ code: 'ERR_JOSE_ALG_NOT_ALLOWED' });
  });

  it('an old token is forgotten when it is too old, however late it expires', async () => {
    await using clocked = withClock(of(staff, { maxAge: 2 * MINUTE }));
    const token = await staff.mint({ claims: { iat: now() - 60, exp: now() + 3600 } });
    await clocked.identify(token);
    clocked.pass(30 * SECOND);
    expect(clocked.identify(token)).not.toBeInstanceOf(Promise);
    clocked.pass(40 * SECOND);
    expect(clocked.identify(token)).toBeInstanceOf(Promise);
  });

  it('a client may be registered with one alone', async () => {
    const ward = { id: 'ward-app', name: 'w', owner: 'o', audience: 'internal', purposes: ['operations'] };
    const clients = toClients({ clients: [{ ...ward, scopes: '*', facilities: '*', issuer: staff.issuer }] });
    const issuers = openIssuers([of(staff), of(partners)], RULES, silentLog());
    const { identify } = createAuthenticator(issuers, () => clients);
    await expect(identify(await staff.mint())).resolves.toMatchObject(GOOD);
    await expect(identify(await partners.mint())).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });

  it('one that is down takes nothing from the other, and both are in the health by name', async () => {
    await using down = await startIssuer();
    down.misbehave(500);
    await using graph = await startGraph({
      local: { stock },
      server: PATIENT,
      options: { issuer: [of(staff, { name: 'staff' }), { name: 'partners', issuer: down.issuer }] },
    });
    const ask = async (issuer: FakeIssuer) =>
      graph.ask('{ supplier { name } }', { headers: { authorization: `Bearer ${await issuer.mint()}` } });
    expect((await ask(staff)).status).toBe(200);
    expect((await ask(down)).status).toBe(503);
    const health = await (await fetch(`${graph.url}/readyz`)).text();
    expect(JSON.parse(health)).toMatchObject({
      dependencies: [
        { name: 'issuer:staff', status: 'ok' },
        { name: 'issuer:partners', status: 'failing' },
      ],
    });
    expect(health).not.toContain('127.0.0.1');
  });
});

describe('an issuer of before RFC 9068', () => {
  const migrating = () => withClock(of(staff, { tokenType: 'jwt' }));

  it.each([
    ['the plain type', { header: { typ: 'JWT' } }],
    ['the type of an access token', {}],
    ['its client in azp', { header: { typ: 'JWT' }, claims: { client_id: undefined, azp: 'ward-app' } }],
  ])('may write %s', async (_name, options) => {
    await using clocked = migrating();
    await expect(clocked.identify(await staff.mint(options))).resolves.toMatchObject(GOOD);
  });

  it.each([
    ['no type', { header: { typ: undefined } }],
    ['the type of a proof', { header: { typ: 'dpop+jwt' } }],
    ['no id', { header: { typ: 'JWT' }, claims: { jti: undefined } }],
    ['ID tokens, by their nonce', { header: { typ: 'JWT' }, claims: { nonce: 'n' } }],
    ['ID tokens, by their hash', { header: { typ: 'JWT' }, claims: { at_hash: 'h' } }],
    ['ID tokens, as Keycloak calls them', { header: { typ: 'JWT' }, claims: { typ: 'ID' } }],
  ])('may not send %s', async (_name, options) => {
    await using clocked = migrating();
    await expect(clocked.identify(await staff.mint(options))).rejects.toThrow();
  });
});

describe('the issuers of the configuration', () => {
  it('are the one of the environment, those of the list, or none', () => {
    const issuers = (env: Record<string, string>) => configuredIssuers(loadConfig(env));
    expect(issuers({})).toEqual([]);
    expect(issuers({ OIDC_ISSUER: 'https://a.example' })).toEqual([{ issuer: 'https://a.example' }]);
    expect(issuers({ OIDC_ISSUER: 'https://a.example', OIDC_JWKS_URI: 'https://a.example/k' })).toEqual([
      { issuer: 'https://a.example', jwksUri: 'https://a.example/k' },
    ]);
  });

  it('have the rules beside the list where they say nothing else', async () => {
    const general = { ...RULES, audience: 'urn:general', maxAge: HOUR };
    const issuers = openIssuers([of(staff), of(partners, { audience: 'urn:own' })], general, silentLog());
    expect(issuers.get(staff.issuer)?.rules).toEqual({ ...pick(general), audience: 'urn:general' });
    expect(issuers.get(partners.issuer)?.rules).toEqual({ ...pick(general), audience: 'urn:own' });
    await issuers.close();
  });
});

const pick = ({ algorithms, tokenType, leeway, maxAge }: typeof RULES) => ({ algorithms, tokenType, leeway, maxAge });
