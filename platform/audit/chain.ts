import { createHmac256 } from '../hmac.ts';
import type { AuditRecord, Entry, Head } from './records.ts';

/** Puts records behind each other, so that none can be changed, taken out or moved without the key. */
export interface Chain {
  readonly head: Head;
  /** The next record in its place; `now` in milliseconds since the epoch. */
  next(record: AuditRecord, now?: number): Entry;
}

/** Raised when the meaning of a record changes. */
const VERSION = 1;

/** What stands before the first record. */
export const BEGINNING = '';

/** Begins a chain. The MAC of a record is over its chain and place, the MAC before it, and its text. */
export const startChain = (chain: string, key: Uint8Array): Chain => {
  const seal = sealer(key);
  let head: Head = { chain, seq: 0, mac: BEGINNING };
  return {
    get head() {
      return head;
    },
    next: (record, now = Date.now()) => {
      const text = textOf(record, now);
      const seq = head.seq + 1;
      const mac = seal(chain, seq, head.mac, text);
      head = { chain, seq, mac };
      return { chain, seq, mac, text };
    },
  };
};

/** `seal(chain, seq, macBefore, text)` */
export const sealer = (key: Uint8Array): ((chain: string, seq: number, before: string, text: string) => string) => {
  const hmac = createHmac256(key);
  return (chain, seq, before, text) => hmac(`${chain} ${seq} ${before}\n${text}`);
};

const textOf = (record: AuditRecord, now: number): string => {
  // Put before the members of the record as text: one is made for every request, and a copy of it is not needed.
  const json = `{"v":${VERSION},"at":"${new Date(now).toISOString()}",${JSON.stringify(record).slice(1)}`;
  // One character is one byte, for the MAC as for the file.
  return PLAIN.test(json)
    ? json
    : json.replace(OTHERS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
};

const PLAIN = /^[\x20-\x7e]*$/;
const OTHERS = /[^\x20-\x7e]/g;
