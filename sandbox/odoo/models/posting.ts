import type { Env } from '../engine/env.ts';
import type { Rec } from '../engine/record.ts';
import { nextNumber } from './numbering.ts';

/**
 * The day a document is booked on. A bill of a past month goes to that month's end, a bill of this month not before
 * today; everything else on its own day.
 */
export const accountingDate = (env: Env, type: string, day: string): string => {
  if (!type.startsWith('in_')) return day;
  if (day.slice(0, 7) < env.today.slice(0, 7)) {
    const [year = 0, month = 0] = day.split('-').map(Number);
    return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  }
  return day > env.today ? day : env.today;
};

/** When a document is due: by the longest instalment of its terms, today when it has none. */
export const dueDate = (env: Env, term: unknown, day: string): string => {
  if (typeof term !== 'number') return env.today;
  const lines = [...env.db.idsBy('account.payment.term.line', 'payment_id', term)];
  const days = Math.max(0, ...lines.map((id) => Number(env.db.row('account.payment.term.line', id)?.['nb_days'] ?? 0)));
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
};

/** Bills and general entries count by month (`BILL/2026/02/0001`), invoices and payments by year (`INV/2026/00001`). */
export const postedName = (move: Rec): string => {
  const journal = move.one('journal_id');
  const type = move.text('move_type');
  const isRefund = type === 'in_refund' || type === 'out_refund';
  const isPayment = move.number('origin_payment_id') !== 0;
  const kind =
    isRefund && journal?.flag('refund_sequence') === true
      ? 'R'
      : isPayment && journal?.flag('payment_sequence') === true
        ? 'P'
        : '';
  const [year, month] = move.text('date').split('-');
  const isYearly = ['sale', 'bank', 'cash', 'credit'].includes(journal?.text('type') ?? '');
  const prefix = `${kind}${journal?.text('code') ?? 'MISC'}/${year ?? ''}/${isYearly ? '' : `${month ?? ''}/`}`;
  return nextNumberOf(move, prefix, isYearly ? 5 : 4);
};

/** Each company counts for itself, though the numbers look alike. */
const nextNumberOf = (move: Rec, prefix: string, digits: number): string => {
  const company = move.number('company_id');
  const own = (row: { readonly [field: string]: unknown }): boolean => row['company_id'] === company;
  return nextNumber(move.env, 'account.move', prefix, digits, { key: String(company), counts: own });
};
