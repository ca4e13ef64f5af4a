import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { badCursor } from '../platform/connection.ts';
import type { Config } from '../platform/config.ts';
import { createHmac256 } from '../platform/hmac.ts';
import type { Identity } from '../platform/identity.ts';
import type { Secret } from '../platform/secret.ts';
import type { MaskTools } from './masks.ts';

/** The tools for one kind of caller. */
export interface MaskKey extends MaskTools {
  /**
   * What was sealed.
   *
   * @throws BAD_USER_INPUT for anything that was not sealed for this kind of caller
   */
  open(sealed: string): string;
}

/** Keys for masks, made of one secret. Equal in every process that has the secret. */
export interface MaskKeys {
  of(caller: Pick<Identity, 'audience' | 'party'>): MaskKey;
}

/**
 * Derives a key for each audience, and for each party within it (RFC 5869), so that two partners who compare what they were
 * given find nothing in common. Purposes share a key: what one client was given for two of them is one thing.
 *
 * @param secret left out: one that ends with the process
 */
export const createMaskKeys = (secret?: Secret): MaskKeys => {
  const material = secret?.reveal() ?? MADE_UP;
  const keys = new Map<string, MaskKey>();
  return Object.freeze({
    of: ({ audience, party }: Pick<Identity, 'audience' | 'party'>) => {
      const name = JSON.stringify([audience, party?.kind, party?.id]);
      const known = keys.get(name);
      if (known !== undefined) return known;
      const derive = (use: string) => Buffer.from(hkdfSync('sha256', material, 'caregraph', `${use}:${name}`, 32));
      const made = maskKey(derive('mask'), derive('cursor'));
      if (keys.size >= MOST_KEPT) keys.clear();
      keys.set(name, made);
      return made;
    },
  });
};

/** The keys that the configuration is for. Where one secret is all that processes share, they are derived from it too. */
export const configuredMaskKeys = ({ policies, subgraphs }: Pick<Config, 'policies' | 'subgraphs'>): MaskKeys =>
  createMaskKeys(policies.maskSecret ?? subgraphs.secret);

/** Gateway and subgraphs of one process agree on it. */
const MADE_UP = randomBytes(32);

/** Parties are few; each costs two derivations. */
const MOST_KEPT = 10_000;

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** 132 bits: of all the values that there are, no two meet by chance. */
const HASH_LENGTH = 22;

const maskKey = (hashKey: Buffer, sealKey: Buffer): MaskKey => {
  const hmac = createHmac256(hashKey);
  return Object.freeze({
    hash: (text: string) => hmac(Buffer.from(text, 'utf8').toString('latin1')).slice(0, HASH_LENGTH),
    seal: (text: string) => {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, sealKey, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open: (sealed: string) => {
      try {
        const bytes = Buffer.from(sealed, 'base64url');
        const decipher = createDecipheriv(CIPHER, sealKey, bytes.subarray(0, NONCE), { authTagLength: TAG });
        decipher.setAuthTag(bytes.subarray(bytes.length - TAG));
        const text = Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
        return text.toString('utf8');
      } catch {
        throw badCursor();
      }
    },
  });
};
