import { onAbort } from '../outbound/abort.ts';
import { type Clock, systemClock } from '../outbound/clock.ts';
import type { FhirSpending } from './types.ts';

/**
 * Waits for something that others wait for too, so that none of them can end it; each leaves when its own time is over,
 * with what `leave` makes of the reason.
 */
export const within = <T>(
  promise: Promise<T>,
  { deadline, signal }: FhirSpending,
  leave: (reason: 'deadline' | 'cancelled') => Error,
  clock: Clock = systemClock,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancelTimer = clock.at(deadline, () => reject(leave('deadline')));
    const ignoreSignal = onAbort(signal, () => reject(leave('cancelled')));
    const forget = () => {
      cancelTimer();
      ignoreSignal();
    };
    void promise.then(resolve, reject).finally(forget);
  });
