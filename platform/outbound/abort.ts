import { setMaxListeners } from 'node:events';

/** Calls `react` when the signal falls, until the returned function is called. Does nothing without a signal. */
export const onAbort = (signal: AbortSignal | undefined, react: () => void): (() => void) => {
  if (signal === undefined) return () => undefined;
  // One request of the graph makes many calls under one signal; Node would take that for a leak.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', react, { once: true });
  return () => signal.removeEventListener('abort', react);
};
