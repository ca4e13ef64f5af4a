import { SECOND } from './time.ts';

/** A terminal signals the whole process group, and npm passes the same signal on: two that come together mean one. */
const ECHO = 2 * SECOND;

/**
 * Calls `stop` once, at the first SIGINT or SIGTERM. A signal that comes again later ends the process at once, for
 * somebody who does not want to wait.
 */
export const onShutdown = (stop: () => Promise<void>): void => {
  let first: number | undefined;
  const onSignal = (): void => {
    if (first === undefined) {
      first = Date.now();
      void stop().then(() => process.exit());
    } else if (Date.now() - first > ECHO) process.exit(1);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
};
