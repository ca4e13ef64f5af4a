import { errors, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import type { Config } from '../../platform/config.ts';
import { SECOND } from '../../platform/time.ts';
import type { TokenFacts } from './caller.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** Bytes. The largest token looked at. */
export const LONGEST_TOKEN = 8192;

export type TokenRules = Pick<Config['identity'], 'algorithms' | 'audience' | 'leeway'>;

/**
 * Checks an access token and says who calls (RFC 9068 section 4, RFC 8725).
 *
 * Signature by a key of the issuer and an algorithm of the list; issuer and audience exactly as configured; expiry,
 * issue time, subject and client present. Keys and addresses named in the token itself are not looked at.
 *
 * @throws whatever is wrong with it, for the log; IDENTITY_UNAVAILABLE when there are no keys to check it with
 */
export const verifyToken = async (token: string, keys: IssuerKeys, rules: TokenRules): Promise<VerifiedToken> => {
  const { payload, protectedHeader } = await verify(token, keys, {
    issuer: keys.issuer,
    audience: rules.audience,
    algorithms: [...rules.algorithms],
    requiredClaims: ['exp', 'iat', 'sub'],
    clockTolerance: rules.leeway / SECOND,
    // Only to have the issue time checked against the future: how old is too old, the expiry says.
    maxTokenAge: OLDEST,
  });
  if (!TYPES.has(normalized(protectedHeader.typ))) throw new ClaimError('typ');
  return { facts: factsOf(payload, keys.issuer), expires: (payload.exp ?? 0) * SECOND };
};

export interface VerifiedToken {
  readonly facts: TokenFacts;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

const OLDEST = Number.MAX_SAFE_INTEGER;

/** `JWT` is what most issuers still write; the media type of RFC 9068 tells an access token from an ID token. */
const TYPES: ReadonlySet<string> = new Set(['at+jwt', 'jwt']);

const normalized = (typ: unknown): string =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';

/** Two keys of one name are tried in turn, which is what RFC 7517 section 4.5 leaves to the reader. */
const verify = async (token: string, { getKey }: IssuerKeys, options: JWTVerifyOptions): Promise<JWTVerifyResult> => {
  try {
    return await jwtVerify(token, getKey, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (next) {
        if (!(next instanceof errors.JWSSignatureVerificationFailed)) throw next;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
};

export class ClaimError extends Error {
  constructor(claim: string) {
    super(`unusable ${claim}`);
    this.name = 'ClaimError';
  }
}

const factsOf = (payload: JWTPayload, issuer: string): TokenFacts => {
  const claims = new Map<string, unknown>(Object.entries(payload));
  return {
    issuer,
    subject: name(claims.get('sub'), 'sub'),
    client: name(claims.get('client_id') ?? claims.get('azp'), 'client_id'),
    scopes: claims.has('scope') ? spaced(claims.get('scope'), 'scope') : list(claims.get('scp') ?? [], 'scp'),
    facilities: facilitiesOf(claims.get('facilities') ?? []),
  };
};

const facilitiesOf = (claim: unknown): readonly string[] =>
  typeof claim === 'string' ? spaced(claim, 'facilities') : list(claim, 'facilities');

const name = (claim: unknown, of: string): string => {
  if (typeof claim !== 'string' || claim === '') throw new ClaimError(of);
  return claim;
};

/** RFC 6749 section 3.3: one space between two of them. Other white space is part of a name. */
const spaced = (claim: unknown, of: string): readonly string[] => {
  if (typeof claim !== 'string') throw new ClaimError(of);
  return claim.split(' ').filter((part) => part !== '');
};

const list = (claim: unknown, of: string): readonly string[] => {
  if (!Array.isArray(claim) || !claim.every((part) => typeof part === 'string' && part !== ''))
    throw new ClaimError(of);
  return claim as string[];
};
