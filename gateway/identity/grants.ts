import type { AccessFeed, Grant } from '../../platform/access/feed.ts';
import type { TokenFacts } from './caller.ts';

/** Who may break the glass at the moment. */
export interface Grants {
  /** The grant that holds for the bearer of a token, of several the one that ends last. */
  of(token: Pick<TokenFacts, 'issuer' | 'subject' | 'client'>): Grant | undefined;
}

/** Follows the feed for as long as that is open. What has not been heard of gives nobody anything. */
export const followGrants = (feed: AccessFeed, clock: () => number = Date.now): Grants => {
  const grants = new Map<string, Grant>();
  const ended = new Map<string, number>();
  feed.subscribe((entry) => {
    const now = clock();
    for (const [id, { until }] of grants) if (until <= now) grants.delete(id);
    for (const [id, until] of ended) if (until <= now) ended.delete(id);
    if (entry.kind === 'revoked' || entry.until <= now) return;
    // The end may be heard of before the beginning, and the beginning again after it.
    if (entry.kind === 'ended') ended.set(entry.id, entry.until);
    else grants.set(entry.id, entry);
    if (ended.has(entry.id)) grants.delete(entry.id);
  });
  return {
    of: ({ issuer, subject, client }) => {
      const now = clock();
      let found: Grant | undefined;
      for (const grant of grants.values()) {
        const isTheirs = grant.issuer === issuer && grant.subject === subject && grant.client === client;
        if (isTheirs && grant.until > now && grant.until > (found?.until ?? 0)) found = grant;
      }
      return found;
    },
  };
};
