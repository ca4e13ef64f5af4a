import { HOUR, MINUTE, SECOND } from '../../../platform/time.ts';

/** What a date of some precision covers, in epoch milliseconds, both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const DATE =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3})\d*)?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/**
 * The interval of a `date`, `dateTime` or `instant`, or of less of it, as searches may have it. Without a zone it is UTC.
 * Undefined for what is none of these.
 */
export const intervalOf = (text: string): Interval | undefined => {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const low =
    Date.UTC(
      Number(year),
      Number(month ?? 1) - 1,
      Number(day ?? 1),
      Number(hour ?? 0),
      Number(minute ?? 0),
      Number(second ?? 0),
      Number((fraction ?? '0').padEnd(3, '0')),
    ) - offsetOf(zone);
  if (Number.isNaN(low) || Number(month ?? 1) > 12 || Number(day ?? 1) > 31) return undefined;
  const next = ((): number => {
    if (month === undefined) return Date.UTC(Number(year) + 1, 0, 1);
    if (day === undefined) return Date.UTC(Number(year), Number(month), 1);
    if (hour === undefined) return low + 24 * HOUR;
    if (second === undefined) return low + MINUTE;
    return low + (fraction === undefined ? SECOND : 1);
  })();
  return { low, high: next - 1 };
};

const offsetOf = (zone: string | undefined): number => {
  if (zone === undefined || zone === 'Z') return 0;
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number);
  return (zone.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
};

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** R4 search, "Prefixes": how the interval of a value stands to that of the question. */
export const compareIntervals = (prefix: Prefix, value: Interval, asked: Interval): boolean => {
  const isInside = value.low >= asked.low && value.high <= asked.high;
  switch (prefix) {
    case 'eq':
      return isInside;
    case 'ne':
      return !isInside;
    case 'gt':
      return value.high > asked.high;
    case 'lt':
      return value.low < asked.low;
    case 'ge':
      return value.high > asked.high || isInside;
    case 'le':
      return value.low < asked.low || isInside;
    case 'sa':
      return value.low > asked.high;
    case 'eb':
      return value.high < asked.low;
    default: {
      // A tenth of the time from now to then, as R4 suggests.
      const margin = Math.abs(Date.now() - asked.low) / 10;
      return value.low <= asked.high + margin && value.high >= asked.low - margin;
    }
  }
};
