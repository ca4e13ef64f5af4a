/** A stream of numbers that is the same on every machine for the same name. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `count` different members of `list`, or all of it. */
  sample<T>(list: readonly T[], count: number): T[];
}

/**
 * A stream of its own for each area of the seed, so that a change in one area leaves the others as they were.
 * The generator is mulberry32: 32 bits of state are plenty for invented data and cost a few nanoseconds.
 */
export function randomFor(area: string): Random {
  let state = hash(area);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const pick = <T>(list: readonly T[]): T => memberOf(list, Math.floor(next() * list.length));
  return {
    next,
    int,
    pick,
    chance: (probability) => next() < probability,
    sample: (list, count) => {
      const rest = [...list];
      const taken: typeof rest = [];
      while (taken.length < count && rest.length > 0) taken.push(...rest.splice(int(0, rest.length - 1), 1));
      return taken;
    },
  };
}

/** The member at `index`, counted round and round; refuses an empty list and a broken index. */
export function memberOf<T>(list: readonly T[], index: number): T {
  if (list.length === 0 || !Number.isInteger(index)) throw new Error(`no member ${index} of ${list.length}`);
  return list[index % list.length] as T;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
