import { amountOf, type Cents } from './amounts.ts';
import { type Book, type Draft, touch } from './book.ts';
import { dayOf, type Instant } from './calendar.ts';
import type { Entry, EntryLine } from './entries.ts';
import type { Currency } from './ground.ts';

/** The line of a document that says what is to be paid. */
export function claimOf({ lines, row }: Entry): EntryLine {
  const claim = lines.find((line) => line.row['display_type'] === 'payment_term');
  if (claim === undefined) throw new Error(`entry ${row.id} asks for nothing`);
  return claim;
}

/** Matches a debit with a credit for as much of `amount` (in their currency) as both have open. */
export function match(
  book: Book,
  pair: readonly [EntryLine, EntryLine],
  amount: Cents,
  currency: Currency,
  at: Instant,
): void {
  const [debit, credit] = pair[0].balance > 0 ? pair : [pair[1], pair[0]];
  const share = Math.min(amount, debit.openAmount, -credit.openAmount);
  const closes = share === debit.openAmount || share === -credit.openAmount;
  const balance = closes
    ? Math.min(debit.open, -credit.open)
    : Math.min(debit.open, -credit.open, Math.round(share / currency.rate));
  take(debit, -balance, -share, at);
  take(credit, balance, share, at);
  book.add('account.partial.reconcile', at, {
    debit_move_id: debit.row.id,
    credit_move_id: credit.row.id,
    amount: amountOf(balance),
    debit_amount_currency: amountOf(share),
    credit_amount_currency: amountOf(share),
    debit_currency_id: currency.id,
    credit_currency_id: currency.id,
    company_id: debit.row['company_id'] ?? false,
    max_date: dayOf(at),
    full_reconcile_id: false,
  });
}

function take(line: EntryLine, balance: Cents, amount: Cents, at: Instant): void {
  line.open += balance;
  line.openAmount += amount;
  touch(line.row, at);
}

/** Writes down what is open on every line and on the document it belongs to, and the number a matched group shares. */
export function settleResiduals(book: Book, entries: readonly Entry[]): void {
  const groups = groupsOf(book);
  const lineOf = new Map(entries.flatMap(({ lines }) => lines.map((line) => [line.row.id, line] as const)));
  for (const { row, lines } of entries) {
    for (const line of lines) {
      const group = groups.get(line.row.id);
      line.row['amount_residual'] = amountOf(line.open);
      line.row['amount_residual_currency'] = amountOf(line.openAmount);
      line.row['reconciled'] = group !== undefined && line.open === 0;
      if (group === undefined) continue;
      const closed = group.lines.every((id) => lineOf.get(id)?.open === 0);
      line.row['matching_number'] = closed ? String(group.number) : `P${group.number}`;
    }
    if (row['state'] === 'posted' && row['move_type'] !== 'entry') settleDocument(row, claimOf({ row, lines }));
  }
}

interface Group {
  readonly number: number;
  readonly lines: number[];
}

/** By id of a line, the lines it is matched with, directly or through others. */
function groupsOf(book: Book): ReadonlyMap<number, Group> {
  const groups = new Map<number, Group>();
  for (const partial of book.rows('account.partial.reconcile')) {
    const [debit, credit] = [Number(partial['debit_move_id']), Number(partial['credit_move_id'])];
    const group = groups.get(debit) ?? { number: partial.id, lines: [debit] };
    const other = groups.get(credit)?.lines ?? [credit];
    groups.set(debit, group);
    if (groups.get(credit) === group) continue;
    group.lines.push(...other);
    for (const line of other) groups.set(line, group);
  }
  return groups;
}

function settleDocument(row: Draft, claim: EntryLine): void {
  row['amount_residual'] = amountOf(Math.abs(claim.openAmount));
  row['amount_residual_signed'] = amountOf(claim.open);
  if (row['payment_state'] === 'reversed') return;
  row['payment_state'] = claim.open === 0 ? 'paid' : claim.open === claim.balance ? 'not_paid' : 'partial';
}
