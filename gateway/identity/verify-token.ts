import { errors, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import type { Config } from '../../platform/config.ts';
import { SECOND } from '../../platform/time.ts';
import type { TokenFacts } from './caller.ts';
import { type Confirmation, readConfirmation } from './confirmation.ts';
import type { IssuerKeys } from './issuer-keys.ts';

/** Bytes. The largest token looked at. */
export const LONGEST_TOKEN = 8192;

/** What a token of an issuer has to be like. */
export interface TokenRules extends Pick<Config['identity'], 'algorithms' | 'tokenType' | 'leeway' | 'maxAge'> {
  /** One of them has to be among those the token names. */
  readonly audience: string | readonly string[];
}

/**
 * Checks an access token and says who calls (RFC 9068 sections 2.2 and 4, RFC 8725).
 *
 * Signature by a key of the issuer and an algorithm of the list; type, issuer and audience exactly as the rules say;
 * expiry, issue time, id, subject and client present. Keys and addresses named in the token itself are not looked at. An
 * ID token is none, whatever it calls itself.
 *
 * @throws whatever is wrong with it, for the log; IDENTITY_UNAVAILABLE when there are no keys to check it with
 */
export const verifyToken = async (token: string, keys: IssuerKeys, rules: TokenRules): Promise<VerifiedToken> => {
  const { payload, protectedHeader } = await verify(token, keys, {
    issuer: keys.issuer,
    audience: [rules.audience].flat(),
    algorithms: [...rules.algorithms],
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
    clockTolerance: rules.leeway / SECOND,
    // Has the issue time checked against the future as well.
    maxTokenAge: rules.maxAge / SECOND,
  });
  if (!TYPES[rules.tokenType].has(normalized(protectedHeader.typ))) throw new ClaimError('typ');
  refuseIdToken(payload);
  const facts = factsOf(payload, keys.issuer, rules);
  const lasts = Math.min((payload.exp ?? 0) * SECOND, (payload.iat ?? 0) * SECOND + rules.maxAge);
  return { facts, until: lasts + rules.leeway };
};

export interface VerifiedToken {
  readonly facts: TokenFacts;
  /** Milliseconds since the epoch: from then on it is refused. */
  readonly until: number;
}

/** `JWT` is what many issuers still write; the media type of RFC 9068 tells an access token from an ID token. */
const TYPES: Readonly<Record<TokenRules['tokenType'], ReadonlySet<string>>> = {
  'at+jwt': new Set(['at+jwt']),
  jwt: new Set(['at+jwt', 'jwt']),
};

const normalized = (typ: unknown): string =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';

/** OpenID Connect Core sections 2 and 3.3.2.11. An access token has none of these. */
const OF_ID_TOKENS = ['nonce', 'at_hash', 'c_hash'];

/** What Keycloak calls an access token in its claims; it writes `ID`, `Refresh` or `Logout` for others. */
const BEARERS: readonly unknown[] = [undefined, 'Bearer', 'DPoP'];

const refuseIdToken = (payload: JWTPayload): void => {
  for (const claim of OF_ID_TOKENS) if (payload[claim] !== undefined) throw new ClaimError(claim);
  if (!BEARERS.includes(payload['typ'])) throw new ClaimError('typ');
};

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

/**
 * Who a checked token speaks of. The client is `client_id`; `azp`, where the rules allow for issuers of before RFC 9068.
 *
 * @throws ClaimError for a claim that is missing, or not of its type
 */
export const factsOf = (
  payload: Readonly<Record<string, unknown>>,
  issuer: string,
  { tokenType }: Pick<TokenRules, 'tokenType'>,
): TokenFacts => {
  // Not by property: a claim may be called `constructor`.
  const claims = new Map<string, unknown>(Object.entries(payload));
  const issuedAt = claims.get('iat');
  return {
    issuer,
    subject: name(claims.get('sub'), 'sub'),
    client: name(claims.get('client_id') ?? (tokenType === 'jwt' ? claims.get('azp') : undefined), 'client_id'),
    scopes: claims.has('scope') ? spaced(claims.get('scope'), 'scope') : list(claims.get('scp') ?? [], 'scp'),
    facilities: facilitiesOf(claims.get('facilities') ?? []),
    ...(claims.has('jti') ? { id: name(claims.get('jti'), 'jti') } : {}),
    ...(typeof issuedAt === 'number' ? { issuedAt: issuedAt * SECOND } : {}),
    ...(claims.has('cnf') ? { confirmation: confirmationOf(claims.get('cnf')) } : {}),
  };
};

const confirmationOf = (claim: unknown): Confirmation => {
  const confirmation = readConfirmation(claim);
  if (confirmation === undefined) throw new ClaimError('cnf');
  return confirmation;
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
