import { type Output, type Text, textOf } from './output.ts';
import { SURPRISE } from './scan-runtime.ts';
import { longer, type Tape } from './tape.ts';

/** How the entities a fetch is for are told apart, and named to the subgraph. */
export interface EntityReader {
  readonly kindOf: (object: number) => number;
  /**
   * Notes the values of an object's keys: for each the fetch in whose answer it stands, and where it begins and ends.
   *
   * @returns how many numbers that were; -1 where something is missing
   */
  readonly read: (object: number, into: Int32Array, at: number) => number;
  /** By kind: what stands before, between and behind the values in a representation. */
  readonly texts: ReadonlyMap<number, readonly Text[]>;
}

/** Entities to ask for, each once (Federation: `_Any`). */
export interface Entities {
  readonly kinds: readonly number[];
  /** For each object the place of its entity among them; -1 where there is nothing to ask. */
  readonly slots: readonly number[];
  /** Puts their representations, with commas between, to the end of the output. */
  write(output: Output): void;
}

/**
 * Collects the entities that objects stand for. Two whose keys are written alike are one: their bytes are compared, and
 * no text is made of them.
 */
export const collectEntities = (
  { bytes, views }: Tape,
  { kindOf, read, texts }: EntityReader,
  objects: readonly number[],
): Entities => {
  const table = emptyTable(objects.length);
  const kinds: number[] = [];
  const slots: number[] = [];
  /** Where what is noted of an entity begins among the keys. */
  const starts: number[] = [];
  const most = Math.max(...[...texts.values()].map(({ length }) => VALUE * (length - 1)));
  let keys = KEYS;
  let end = 0;

  const hashOf = (kind: number, from: number, to: number): number => {
    let hash = kind;
    for (let i = from; i < to; i += VALUE) {
      const answer = bytes[keys[i] as number] as Uint8Array;
      const last = keys[i + 2] as number;
      for (let at = keys[i + 1] as number; at < last; at++) hash = Math.imul(hash ^ (answer[at] as number), PRIME);
    }
    return hash ^ (hash >>> 15);
  };

  const isSame = (one: number, other: number, length: number): boolean => {
    for (let i = 0; i < length; i += VALUE) {
      const left = bytes[keys[one + i] as number] as Uint8Array;
      const right = bytes[keys[other + i] as number] as Uint8Array;
      let [at, to] = [keys[one + i + 1] as number, keys[other + i + 1] as number];
      const last = keys[one + i + 2] as number;
      if (last - at !== (keys[other + i + 2] as number) - to) return false;
      while (at < last) if (left[at++] !== right[to++]) return false;
    }
    return true;
  };

  /** The slot of an entity: a known one, or the next. */
  const slotOf = (kind: number, from: number, to: number): number => {
    const mask = table.length - 1;
    for (let at = hashOf(kind, from, to) & mask; ; at = (at + 1) & mask) {
      const slot = (table[at] as number) - 1;
      if (slot === -1) {
        starts.push(from);
        return (table[at] = kinds.push(kind)) - 1;
      }
      if (kinds[slot] === kind && isSame(starts[slot] as number, from, to - from)) return slot;
    }
  };

  for (const object of objects) {
    if (end + most > keys.length) KEYS = keys = longer(keys, end + most);
    const length = read(object, keys, end);
    if (length < 0) {
      slots.push(NOBODY);
      continue;
    }
    const known = kinds.length;
    slots.push(slotOf(kindOf(object), end, end + length));
    if (kinds.length > known) end += length;
  }

  return {
    kinds,
    slots,
    write: (output) => {
      for (let slot = 0; slot < kinds.length; slot++) {
        const around = texts.get(kinds[slot] as number);
        if (around === undefined) throw SURPRISE;
        if (slot > 0) output.put(COMMA);
        let at = starts[slot] as number;
        for (let i = 0; i < around.length; i++, at += VALUE) {
          output.put(around[i] as Text);
          if (i === around.length - 1) break;
          const fetch = keys[at] as number;
          const [from, to] = [keys[at + 1] as number, keys[at + 2] as number];
          output.copy(bytes[fetch] as Uint8Array, views[fetch] as DataView, from, to);
        }
      }
    },
  };
};

const NOBODY = -1;
/** Numbers that are noted of a value. */
const VALUE = 3;
const COMMA = textOf(',');

/** Room for what is noted of entities, until their representations are written: nobody else comes between. */
let KEYS: Int32Array = new Int32Array(4096);
let TABLE: Int32Array = new Int32Array(1024);

/** A hash table with at least as many empty places as taken ones. */
const emptyTable = (entries: number): Int32Array => {
  const length = 2 ** Math.ceil(Math.log2(2 * entries + 2));
  if (length > TABLE.length) TABLE = new Int32Array(length);
  return TABLE.subarray(0, length).fill(0);
};

const PRIME = 16_777_619;
