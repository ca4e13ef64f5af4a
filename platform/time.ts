/** Durations are milliseconds; write them as `10 * SECOND`. */
export const MILLISECOND = 1;
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** A moment on the monotonic-enough wall clock, in epoch milliseconds, after which an answer is of no use. */
export type Deadline = number;

export const deadlineIn = (duration: number, now: number = Date.now()): Deadline => now + duration;
export const remaining = (deadline: Deadline, now: number = Date.now()): number => Math.max(0, deadline - now);
