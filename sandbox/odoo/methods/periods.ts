const GRANULARITIES = ['day', 'week', 'month', 'quarter', 'year'] as const;

export type Granularity = (typeof GRANULARITIES)[number];

export const isGranularity = (text: string): text is Granularity => (GRANULARITIES as readonly string[]).includes(text);

/** The first moment of the period a day or moment lies in, in the form it was given. Weeks start on Sunday, as in en_US. */
export const startOf = (moment: string, granularity: Granularity): string => {
  const date = new Date(`${moment.slice(0, 10)}T00:00:00Z`);
  if (granularity === 'week') date.setUTCDate(date.getUTCDate() - date.getUTCDay());
  if (granularity === 'month' || granularity === 'quarter') date.setUTCDate(1);
  if (granularity === 'quarter') date.setUTCMonth(date.getUTCMonth() - (date.getUTCMonth() % 3));
  if (granularity === 'year') date.setUTCMonth(0, 1);
  return inForm(date, moment);
};

/** The first moment of the period after the one that starts here. */
export const nextOf = (start: string, granularity: Granularity): string => {
  const date = new Date(`${start.slice(0, 10)}T00:00:00Z`);
  if (granularity === 'day') date.setUTCDate(date.getUTCDate() + 1);
  if (granularity === 'week') date.setUTCDate(date.getUTCDate() + 7);
  if (granularity === 'month') date.setUTCMonth(date.getUTCMonth() + 1);
  if (granularity === 'quarter') date.setUTCMonth(date.getUTCMonth() + 3);
  if (granularity === 'year') date.setUTCFullYear(date.getUTCFullYear() + 1);
  return inForm(date, start);
};

/** How Odoo names a period: `November 2026`, `Q4 2026`, `W47 2026`, `21 Nov 2026`, `2026`. */
export const labelOf = (start: string, granularity: Granularity): string => {
  const date = new Date(`${start.slice(0, 10)}T00:00:00Z`);
  const year = date.getUTCFullYear();
  const month = MONTHS[date.getUTCMonth()] ?? '';
  if (granularity === 'month') return `${month} ${year}`;
  if (granularity === 'quarter') return `Q${Math.floor(date.getUTCMonth() / 3) + 1} ${year}`;
  if (granularity === 'year') return String(year);
  if (granularity === 'day') return `${String(date.getUTCDate()).padStart(2, '0')} ${month.slice(0, 3)} ${year}`;
  return `W${Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / (7 * 24 * 3_600_000)) + 1} ${year}`;
};

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const inForm = (date: Date, like: string): string => {
  const day = date.toISOString().slice(0, 10);
  return like.length > 10 ? `${day} 00:00:00` : day;
};
