import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clients } from '../../policies/clients.ts';
import { type Caller, callerOf } from './caller.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { type TokenRules, verifyToken } from './verify-token.ts';

/** Says who the bearer of a token is. */
export interface Authenticator {
  /**
   * @throws whatever is wrong with it, for the log; IDENTITY_UNAVAILABLE when there are no keys to check it with, and
   *   FORBIDDEN when it is good and its client is not registered
   */
  identify(token: string): Promise<Caller> | Caller;
}

const MOST_TOKENS = 10_000;

/**
 * Checks each token once, for as long as it is valid and the keys of the issuer stay what they are: a signature takes
 * longer to check than most requests take in all. Only digests of tokens are kept.
 */
export const createAuthenticator = (
  keys: IssuerKeys,
  rules: TokenRules,
  clients: Clients,
  clock: () => number = Date.now,
): Authenticator => {
  const verified = new LRUCache<string, Verified>({ max: MOST_TOKENS });
  const verify = async (token: string, digest: string): Promise<Caller> => {
    const edition = keys.edition();
    const { facts, expires } = await verifyToken(token, keys, rules);
    const caller = callerOf(facts, clients);
    // Other keys may have come in the meantime, and it is not known with which it was checked.
    if (edition !== undefined && edition === keys.edition())
      verified.set(digest, { caller, until: expires + rules.leeway, edition });
    return caller;
  };
  return {
    identify: (token) => {
      const digest = hash('sha256', token, 'base64');
      const known = verified.get(digest);
      const isStillGood = known !== undefined && known.until > clock() && known.edition === keys.edition();
      return isStillGood ? known.caller : verify(token, digest);
    },
  };
};

interface Verified {
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The keys it was checked with. */
  readonly edition: object;
}
