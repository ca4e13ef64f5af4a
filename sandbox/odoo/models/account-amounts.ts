import type { Rec } from '../engine/record.ts';
import { linesOf, matchesOf } from './account-lines.ts';
import { rounded, sum } from './amounts.ts';
import { directionOf, isInvoice } from './move-types.ts';

const totalOf = (move: Rec, types: readonly string[], field: 'amount_currency' | 'balance'): number =>
  rounded(
    sum(
      linesOf(move)
        .filter((line) => types.includes(line.text('display_type')))
        .map((line) => line.number(field)),
    ),
  );

/** Amounts of a document are as its reader expects them, whatever side of the books they are on. */
export const shown =
  (types: readonly string[]) =>
  (move: Rec): number =>
    isInvoice(move) ? directionOf(move) * totalOf(move, types, 'amount_currency') || 0 : 0;

/** The same in the company's currency: negative for what the company has to pay. */
export const signed =
  (types: readonly string[]) =>
  (move: Rec): number =>
    isInvoice(move) ? -totalOf(move, types, 'balance') || 0 : 0;

export const entryTotal = (move: Rec): number => rounded(sum(linesOf(move).map((line) => line.number('debit'))));

export const dueLines = (move: Rec): Rec[] =>
  linesOf(move).filter((line) => line.text('display_type') === 'payment_term');

export const paymentState = (move: Rec): string => {
  if (!isInvoice(move) || move.text('state') !== 'posted') return 'not_paid';
  const matches = dueLines(move).flatMap(matchesOf);
  if (matches.length === 0) return 'not_paid';
  if (move.number('amount_residual') !== 0) return 'partial';
  return matches.every((match) => counterpart(move, match) !== 'entry') ? 'reversed' : 'paid';
};

/** The type of the document on the other side of a match: a payment is an entry, a credit note is not. */
const counterpart = (move: Rec, match: Rec): string => {
  const sides = [match.one('debit_move_id'), match.one('credit_move_id')];
  const other = sides
    .map((line) => line?.one('move_id'))
    .find((each) => each !== null && each !== undefined && each.id !== move.id);
  return other?.text('move_type') ?? 'entry';
};

export const PRODUCTS = ['product', 'rounding'];
export const TAXES = ['tax'];

/** The payments that a document has been matched with. */
export const paymentsOf = (move: Rec): number[] => {
  const payments = dueLines(move)
    .flatMap(matchesOf)
    .flatMap((match) =>
      [match.one('debit_move_id'), match.one('credit_move_id')].flatMap(
        (line) => line?.one('move_id')?.number('origin_payment_id') || [],
      ),
    );
  return [...new Set(payments)].toSorted((a, b) => a - b);
};
