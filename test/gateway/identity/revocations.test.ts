import { describe, expect, it } from '@jest/globals';
import { followRevocations, type RevocationRules } from '../../../gateway/identity/revocations.ts';
import type { AccessFeed, Revocation } from '../../../platform/access/feed.ts';
import { memoryFeed } from '../../../platform/access/memory-feed.ts';
import { codeOf } from '../../../platform/errors.ts';
import { HOUR, SECOND } from '../../../platform/time.ts';

const ISSUER = 'https://login.example';
const NOON = Date.parse('2026-11-21T12:00:00Z');
const RULES: RevocationRules = { leeway: 5 * SECOND, onFeedLost: 'keep', feedLostAfter: 30 * SECOND };

const token = { issuer: ISSUER, subject: 'nurse-17', client: 'ward-app', id: 't-1', issuedAt: NOON - HOUR };

const revoked = (what: Revocation['what'], value: string, over: Partial<Revocation> = {}): Revocation => ({
  kind: 'revoked',
  what,
  issuer: ISSUER,
  value,
  ...(what === 'token' ? {} : { issuedBefore: NOON }),
  until: NOON + HOUR,
  ...over,
});

/** What is revoked, by a clock that stands still until it is moved. */
const following = (rules: Partial<RevocationRules> = {}) => {
  let time = NOON;
  const clock = () => time;
  let asOf: number | undefined = NOON;
  const feed: AccessFeed = { ...memoryFeed(clock), asOf: () => asOf };
  return {
    feed,
    revocations: followRevocations(feed, { ...RULES, ...rules }, clock),
    pass: (duration: number) => {
      time += duration;
    },
    hearUpTo: (moment: number | undefined) => {
      asOf = moment;
    },
  };
};

describe('what is revoked', () => {
  it.each([
    ['the token', revoked('token', 't-1')],
    ['its subject', revoked('subject', 'nurse-17')],
    ['its client', revoked('client', 'ward-app')],
    ['its issuer', revoked('issuer', ISSUER)],
  ])('reaches a token by %s', async (_name, entry) => {
    const { feed, revocations } = following();
    expect(revocations.has(token)).toBe(false);
    await feed.publish(entry);
    expect(revocations.has(token)).toBe(true);
  });

  it.each([
    ['another token', revoked('token', 't-2')],
    ['another subject', revoked('subject', 'nurse-18')],
    ['another client', revoked('client', 'stock-app')],
    ['the same subject at another issuer', revoked('subject', 'nurse-17', { issuer: 'https://other.example' })],
    ['a subject that is called like the client', revoked('subject', 'ward-app')],
    ['a token that is called like the subject', revoked('token', 'nurse-17')],
    ['what was issued before it', revoked('subject', 'nurse-17', { issuedBefore: NOON - 2 * HOUR })],
    ['nothing any more', revoked('token', 't-1', { until: NOON })],
  ])('leaves it alone when it is %s', async (_name, entry) => {
    const { feed, revocations } = following();
    await feed.publish(entry);
    expect(revocations.has(token)).toBe(false);
  });

  it('lets who is meant sign in again, once the clocks cannot have been confused', async () => {
    const { feed, revocations } = following();
    await feed.publish(revoked('subject', 'nurse-17'));
    expect(revocations.has({ ...token, issuedAt: NOON + 4 * SECOND })).toBe(true);
    expect(revocations.has({ ...token, issuedAt: NOON + 5 * SECOND })).toBe(false);
  });

  it('reaches a token that does not say when it was issued', async () => {
    const { feed, revocations } = following();
    await feed.publish(revoked('client', 'ward-app'));
    const { issuer, subject, client } = token;
    expect(revocations.has({ issuer, subject, client })).toBe(true);
  });

  it('is never taken back by a weaker entry about the same', async () => {
    const { feed, revocations, pass } = following();
    await feed.publish(revoked('subject', 'nurse-17'));
    await feed.publish(revoked('subject', 'nurse-17', { issuedBefore: NOON - 2 * HOUR, until: NOON + SECOND }));
    expect(revocations.has(token)).toBe(true);
    pass(2 * SECOND);
    expect(revocations.has(token)).toBe(true);
  });

  it('ends when no such token would be valid any more', async () => {
    const { feed, revocations, pass } = following();
    await feed.publish(revoked('token', 't-1'));
    pass(HOUR);
    expect(revocations.has(token)).toBe(false);
  });

  it('is known to who follows later', async () => {
    const { feed } = following();
    await feed.publish(revoked('token', 't-1'));
    expect(followRevocations(feed, RULES, () => NOON).has(token)).toBe(true);
  });
});

describe('when nothing is heard any more', () => {
  it('goes on with what is known, where that is wanted', async () => {
    const { feed, revocations, pass } = following();
    await feed.publish(revoked('token', 't-1', { until: NOON + 100 * HOUR }));
    pass(24 * HOUR);
    expect(revocations.has(token)).toBe(true);
    expect(revocations.has({ ...token, id: 't-2' })).toBe(false);
  });

  it('refuses everything after a time, where that is wanted, until something is heard again', () => {
    const { revocations, pass, hearUpTo } = following({ onFeedLost: 'refuse' });
    pass(30 * SECOND);
    expect(revocations.has(token)).toBe(false);
    pass(1);
    expect(() => revocations.has(token)).toThrow(expect.objectContaining({ extensions: expect.anything() }));
    expect(revocations.health()).toMatchObject({ status: 'failing', code: 'IDENTITY_UNAVAILABLE' });
    hearUpTo(NOON + 30 * SECOND);
    expect(revocations.has(token)).toBe(false);
  });

  it('counts from its own start where nothing has ever been heard', () => {
    const { revocations, pass, hearUpTo } = following({ onFeedLost: 'refuse' });
    hearUpTo(undefined);
    expect(revocations.has(token)).toBe(false);
    pass(31 * SECOND);
    let code = '';
    try {
      revocations.has(token);
    } catch (error) {
      code = codeOf(error);
    }
    expect(code).toBe('IDENTITY_UNAVAILABLE');
  });
});
