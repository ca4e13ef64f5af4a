import type { Book } from './book.ts';
import { DAY, type Instant } from './calendar.ts';
import { addEntry, type Entry, type EntryLine, type Posting } from './entries.ts';
import type { Ground } from './ground.ts';
import { match } from './matching.ts';
import type { Payment } from './payment-entries.ts';

const WEEK = 7 * DAY;

/**
 * The bank's word for payments: the money has left the account, or is on it. What a facility pays in a week leaves as
 * one debit for each currency; what comes in comes one by one.
 */
export function statementsFor(book: Book, ground: Ground, payments: readonly Payment[]): readonly Entry[] {
  return [...batchesOf(payments).values()].map((batch) => addStatementLine(book, ground, batch));
}

/** Payments of one facility in one currency that the bank books together. */
type Batch = Payment[];

function batchesOf(payments: readonly Payment[]): ReadonlyMap<string, Batch> {
  const batches = new Map<string, Batch>();
  for (const payment of payments) {
    const { facility, currency } = payment.claim.plan;
    const { at } = payment.transfer;
    const outbound = payment.outstanding.balance < 0;
    const key = outbound ? `${facility.id}:${currency.id}:${Math.floor(at / WEEK)}` : `in:${payment.entry.row.id}`;
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, [payment]);
    else batch.push(payment);
  }
  return batches;
}

function addStatementLine(book: Book, ground: Ground, batch: Batch): Entry {
  const [first] = batch as [Payment];
  const { facility, partner, currency } = first.claim.plan;
  const date = dateOf(ground, batch);
  const outbound = first.outstanding.balance < 0;
  const alone = batch.length === 1;
  const label = alone ? `Bank statement: ${partner.name}` : `Bank statement: ${batch.length} payments`;
  const amount = batch.reduce((sum, { outstanding }) => sum + outstanding.amount, 0);
  const balance = batch.reduce((sum, { outstanding }) => sum + outstanding.balance, 0);
  const postings: Posting[] = [
    { account: '101401', label, amount, balance },
    { account: outbound ? '101404' : '101403', label, amount: -amount, balance: -balance },
  ];
  const entry = addEntry(book, {
    facility,
    journal: 'bank',
    type: 'entry',
    state: 'posted',
    date,
    currency,
    partner: alone ? partner.id : false,
    ref: false,
    postings,
  });
  const [, cleared] = entry.lines as readonly [EntryLine, EntryLine];
  for (const { outstanding } of batch) {
    match(book, [outstanding, cleared], Math.abs(outstanding.amount), currency, date);
  }
  return entry;
}

/** Two days after the last of them, but never in the days to come. */
const dateOf = (ground: Ground, batch: Batch): Instant =>
  Math.min(Math.max(...batch.map(({ transfer }) => transfer.at)) + 2 * DAY, ground.today - DAY);
