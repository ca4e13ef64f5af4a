import { userError, validationError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { linesOf, matchesOf, refresh } from './account-lines.ts';
import { rounded, sum } from './amounts.ts';
import { removeAnalyticLines, writeAnalyticLines } from './analytic-lines.ts';
import { isInvoice, isPurchase } from './move-types.ts';
import { accountingDate, postedName } from './posting.ts';

/** After every change of a draft: lines in step, books balanced, and in 14 no vendor's reference twice. */
export const settle = (move: Rec): void => {
  refresh(move);
  if (move.env.engine.version === 14 && isPurchase(move) && duplicates(move).length > 0) {
    const [, month, day] = move.text('invoice_date').split('-');
    const when = `${month ?? ''}/${day ?? ''}/${move.text('invoice_date').slice(0, 4)}`;
    throw validationError(
      `Duplicated vendor reference detected. You probably encoded twice the same vendor bill/credit note:\n${move.one('partner_id')?.displayName ?? ''} - ${move.text('ref')} - ${when}`,
    );
  }
  const balance = rounded(sum(linesOf(move).map((line) => line.number('balance'))));
  if (balance === 0) return;
  if (move.env.engine.version === 19) throw userError('The entry is not balanced.');
  throw userError(
    `Cannot create unbalanced journal entry. Ids: [${move.id}]\nDifferences debit - credit: [${balance}]`,
  );
};

/** Other documents of this vendor with the same reference and date. */
export const duplicates = (move: Rec): Rec[] => {
  const { ref, partner_id: partner, invoice_date: day } = move.row;
  if (!isPurchase(move) || typeof ref !== 'string' || ref === '' || typeof partner !== 'number') return [];
  return [...move.env.db.idsBy('account.move', 'ref', ref)]
    .filter((id) => id !== move.id)
    .map((id) => move.env.record('account.move', id))
    .filter(
      (other) =>
        isPurchase(other) &&
        other.row['partner_id'] === partner &&
        other.row['invoice_date'] === day &&
        other.row['move_type'] === move.row['move_type'],
    );
};

/** Odoo counts how often a partner has been a supplier or a customer. */
const rank = (move: Rec): void => {
  const field = isPurchase(move) ? 'supplier_rank' : 'customer_rank';
  const partner = move.one('partner_id');
  partner?.store({ [field]: partner.number(field) + 1 });
};

export const post = (move: Rec): void => {
  const { env } = move;
  // 14 lets a posted document be posted again, and does nothing.
  if (move.text('state') === 'posted' && env.engine.version === 14) return;
  if (move.text('state') !== 'draft')
    throw userError(`The entry ${move.text('name')} (id ${move.id}) must be in draft.`);
  if (linesOf(move).filter((line) => !['line_section', 'line_note'].includes(line.text('display_type'))).length === 0) {
    throw userError(
      env.engine.version === 19 ? "Even magicians can't post nothing!" : 'You need to add a line before posting.',
    );
  }
  if (isInvoice(move)) {
    if (move.one('partner_id') === null) {
      throw userError(
        `The field '${isPurchase(move) ? 'Vendor' : 'Customer'}' is required, please complete it to validate the ${isPurchase(move) ? 'Vendor Bill' : 'Customer Invoice'}.`,
      );
    }
    if (move.number('amount_total') < 0)
      throw userError('You cannot validate an invoice with a negative total amount.');
    if (move.text('invoice_date') === '') {
      if (isPurchase(move) && env.engine.version === 19)
        throw userError('The Bill/Refund date is required to validate this document.');
      move.store({ invoice_date: env.today });
    }
    move.store({ date: accountingDate(env, move.text('move_type'), move.text('invoice_date')) });
    refresh(move);
  }
  const isNamed = move.text('name') !== '' && move.text('name') !== '/';
  move.store({ state: 'posted', posted_before: true, ...(!isNamed && { name: postedName(move) }) });
  for (const line of linesOf(move)) line.touch();
  writeAnalyticLines(move);
  if (isInvoice(move)) rank(move);
  touchOrders(move);
};

/** What is billed of an order changes with its bills, and so does the order. */
const touchOrders = (move: Rec): void => {
  const orders = linesOf(move).flatMap((line) => line.one('purchase_line_id')?.one('order_id') ?? []);
  for (const order of new Map(orders.map((each) => [each.id, each])).values()) order.touch();
};

export const reset = (move: Rec): void => {
  for (const match of linesOf(move).flatMap(matchesOf)) if (match.exists) match.env.db.remove(match.model, match.id);
  removeAnalyticLines(move);
  move.store({ state: 'draft' });
  touchOrders(move);
};
