import { createHash, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface ProofOptions {
  readonly token: string;
  readonly url: string;
  readonly method?: string;
  /** Claims over the usual ones; `undefined` leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signs with this key instead of its own. */
  readonly key?: CryptoKey | Uint8Array;
}

/** A client that can prove that it has a key (RFC 9449). */
export interface DpopClient {
  /** Thumbprint of the key, for `cnf.jkt`. */
  readonly jkt: string;
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
  readonly privateKey: CryptoKey;
  proof(options: ProofOptions): Promise<string>;
}

export const dpopClient = async (algorithm = 'ES256'): Promise<DpopClient> => {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const [publicJwk, privateJwk] = [await exportJWK(publicKey), await exportJWK(privateKey)];
  return {
    jkt: await calculateJwkThumbprint(publicJwk),
    publicJwk,
    privateJwk,
    privateKey,
    proof: ({ token, url, method = 'POST', claims, header, key = privateKey }) => {
      const usual = {
        jti: randomUUID(),
        htm: method,
        htu: url,
        iat: Math.floor(Date.now() / 1000),
        ath: createHash('sha256').update(token).digest('base64url'),
      };
      return new SignJWT(present({ ...usual, ...claims }))
        .setProtectedHeader(present({ typ: 'dpop+jwt', alg: algorithm, jwk: publicJwk, ...header }) as { alg: string })
        .sign(key);
    },
  };
};

const present = (members: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
