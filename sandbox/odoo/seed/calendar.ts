import { HOUR, MINUTE, SECOND } from '../../../platform/time.ts';

/** Instants are epoch milliseconds, in UTC. */
export type Instant = number;

export const DAY = 24 * HOUR;

/** Fixed, so that a journal written on a seed stays valid from one start to the next. */
export const REFERENCE_DAY = '2026-11-01';

/** Midnight of an ISO day. */
export function instantOf(day: string): Instant {
  const instant = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(instant)) throw new Error(`not a day: ${day}`);
  return instant;
}

const days = new Map<number, string>();

/** As Odoo keeps a date. */
export function dayOf(instant: Instant): string {
  const day = Math.floor(instant / DAY);
  const known = days.get(day);
  if (known !== undefined) return known;
  const text = new Date(instant).toISOString().slice(0, 10);
  days.set(day, text);
  return text;
}

/** As Odoo keeps a datetime: UTC, seconds, no zone. */
export function stampOf(instant: Instant): string {
  const second = Math.floor((instant % DAY) / SECOND);
  const minute = Math.floor(second / 60);
  return `${dayOf(instant)} ${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}:${twoDigits(second % 60)}`;
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** The same day at `hour` and `minute`. */
export const atHour = (instant: Instant, hour: number, minute = 0): Instant =>
  instant - (instant % DAY) + hour * HOUR + minute * MINUTE;

/** Days of the month that began `back` months before the month of `instant`; `last` is its final day. */
export function monthBefore(instant: Instant, back: number): { first: Instant; last: Instant } {
  const date = new Date(instant);
  const month = date.getUTCMonth() - back;
  const first = Date.UTC(date.getUTCFullYear(), month, 1);
  return { first, last: Date.UTC(date.getUTCFullYear(), month + 1, 0) };
}
