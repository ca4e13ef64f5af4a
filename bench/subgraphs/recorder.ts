import type { Call, Recorded } from '../protocol.ts';

export interface Recorder {
  /** So far. */
  readonly recorded: () => Recorded;
  /** Notes a call, and whether it carried an envelope. It may be answered when the promise resolves. */
  add(call: Call, signed: boolean): Promise<void>;
}

/** Milliseconds without another call after which those that wait are answered. */
const QUIET = 150;

/**
 * Tells what a gateway sends at once from what it sends only after an answer: it holds answers back until no more calls
 * come, and lets them all go together.
 */
export const createRecorder = (): Recorder => {
  const waves: Call[][] = [];
  let unsigned = 0;
  let release: (() => void) | undefined;
  let released: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    recorded: () => ({ waves, signed: unsigned === 0 && waves.length > 0 }),
    add: (call, signed) => {
      if (!signed) unsigned += 1;
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
