import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memoryFeed } from '../../platform/access/memory-feed.ts';
import { revokeThrough } from '../../scripts/access/revoke.ts';
import { type AccessOffice, startAccessOffice } from '../harness/access-office.ts';

describe('revoking from a command', () => {
  let office: AccessOffice;
  let url: string;
  const wish = () => ({ what: 'TOKEN', issuer: office.issuer.issuer, value: 'token-1', reason: 'stolen' }) as const;
  beforeAll(async () => {
    const feed = memoryFeed();
    office = await startAccessOffice(feed, [feed]);
    url = `${office.gateways[0]}/graphql`;
  });
  afterAll(async () => {
    await office?.[Symbol.asyncDispose]();
  });

  it('is done as whoever the token is of, and can be repeated by its key', async () => {
    const meant = await office.mint({ claims: { jti: 'token-1' } });
    const admin = await office.mint();
    const first = await revokeThrough(url, admin, wish());
    expect(first.passedOn).toBe(true);
    expect((await office.ask(0, meant, '{ __typename }')).status).toBe(401);
    const again = await revokeThrough(url, admin, { ...wish(), idempotencyKey: first.idempotencyKey });
    expect(again).toEqual(first);
  });

  it('says what the gateway says when it is refused', async () => {
    const nobody = await office.issuer.mint();
    await expect(revokeThrough(url, nobody, wish())).rejects.toThrow(/^UNAUTHORIZED_FIELD_OR_TYPE: /);
    await expect(revokeThrough(url, 'no token', wish())).rejects.toThrow(/^UNAUTHENTICATED: /);
    const reused = { ...wish(), idempotencyKey: 'k' };
    const admin = await office.mint();
    await revokeThrough(url, admin, reused);
    await expect(revokeThrough(url, admin, { ...reused, value: 'other' })).rejects.toThrow(/^IDEMPOTENCY_KEY_REUSED: /);
  });

  it('says how to repeat it when no answer came', async () => {
    await expect(
      revokeThrough('http://127.0.0.1:9/graphql', 'token', { ...wish(), idempotencyKey: 'k-7' }),
    ).rejects.toThrow(/k-7/);
  });
});
