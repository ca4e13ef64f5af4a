import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret.ts';
import type { AccessEntry } from './feed.ts';

/** Writes entries so that another process knows them for ours, and reads them back. */
export interface Seal {
  /** The same text for equal entries with their members in the same order. */
  write(entry: AccessEntry): string;
  /** Undefined for what nobody of ours has written. */
  read(text: string): AccessEntry | undefined;
}

/**
 * Whoever can write to Redis is not by that allowed to refuse tokens, and still less to grant anything: each entry has a
 * MAC by a key that only our processes can derive (RFC 2104, RFC 5869).
 */
export const sealWith = (secret: Secret): Seal => {
  const key = Buffer.from(hkdfSync('sha256', secret.reveal(), 'caregraph', 'access-feed', 32));
  const macOf = (json: string): string => createHmac('sha256', key).update(json).digest('base64url');
  return {
    write: (entry) => {
      const json = JSON.stringify(entry);
      return `${macOf(json)}.${json}`;
    },
    read: (text) => {
      const end = text.indexOf('.');
      const [mac, json] = [Buffer.from(text.slice(0, Math.max(end, 0))), text.slice(end + 1)];
      const expected = Buffer.from(macOf(json));
      if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return undefined;
      return JSON.parse(json) as AccessEntry;
    },
  };
};
