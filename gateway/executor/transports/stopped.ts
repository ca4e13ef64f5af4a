import { fail } from '../../../platform/errors.ts';
import type { Cancellation } from '../cancellation.ts';

/**
 * Waits for the work no longer than until it is cancelled. The work is told as well; what it does after that is nobody's
 * concern any more.
 *
 * @throws GATEWAY_TIMEOUT
 */
export const stopped = <T>(cancellation: Cancellation, work: () => Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    if (cancellation.isCancelled) return reject(fail('GATEWAY_TIMEOUT'));
    const giveUp = () => reject(fail('GATEWAY_TIMEOUT'));
    cancellation.onCancel(giveUp);
    work()
      .then(resolve, reject)
      .finally(() => cancellation.offCancel(giveUp));
  });
