import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from '../../../platform/secret.ts';
import { SECOND } from '../../../platform/time.ts';
import { type FakeIssuer, type Introspected, startIssuer, type Trouble } from '../../fakes/issuer.ts';
import { stock } from '../hospital.ts';
import { codes, startGraph } from '../start-graph.ts';
import { PATIENT, withClock } from './issuers-under-clock.ts';

let issuer: FakeIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => {
  await issuer.stop();
});
beforeEach(() => {
  issuer.misbehave(undefined);
});

const asking = (introspection = issuer.introspection) =>
  withClock({ issuer: issuer.issuer, keys: issuer.keySet(), introspection });

const questionsAbout = (token: string): number => issuer.questions.filter((asked) => asked === token).length;

const seconds = (ahead: number): number => Math.floor(Date.now() / SECOND) + ahead;

const UNAVAILABLE = { extensions: { code: 'IDENTITY_UNAVAILABLE' } };

describe('a token that is no JWT', () => {
  it('is asked about once, by any number of requests, and then known', async () => {
    await using clocked = asking();
    const token = issuer.opaque({ scope: 'stock:read audit', facilities: ['north'] });
    const callers = await Promise.all(Array.from({ length: 20 }, async () => clocked.identify(token)));
    expect(callers[0]?.as(undefined)).toMatchObject({ subject: 'nurse-17', client: 'ward-app', facilities: ['north'] });
    expect([...(callers[0]?.as(undefined).scopes ?? [])]).toEqual(['audit', 'stock:read']);
    expect(clocked.identify(token)).not.toBeInstanceOf(Promise);
    expect(questionsAbout(token)).toBe(1);
  });

  it('is asked about again after half a minute, and refused when it is no longer active', async () => {
    await using clocked = asking();
    const token = issuer.opaque();
    await clocked.identify(token);
    issuer.answerAbout(token, { active: false });
    clocked.pass(29 * SECOND);
    expect(clocked.identify(token)).not.toBeInstanceOf(Promise);
    clocked.pass(2 * SECOND);
    await expect(clocked.identify(token)).rejects.toThrow('unusable active');
    expect(questionsAbout(token)).toBe(2);
  });

  it('is not known for longer than it lasts', async () => {
    await using clocked = asking();
    const token = issuer.opaque({ exp: seconds(10) });
    await clocked.identify(token);
    clocked.pass(11 * SECOND);
    // Within the leeway it is good, and has to be asked about each time.
    for (let time = 0; time < 2; time++) await clocked.identify(token);
    expect(questionsAbout(token)).toBe(3);
    clocked.pass(5 * SECOND);
    await expect(clocked.identify(token)).rejects.toThrow('unusable exp');
  });

  it('that is refused is not asked about again for half a minute', async () => {
    await using clocked = asking();
    for (let time = 0; time < 5; time++) await expect(clocked.identify('invented')).rejects.toThrow('unusable active');
    expect(questionsAbout('invented')).toBe(1);
    clocked.pass(31 * SECOND);
    await expect(clocked.identify('invented')).rejects.toThrow();
    expect(questionsAbout('invented')).toBe(2);
  });

  const unusable: readonly (readonly [string, Introspected])[] = [
    ['aud', { aud: undefined }],
    ['aud', { aud: 'urn:other' }],
    ['iss', { iss: 'https://elsewhere.example' }],
    ['token_type', { token_type: 'mac' }],
    ['sub', { sub: undefined }],
    ['client_id', { client_id: undefined }],
    ['client_id', { client_id: undefined, azp: 'ward-app' }],
    ['exp', { exp: seconds(-60) }],
    ['exp', { exp: 'tomorrow' }],
    ['nbf', { nbf: seconds(600) }],
    ['iat', { iat: seconds(600), nbf: 0 }],
    ['iat', { iat: seconds(-25 * 3600) }],
    ['jti', { jti: 7 }],
    ['scope', { scope: ['stock:read'] }],
    ['facilities', { facilities: 3 }],
  ];

  it.each(unusable)('is refused for its %s: %j', async (claim, answer) => {
    await using clocked = asking();
    await expect(clocked.identify(issuer.opaque(answer))).rejects.toThrow(`unusable ${claim}`);
  });

  it.each([
    ['without an id and times', { jti: undefined, exp: undefined, iat: undefined }],
    ['of the type bearer', { token_type: 'bearer' }],
    ['that does not name its issuer', { iss: undefined }],
    ['for several audiences', { aud: ['urn:other', 'urn:caregraph'] }],
  ])('is accepted %s', async (_name, answer) => {
    await using clocked = asking();
    await expect(clocked.identify(issuer.opaque(answer))).resolves.toMatchObject({ client: { id: 'ward-app' } });
  });

  it('is refused, and nobody asked, where no issuer says where', async () => {
    await using clocked = withClock({ issuer: issuer.issuer, keys: issuer.keySet() });
    const token = issuer.opaque();
    await expect(clocked.identify(token)).rejects.toThrow('unusable form');
    expect(questionsAbout(token)).toBe(0);
  });
});

describe('a token that looks like a JWT', () => {
  it('is never asked about, whatever is wrong with it', async () => {
    await using clocked = asking();
    const before = issuer.questions.length;
    const good = await issuer.mint();
    await using stranger = await startIssuer();
    for (const token of [await stranger.mint(), await issuer.mint({ header: { kid: 'none' } }), `${good}x`])
      await expect(clocked.identify(token)).rejects.toThrow();
    await expect(clocked.identify(good)).resolves.toMatchObject({ client: { id: 'ward-app' } });
    expect(issuer.questions.length).toBe(before);
  });
});

describe('an issuer that does not answer about tokens', () => {
  const troubles: readonly Trouble[] = [500, 401, 'garbage', 'huge', 'redirect', 'empty'];

  it.each(troubles)('makes no token bad, and those known go on: %s', async (trouble) => {
    await using clocked = asking();
    const [known, other] = [issuer.opaque(), issuer.opaque()];
    await clocked.identify(known);
    if (trouble === 'empty') issuer.answerAbout(other, {});
    else issuer.misbehave(trouble);
    await expect(clocked.identify(other)).rejects.toMatchObject(UNAVAILABLE);
    expect(clocked.identify(known)).not.toBeInstanceOf(Promise);
    expect(clocked.issuers.introspection?.health()).toEqual({
      name: 'issuer:introspection',
      status: 'degraded',
      code: 'IDENTITY_UNAVAILABLE',
    });
    issuer.misbehave(undefined);
    issuer.answerAbout(other, { active: false });
    clocked.pass(2 * SECOND);
    await expect(clocked.identify(other)).rejects.toThrow('unusable active');
    expect(clocked.issuers.introspection?.health().status).toBe('ok');
  });

  it('is left alone for a second', async () => {
    await using clocked = asking();
    issuer.misbehave(500);
    await expect(clocked.identify(issuer.opaque())).rejects.toMatchObject(UNAVAILABLE);
    issuer.misbehave(undefined);
    const token = issuer.opaque();
    await expect(clocked.identify(token)).rejects.toMatchObject(UNAVAILABLE);
    expect(questionsAbout(token)).toBe(0);
  });

  it('is not who refused, when it does not know us', async () => {
    await using clocked = asking({ ...issuer.introspection, secret: new Secret('wrong') });
    await expect(clocked.identify(issuer.opaque())).rejects.toMatchObject(UNAVAILABLE);
  });

  it('is not asked more than it can be waited for', async () => {
    const clocked = asking();
    issuer.misbehave('hang');
    let ended = 0;
    const waiting = Array.from({ length: 64 }, async () => {
      await expect(clocked.identify(issuer.opaque())).rejects.toMatchObject(UNAVAILABLE);
      ended += 1;
    });
    await expect(clocked.identify(issuer.opaque())).rejects.toMatchObject(UNAVAILABLE);
    expect(ended).toBe(0);
    await clocked.issuers.close();
    await Promise.all(waiting);
    expect(ended).toBe(64);
  });
});

describe('a gateway that asks about tokens', () => {
  it('answers 200, 401 and 503, as it is told', async () => {
    const options = { issuer: { issuer: issuer.issuer, keys: issuer.keySet(), introspection: issuer.introspection } };
    await using graph = await startGraph({ local: { stock }, server: PATIENT, options });
    const ask = (token: string) =>
      graph.ask('{ supplier { name } }', { headers: { authorization: `Bearer ${token}` } });
    const good = issuer.opaque();
    expect((await ask(good)).status).toBe(200);
    const refused = await ask('invented');
    expect([refused.status, codes(refused)]).toEqual([401, ['UNAUTHENTICATED']]);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    issuer.misbehave(500);
    const unknown = await ask(issuer.opaque());
    expect([unknown.status, codes(unknown)]).toEqual([503, ['IDENTITY_UNAVAILABLE']]);
    expect(unknown.headers.get('www-authenticate')).toBeNull();
    expect((await ask(good)).status).toBe(200);
    const ready = await fetch(`${graph.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      dependencies: [
        { name: 'issuer', status: 'ok' },
        { name: 'issuer:introspection', status: 'degraded' },
      ],
    });
  });
});
