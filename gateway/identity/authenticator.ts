import { hash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Clients } from '../../policies/clients.ts';
import { type Caller, callerOf } from './caller.ts';
import type { Issuers } from './issuers.ts';
import { ClaimError, type VerifiedToken, verifyToken } from './verify-token.ts';

/** Says who the bearer of a token is. */
export interface Authenticator {
  /**
   * @throws whatever is wrong with it, for the log; IDENTITY_UNAVAILABLE when it cannot be told good or bad at the moment,
   *   and FORBIDDEN when it is good and its client is not registered
   */
  identify(token: string): Promise<Caller> | Caller;
}

const MOST_TOKENS = 10_000;

/**
 * Checks each token once, for as long as it is valid and the keys of its issuer and the register of clients stay what
 * they are: a signature takes longer to check than most requests take in all. Only digests of tokens are kept.
 *
 * Which issuer a token is of is read from the token itself, and everything else is then that issuer's to say. A token that
 * is no JWT is asked about, where there is somebody to ask.
 */
export const createAuthenticator = (
  issuers: Issuers,
  clients: () => Clients,
  clock: () => number = Date.now,
): Authenticator => {
  const verified = new LRUCache<string, Verified>({ max: MOST_TOKENS });

  const verify = async (token: string, digest: string): Promise<Caller> => {
    const source = sourceOf(token, digest);
    const edition = source.edition();
    const { facts, until } = await source.check();
    const register = clients();
    const caller = callerOf(facts, register);
    // Other keys may have come in the meantime, and it is not known with which it was checked.
    if (edition !== undefined && edition === source.edition())
      verified.set(digest, { caller, until, register, edition, editionNow: source.edition });
    return caller;
  };

  const sourceOf = (token: string, digest: string): Source => {
    if (isJwt(token)) {
      const issuer = issuers.get(decodeJwt(token).iss);
      if (issuer === undefined) throw new ClaimError('iss');
      const { keys, rules } = issuer;
      return { edition: keys.edition, check: () => verifyToken(token, keys, rules) };
    }
    const { introspection } = issuers;
    if (introspection === undefined) throw new ClaimError('form');
    return { edition: () => introspection, check: () => introspection.ask(token, digest) };
  };

  return {
    identify: (token) => {
      const digest = hash('sha256', token, 'base64');
      const known = verified.get(digest);
      const isStillGood =
        known !== undefined &&
        known.until > clock() &&
        known.edition === known.editionNow() &&
        known.register === clients();
      return isStillGood ? known.caller : verify(token, digest);
    },
  };
};

/** Who says whether a token is good. */
interface Source {
  /** Another object as soon as it may say something else of tokens it has been asked about. */
  readonly edition: () => object | undefined;
  readonly check: () => Promise<VerifiedToken>;
}

interface Verified {
  readonly caller: Caller;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** The clients that were registered. */
  readonly register: Clients;
  /** The keys it was checked with. */
  readonly edition: object;
  readonly editionNow: () => object | undefined;
}

/** Three parts, the first of which is a header. Whatever looks like that is never asked about elsewhere. */
const isJwt = (token: string): boolean => {
  if (token.split('.').length !== 3) return false;
  try {
    decodeProtectedHeader(token);
    return true;
  } catch {
    return false;
  }
};
