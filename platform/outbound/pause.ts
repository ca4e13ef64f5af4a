import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';

/** Waits until a moment; false as soon as the signal falls. */
export const pause = (clock: Clock, until: number, signal?: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve(false);
    const cancelTimer = clock.at(until, () => {
      ignoreSignal();
      resolve(true);
    });
    const ignoreSignal = onAbort(signal, () => {
      cancelTimer();
      resolve(false);
    });
  });
