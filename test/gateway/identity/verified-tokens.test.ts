import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HOUR, MINUTE, SECOND } from '../../../platform/time.ts';
import { type FakeIssuer, startIssuer } from '../../fakes/issuer.ts';
import { fixed, RULES, withClock } from './issuers-under-clock.ts';

let issuer: FakeIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(async () => {
  await issuer.stop();
});

const now = () => Math.floor(Date.now() / 1000);

describe('a token that was accepted before', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Has the time of day stand still; timers go on. */
  const standStill = (): number => {
    const moment = Math.floor(Date.now() / SECOND) * SECOND;
    jest.useFakeTimers({ now: moment, doNotFake: [...ALL_BUT_DATE] });
    return moment;
  };

  it('is not checked again', async () => {
    const { identify } = fixed(issuer);
    const token = await issuer.mint({ scopes: ['audit'] });
    const identity = await identify(token);
    expect(identity.client).toMatchObject({ id: 'ward-app' });
    expect(identify(token)).toBe(identity);
    expect(Object.isFrozen(identity.as(undefined))).toBe(true);
  });

  it('is not accepted once it has expired, to the millisecond', async () => {
    const moment = standStill();
    const { identify } = fixed(issuer);
    const token = await issuer.mint({ claims: { iat: moment / SECOND, exp: moment / SECOND + 60 } });
    const identity = await identify(token);
    jest.setSystemTime(moment + 60 * SECOND + RULES.leeway - 1);
    expect(identify(token)).toBe(identity);
    jest.setSystemTime(moment + 60 * SECOND + RULES.leeway);
    await expect(identify(token)).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    await expect(identify(token)).rejects.toThrow();
  });

  it('is not accepted for less than it is valid', async () => {
    const moment = standStill();
    const { identify } = fixed(issuer);
    const token = await issuer.mint({ claims: { iat: moment / SECOND - 120, exp: moment / SECOND - 1 } });
    const identity = await identify(token);
    expect(identify(token)).toBe(identity);
    jest.setSystemTime(moment - SECOND + RULES.leeway);
    await expect(identify(token)).rejects.toThrow();
  });

  it('says nothing for another token, however much they are alike', async () => {
    const { identify } = fixed(issuer);
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
    const { identify } = fixed(issuer);
    const claims = { jti: 'one' };
    const [one, other] = [await issuer.mint({ claims }), await issuer.mint({ claims })];
    expect(one).not.toBe(other);
    const [first, second] = [await identify(one), await identify(other)];
    expect(first?.as(undefined)).toEqual(second?.as(undefined));
    expect(first).not.toBe(second);
  });

  it('stays accepted when the keys are fetched again and are the same', async () => {
    await using own = await startIssuer();
    await using clocked = withClock({ issuer: own.issuer });
    const { identify, pass, fetched } = clocked;
    await fetched(own, 1);
    const token = await own.mint({ claims: { exp: now() + 7200 } });
    const identity = await identify(token);
    pass(11 * MINUTE);
    expect(identify(token)).toBe(identity);
    await fetched(own, 2);
    expect(identify(token)).toBe(identity);
  });

  it('is not accepted once the issuer has withdrawn its key, and that has been noticed', async () => {
    await using own = await startIssuer();
    await using clocked = withClock({ issuer: own.issuer });
    const { identify, pass, fetched } = clocked;
    await fetched(own, 1);
    const token = await own.mint({ claims: { exp: now() + 7200 } });
    const identity = await identify(token);
    await own.rotate();
    // Noticed behind a request, without a token that nobody knows.
    expect(identify(token)).toBe(identity);
    pass(11 * MINUTE);
    expect(identify(token)).toBe(identity);
    await fetched(own, 2);
    await expect(identify(token)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  it('is not accepted once another token has brought other keys', async () => {
    await using own = await startIssuer();
    await using clocked = withClock({ issuer: own.issuer });
    const { identify, pass, fetched } = clocked;
    await fetched(own, 1);
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
  });

  it('is not accepted under keys of the same name that are others', async () => {
    await using own = await startIssuer();
    await using stranger = await startIssuer();
    await expect(fixed(own, stranger.keySet()).identify(await own.mint())).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  it('is not accepted when there are no keys to be trusted any more', async () => {
    await using own = await startIssuer();
    await using clocked = withClock({ issuer: own.issuer });
    const { identify, pass, fetched } = clocked;
    await fetched(own, 1);
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
