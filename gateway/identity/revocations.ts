import type { AccessFeed, Revocation } from '../../platform/access/feed.ts';
import type { Config } from '../../platform/config.ts';
import { fail } from '../../platform/errors.ts';
import type { DependencyHealth } from '../../platform/subgraph.ts';
import { MINUTE } from '../../platform/time.ts';
import type { TokenFacts } from './caller.ts';

/** Valid tokens that are refused. */
export interface Revocations {
  /**
   * Asked with every request, however well the token is known: a few look-ups, nothing to wait for.
   *
   * @throws IDENTITY_UNAVAILABLE when what is revoked has not been heard for longer than the configuration bears
   */
  has(token: Pick<TokenFacts, 'issuer' | 'subject' | 'client' | 'id' | 'issuedAt'>): boolean;
  health(): DependencyHealth;
}

export type RevocationRules = Pick<Config['identity'], 'leeway' | 'onFeedLost' | 'feedLostAfter'>;

/** Follows the feed for as long as that is open. */
export const followRevocations = (
  feed: AccessFeed,
  { leeway, onFeedLost, feedLostAfter }: RevocationRules,
  clock: () => number = Date.now,
): Revocations => {
  const issuers = new Map<string, OfIssuer>();
  const began = clock();
  let cleanedAt = began;
  feed.subscribe((entry) => {
    if (entry.kind !== 'revoked' || entry.until <= clock()) return;
    const known = issuers.get(entry.issuer) ?? emptyIssuer();
    issuers.set(entry.issuer, known);
    note(known, entry);
    if (clock() - cleanedAt < CLEAN_EVERY) return;
    cleanedAt = clock();
    for (const one of issuers.values()) clean(one, cleanedAt);
  });
  const isLost = (): boolean => onFeedLost === 'refuse' && clock() - (feed.asOf() ?? began) > feedLostAfter;

  return {
    has: ({ issuer, subject, client, id, issuedAt }) => {
      if (isLost()) throw fail('IDENTITY_UNAVAILABLE');
      const known = issuers.get(issuer);
      if (known === undefined) return false;
      const now = clock();
      // A token that does not say when it was issued may always have been issued before.
      const issued = (issuedAt ?? -Infinity) - leeway;
      const reaches = (held: Held | undefined): boolean =>
        held !== undefined && held.until > now && issued < held.issuedBefore;
      return (
        (id !== undefined && reaches(known.token.get(id))) ||
        reaches(known.subject.get(subject)) ||
        reaches(known.client.get(client)) ||
        reaches(known.issuer.get(issuer))
      );
    },
    health: () => {
      const health = feed.health();
      return isLost() ? { ...health, status: 'failing', code: 'IDENTITY_UNAVAILABLE' } : health;
    },
  };
};

const CLEAN_EVERY = 10 * MINUTE;

/** What is revoked of one issuer's tokens, by what was named. */
type OfIssuer = Readonly<Record<Revocation['what'], Map<string, Held>>>;

interface Held {
  readonly issuedBefore: number;
  readonly until: number;
}

const emptyIssuer = (): OfIssuer => ({ token: new Map(), subject: new Map(), client: new Map(), issuer: new Map() });

/** Of two about the same, what either says holds: none takes another back. */
const note = (known: OfIssuer, { what, value, issuedBefore = Infinity, until }: Revocation): void => {
  const before = known[what].get(value);
  known[what].set(value, {
    issuedBefore: Math.max(issuedBefore, before?.issuedBefore ?? -Infinity),
    until: Math.max(until, before?.until ?? 0),
  });
};

const clean = (known: OfIssuer, now: number): void => {
  for (const held of Object.values(known)) for (const [value, { until }] of held) if (until <= now) held.delete(value);
};
