import { LRUCache } from 'lru-cache';
import { MINUTE } from '../../platform/time.ts';

/** Something that waits for its turn. `undefined`: for nobody, and what it takes is counted for nobody. */
export interface Waiting {
  readonly caller: string | undefined;
}

/** A bounded queue that is fair between callers, and first come, first served for each of them. */
export interface FairQueue<T extends Waiting> {
  readonly size: number;
  /** @returns what there is no room for: this one, or another that has made room for it */
  add(one: T): T | undefined;
  /** Takes out the next: the first of the caller who has used the least time lately. */
  next(): T | undefined;
  /** What was taken out for a caller has taken so many milliseconds. */
  charge(caller: string | undefined, time: number): void;
  /** Takes out everything. */
  clear(): readonly T[];
}

/**
 * By time, not by turns: taking turns with somebody who needs seconds for each of theirs is to wait nearly all the time.
 *
 * A place in a full queue is given up by whoever has most of them, the last one first. So one caller alone may have them
 * all, and each of several an equal share.
 */
export const fairQueue = <T extends Waiting>(
  most: number,
  clock: () => number = () => performance.now(),
): FairQueue<T> => {
  const waiting: T[] = [];
  const used = new LRUCache<string, Used>({ max: MOST_CALLERS });
  const usedBy = (caller: string | undefined, now: number): number => {
    const found = caller === undefined ? undefined : used.get(caller);
    return found === undefined ? 0 : found.time * 0.5 ** ((now - found.at) / HALVED_IN);
  };
  const takeOut = (index: number): T | undefined => waiting.splice(index, 1)[0];
  return {
    get size() {
      return waiting.length;
    },
    add: (one) => {
      waiting.push(one);
      if (waiting.length <= most) return undefined;
      const crowding = mostFrequent(waiting.map(({ caller }) => caller).toReversed());
      return takeOut(waiting.findLastIndex(({ caller }) => caller === crowding));
    },
    next: () => {
      const now = clock();
      const times = waiting.map(({ caller }) => usedBy(caller, now));
      return takeOut(times.indexOf(Math.min(...times)));
    },
    charge: (caller, time) => {
      const now = clock();
      if (caller !== undefined) used.set(caller, { time: usedBy(caller, now) + time, at: now });
    },
    clear: () => waiting.splice(0),
  };
};

interface Used {
  /** Milliseconds, as they counted `at` that moment. */
  readonly time: number;
  readonly at: number;
}

/** What somebody has used counts half after this time, and soon nothing. */
const HALVED_IN = MINUTE;
const MOST_CALLERS = 1000;

/** Of those that are there equally often, the one that is there first. */
const mostFrequent = <K>(keys: readonly K[]): K | undefined => {
  const counts = new Map<K, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const highest = Math.max(...counts.values());
  return [...counts.keys()].find((key) => counts.get(key) === highest);
};
