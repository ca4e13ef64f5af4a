import { fail } from '../../../platform/errors.ts';

/**
 * Waits for the work no longer than the signal lets it. The work is told by the same signal; what it does after that
 * is nobody's concern any more.
 *
 * @throws GATEWAY_TIMEOUT
 */
export const stopped = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
  if (signal.aborted) throw fail('GATEWAY_TIMEOUT');
  let giveUp: (() => void) | undefined;
  const stop = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(fail('GATEWAY_TIMEOUT'));
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work(), stop]);
  } finally {
    if (giveUp !== undefined) signal.removeEventListener('abort', giveUp);
  }
};
