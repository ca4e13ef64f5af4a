import type { Call, Waves } from '../protocol.ts';

export interface Recorder {
  readonly waves: Waves;
  /** Notes a call. It may be answered when the promise resolves. */
  add(call: Call): Promise<void>;
}

/** Milliseconds without another call after which those that wait are answered. */
const QUIET = 20;

/**
 * Tells what a gateway sends at once from what it sends only after an answer: it holds answers back until no more calls
 * come, and lets them all go together.
 */
export const createRecorder = (): Recorder => {
  const waves: Call[][] = [];
  let release: (() => void) | undefined;
  let released: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    waves,
    add: (call) => {
      if (released === undefined) {
        waves.push([]);
        released = new Promise((resolve) => {
          release = resolve;
        });
      }
      waves.at(-1)?.push(call);
      clearTimeout(timer);
      timer = setTimeout(() => {
        released = undefined;
        release?.();
      }, QUIET);
      return released;
    },
  };
};
