import type { Rec } from '../engine/record.ts';

export const isInvoice = (move: Rec): boolean => move.text('move_type') !== 'entry';

const PURCHASE: ReadonlySet<string> = new Set(['in_invoice', 'in_refund', 'in_receipt']);
const INCOME: ReadonlySet<string> = new Set(['out_invoice', 'out_receipt', 'in_refund']);

export const isPurchase = (move: Rec): boolean => PURCHASE.has(move.text('move_type'));

/** 1 where the lines of a document are debits (a bill), -1 where they are credits (an invoice to a customer). */
export const directionOf = (move: Rec): 1 | -1 => (INCOME.has(move.text('move_type')) ? -1 : 1);

/** The type of document that takes another back. */
export const REFUND: Readonly<Record<string, string>> = {
  in_invoice: 'in_refund',
  out_invoice: 'out_refund',
  in_refund: 'in_invoice',
  out_refund: 'out_invoice',
  entry: 'entry',
};
