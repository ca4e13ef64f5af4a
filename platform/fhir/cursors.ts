import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { badCursor } from '../connection.ts';
import { isFhirId } from './query.ts';

/** A place in a list that is ordered by a date: what it is ordered by, and the id that breaks ties. */
export interface Place {
  /** Null among the records that have no value, which are ordered by their id. */
  readonly value: string | null;
  readonly id: string;
}

export const encodePlace = ({ value, id }: Place): string =>
  Buffer.from(JSON.stringify([value, id])).toString('base64url');

/**
 * Reads a place back. It may have been made up: what it holds is only ever compared with, inside the caller's rows.
 *
 * @throws BAD_USER_INPUT
 */
export const decodePlace = (cursor: string): Place => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [value, id] = parsed as [unknown, unknown];
      if (isFhirId(id) && (value === null || isMoment(value))) return { value, id };
    }
  } catch {
    // Falls through to the one answer for every defect.
  }
  throw badCursor();
};

/** A day or an instant as FHIR writes them: it becomes part of a query. */
export const isMoment = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?)?)?$/.test(value) &&
  !Number.isNaN(Date.parse(value));

/** A place in a list that only the server can order: one of its pages, and how many of its rows have been. */
export interface Continuation {
  /** The `next` of an earlier page; null for the first. */
  readonly page: string | null;
  readonly skip: number;
}

/**
 * Cursors that hold an address of the owner, which a client shall neither read nor write. They are encrypted and bound to
 * the query they continue, the caller's facilities included: none opens under another.
 */
export interface ContinuationSeal {
  seal(continuation: Continuation): string;
  /** @throws BAD_USER_INPUT */
  open(cursor: string): Continuation;
}

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;

/** `key` has 32 bytes; `query` is whatever the cursor must not be used without. */
export const continuationSeal = (key: Buffer, query: string): ContinuationSeal => {
  const bound = createHash('sha256').update(query).digest();
  return {
    seal: ({ page, skip }) => {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(bound);
      const sealed = Buffer.concat([cipher.update(JSON.stringify([page, skip]), 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open: (cursor) => {
      try {
        const bytes = Buffer.from(cursor, 'base64url');
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
          .setAAD(bound)
          .setAuthTag(bytes.subarray(bytes.length - TAG));
        const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE, bytes.length - TAG)), decipher.final()]);
        const [page, skip] = JSON.parse(opened.toString('utf8')) as [string | null, number];
        return { page, skip };
      } catch {
        throw badCursor();
      }
    },
  };
};
