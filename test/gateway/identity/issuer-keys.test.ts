import { describe, expect, it } from '@jest/globals';
import { createIssuerKeys } from '../../../gateway/identity/issuer-keys.ts';
import { verifyToken } from '../../../gateway/identity/verify-token.ts';
import { silentLog } from '../../../platform/log.ts';
import { HOUR, MINUTE, SECOND } from '../../../platform/time.ts';
import { type FakeIssuer, startIssuer } from '../../fakes/issuer.ts';
import { stock } from '../hospital.ts';
import { startGraph } from '../start-graph.ts';
import { RULES } from './issuers-under-clock.ts';

const now = () => Math.floor(Date.now() / 1000);

describe('the keys of the issuer', () => {
  /** Keys under a clock that stands still until it is moved. */
  const withClock = (keyIssuer: FakeIssuer, jwksUri?: string) => {
    let time = Date.now();
    const where = jwksUri === undefined ? {} : { jwksUri };
    const keys = createIssuerKeys({ issuer: keyIssuer.issuer, ...where }, silentLog(), () => time);
    return {
      keys,
      pass: (duration: number) => (time += duration),
      check: async (token: string) => (await verifyToken(token, keys, RULES)).facts,
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
    await expect(verifyToken(await own.mint(), keys, RULES)).rejects.toMatchObject({
      extensions: { code: 'IDENTITY_UNAVAILABLE' },
    });
    await keys.close();
  });
});

describe('a gateway that cannot check tokens', () => {
  it('says so with 503', async () => {
    await using own = await startIssuer();
    own.misbehave(500);
    await using other = await startGraph({ local: { stock }, options: { issuer: { issuer: own.issuer } } });
    const headers = { authorization: `Bearer ${await own.mint()}` };
    const answer = await other.ask('{ supplier { name } }', { headers });
    expect([answer.status, answer.body.errors?.[0]?.extensions.code]).toEqual([503, 'IDENTITY_UNAVAILABLE']);
    const ready = await fetch(`${other.url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'failing',
      dependencies: [{ name: 'issuer', status: 'failing' }],
    });
  });
});
