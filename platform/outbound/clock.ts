/** Time as a parameter, so that tests move it themselves. Times are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Runs `task` once at `time` (at once, but not synchronously, when that has passed). Returns the way to cancel it. */
  at(time: number, task: () => void): () => void;
}

// setTimeout takes 31 bits; a longer delay would fire at once.
const LONGEST = 2 ** 31 - 1;

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  at: (time: number, task: () => void) => {
    const timer = setTimeout(task, Math.min(LONGEST, Math.max(0, time - Date.now())));
    return () => clearTimeout(timer);
  },
});
