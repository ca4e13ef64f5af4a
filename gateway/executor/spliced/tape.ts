/**
 * What the scanners of one request have found, as numbers: records of objects and of lists.
 *
 * | index | holds |
 * |---|---|
 * | NEXT | the record after this one in its list, 0 for the last |
 * | KIND | the object type, where several are possible; `NULL` for an item of a list that is null |
 * | FIRST … | of a list its first item; of an object what the program has laid out: where text begins and ends in the bytes of an answer, and records |
 *
 * 0 is no record. It stands for null, for nothing, and for what has not been fetched.
 */
export interface Tape {
  ints: Int32Array;
  /** Ints that are taken. */
  size: number;
  /** The answers of the fetches so far, by number of the fetch. */
  readonly bytes: Uint8Array[];
  /** The same bytes, to be read four at a time. */
  readonly views: DataView[];
}

export const NEXT = 0;
export const KIND = 1;
export const FIRST = 2;

export const NULL = -1;
/** The kind of an object that can be of one type only, and of a list. */
export const PLAIN = 0;

export const takeTape = (): Tape => FREE.pop() ?? { ints: new Int32Array(SHORT), size: 1, bytes: [], views: [] };

/** For the next request. Nobody may write on it any more. */
export const returnTape = (tape: Tape): void => {
  if (FREE.length >= MOST_FREE || tape.ints.length > LONG) return;
  tape.size = 1;
  tape.bytes.length = 0;
  tape.views.length = 0;
  FREE.push(tape);
};

/** A longer one with the same on it. */
export const longer = (ints: Int32Array, length: number): Int32Array => {
  const grown = new Int32Array(Math.max(length, 2 * ints.length));
  grown.set(ints);
  return grown;
};

/** Notes the answer of a fetch. */
export const addAnswer = ({ bytes, views }: Tape, fetch: number, answer: Uint8Array): void => {
  bytes[fetch] = answer;
  views[fetch] = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
};

const FREE: Tape[] = [];
const MOST_FREE = 64;
const SHORT = 4096;
const LONG = 262_144;
