import type { Clock } from '../../platform/outbound/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time and runs what falls due, in order, synchronously. */
  advance(ms: number): void;
  /** Tasks that still wait for their time. */
  readonly pending: number;
}

export const manualClock = (start = 1_000_000): ManualClock => {
  let now = start;
  const tasks = new Set<{ readonly time: number; readonly task: () => void }>();
  return {
    now: () => now,
    at: (time, task) => {
      const entry = { time, task };
      tasks.add(entry);
      return () => tasks.delete(entry);
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const [next] = [...tasks].filter(({ time }) => time <= end).toSorted((a, b) => a.time - b.time);
        if (next === undefined) break;
        tasks.delete(next);
        now = Math.max(now, next.time);
        next.task();
      }
      now = end;
    },
    get pending() {
      return tasks.size;
    },
  };
};
