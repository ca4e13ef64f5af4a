import { hash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWTPayload, jwtVerify, type JWTVerifyResult } from 'jose';
import type { Config } from '../../platform/config.ts';
import { SECOND } from '../../platform/time.ts';
import type { Nonces } from './nonces.ts';
import { PossessionError, type Presented } from './possession.ts';
import type { Replays } from './replays.ts';

/** Checks proofs that a client has the key its token is bound to (RFC 9449). */
export interface Dpop {
  /** @returns a nonce for the next proof, when the one used runs out. @throws PossessionError, IDENTITY_UNAVAILABLE */
  check(presented: Presented, jkt: string): Promise<string | undefined>;
}

/** Those a proof may be signed with: asymmetric ones, whatever the issuers sign their tokens with. */
export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'ES384', 'ES512', 'PS256', 'RS256', 'EdDSA'];

/** Bytes. Room for a key and a signature of RSA. */
const LONGEST_PROOF = 4096;

export interface DpopOptions {
  readonly rules: Pick<Config['identity'], 'leeway'> & Pick<Config['identity']['dpop'], 'window'>;
  readonly replays: Replays;
  /** Left out: proofs need none. */
  readonly nonces?: Nonces | undefined;
  readonly clock?: () => number;
}

/**
 * The twelve checks of RFC 9449 section 4.3, the use of a proof last: one that is refused for anything else can be sent
 * again when that is put right.
 */
export const createDpop = ({ rules, replays, nonces, clock = Date.now }: DpopOptions): Dpop => ({
  check: async (presented, jkt) => {
    const proof = onlyProof(presented);
    const { payload, protectedHeader } = await verified(proof, rules, clock());
    if (payload['htm'] !== presented.request.method) throw refused('htm');
    if (normalized(payload['htu']) !== normalized(presented.url)) throw refused('htu');
    if (payload['ath'] !== hash('sha256', presented.token, 'base64url')) throw refused('ath');
    if ((await calculateJwkThumbprint(protectedHeader.jwk ?? {})) !== jkt) throw refused('another key');
    const next = nextNonce(payload, nonces);
    const { jti } = payload;
    if (typeof jti !== 'string' || jti === '') throw refused('jti');
    // A proof made a little ahead of our time is good for that much longer.
    const used = await replays.note(`${jkt}.${jti}`, rules.window + 2 * rules.leeway);
    if (used === 'again') throw refused('replay');
    return next;
  },
});

const refused = (reason: string): PossessionError =>
  new PossessionError('invalid_dpop_proof', `proof: ${reason}`, 'DPoP');

/** Node joins headers of one name with a comma, which no proof holds. */
const onlyProof = ({ request }: Presented): string => {
  const given = request.headers['dpop'];
  if (typeof given !== 'string') throw refused('missing');
  if (given.length > LONGEST_PROOF) throw refused('too long');
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(given)) throw refused('form');
  return given;
};

/** Members of a key that only its owner has (RFC 7518 section 6). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const verified = async (
  proof: string,
  { leeway, window }: DpopOptions['rules'],
  now: number,
): Promise<JWTVerifyResult> => {
  try {
    return await jwtVerify(
      proof,
      (header, token) => {
        const jwk = (header?.jwk ?? {}) as Readonly<Record<string, unknown>>;
        if (PRIVATE.some((member) => jwk[member] !== undefined)) throw new errors.JWSInvalid('a private key');
        return EmbeddedJWK(header, token);
      },
      {
        typ: 'dpop+jwt',
        algorithms: [...PROOF_ALGORITHMS],
        requiredClaims: ['jti', 'htm', 'htu', 'iat'],
        clockTolerance: leeway / SECOND,
        maxTokenAge: window / SECOND,
        currentDate: new Date(now),
      },
    );
  } catch (error) {
    throw refused((error as { code?: string }).code ?? 'unusable');
  }
};

const nextNonce = ({ nonce }: JWTPayload, nonces: Nonces | undefined): string | undefined => {
  if (nonces === undefined) return undefined;
  const age = nonces.ageOf(nonce);
  if (age === undefined) throw new PossessionError('use_dpop_nonce', 'proof: nonce', 'DPoP', nonces.current());
  return age === 'previous' ? nonces.current() : undefined;
};

/**
 * An address without query and fragment (section 4.3, step 9), the same however it is written: scheme and host in any
 * case, a port that goes without saying, dots in the path (by URL), and signs that need no encoding (RFC 3986 section 6.2.2).
 */
const normalized = (address: unknown): string | undefined => {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined;
  const { origin, pathname, username, password } = new URL(address);
  // What is not http has no origin; who calls himself something in an address has no business here.
  if (origin === 'null' || username !== '' || password !== '') return undefined;
  return `${origin}${pathname.replace(/%[0-9a-f]{2}/gi, plain)}`;
};

const plain = (encoded: string): string => {
  const sign = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[\w.~-]/.test(sign) ? sign : encoded.toUpperCase();
};
