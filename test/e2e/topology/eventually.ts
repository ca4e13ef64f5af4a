import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../../../platform/time.ts';

/** Long enough for anything that comes at all, on a busy machine. */
const PATIENCE = 20 * SECOND;
const BETWEEN = 50;

/** Asks again until the expectation holds: other processes say only when they are asked how they are. */
export const eventually = async <T>(expectation: () => Promise<T>): Promise<T> => {
  const until = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await expectation();
    } catch (error) {
      if (Date.now() > until) throw error;
      await pause(BETWEEN);
    }
  }
};
