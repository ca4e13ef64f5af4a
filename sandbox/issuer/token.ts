import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { HOUR, SECOND } from '../../platform/time.ts';
import { ALGORITHM, type IssuerKeys } from './keys.ts';

/**
 * Issuer identifier of every development token. A name and not an address: the key set's port changes from start to
 * start, and a token printed before a restart is to work after it.
 */
export const DEVELOPMENT_ISSUER = 'urn:caregraph:development';

export interface TokenRequest {
  /** The application, `client_id`. */
  readonly client: string;
  /** The person or service account, `sub`. Unset: the client itself (RFC 9068 section 2.2). */
  readonly subject?: string;
  readonly scopes: readonly string[];
  /** Facility codes. Empty means none. */
  readonly facilities: readonly string[];
  readonly audience: string;
  /** Milliseconds; 12 hours when unset. */
  readonly lifetime?: number;
}

const DEFAULT_LIFETIME = 12 * HOUR;

/** Makes a signed access token in the profile of RFC 9068. Scopes and facilities are taken as given, known or not. */
export const mintToken = (keys: IssuerKeys, request: TokenRequest, now: number = Date.now()): Promise<string> => {
  const { client, subject = client, scopes, facilities, audience, lifetime = DEFAULT_LIFETIME } = request;
  return new SignJWT({
    client_id: client,
    // A scope has at least one token (RFC 6749 section 3.3), so a caller without any has no such claim.
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    facilities: [...facilities],
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: keys.keyId })
    .setIssuer(DEVELOPMENT_ISSUER)
    .setAudience(audience)
    .setSubject(subject)
    .setIssuedAt(Math.floor(now / SECOND))
    .setExpirationTime(Math.floor((now + lifetime) / SECOND))
    .setJti(randomUUID())
    .sign(keys.privateKey);
};
