import { hash } from 'node:crypto';
import { fail } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { Redis } from '../../platform/redis.ts';
import { SECOND } from '../../platform/time.ts';

/** Remembers what may be used once. */
export interface Replays {
  /**
   * Whether it is used for the first time, or again within `time` milliseconds. Only a digest is kept.
   *
   * @throws IDENTITY_UNAVAILABLE when there is no room to remember it: it is not taken for the first time then
   */
  note(what: string, time: number): Promise<'first' | 'again'> | 'first' | 'again';
}

const MOST = 200_000;

/** Within this process. */
export const replaysHere = (most = MOST, clock: () => number = Date.now): Replays => {
  const used = new Map<string, number>();
  const forget = (now: number): void => {
    // In the order in which they came, and so nearly in that in which they end.
    for (const [one, until] of used) {
      if (until > now) return;
      used.delete(one);
    }
  };
  return {
    note: (what, time) => {
      const key = digestOf(what);
      const now = clock();
      forget(now);
      if ((used.get(key) ?? 0) > now) return 'again';
      if (used.size >= most) throw fail('IDENTITY_UNAVAILABLE');
      used.set(key, now + time);
      return 'first';
    },
  };
};

/** How long Redis is left alone after it has failed, so that not every request waits for it. */
const REST = SECOND;

/**
 * Among all processes of a Redis. While that is away each remembers its own: a proof can then be used once at each gateway,
 * within the time it is good for, and not at all by who does not have the token as well.
 */
export const sharedReplays = (redis: Redis, log: Log, here: Replays = replaysHere()): Replays => {
  let restsUntil = 0;
  return {
    note: async (what, time) => {
      if ((await here.note(what, time)) === 'again') return 'again';
      if (performance.now() < restsUntil) return 'first';
      try {
        const set = await redis.set(`caregraph:dpop:${digestOf(what)}`, '1', 'PX', time, 'NX');
        return set === null ? 'again' : 'first';
      } catch (error) {
        restsUntil = performance.now() + REST;
        log.warn({ error }, 'replays:not-shared');
        return 'first';
      }
    },
  };
};

const digestOf = (what: string): string => hash('sha256', what, 'base64url');
