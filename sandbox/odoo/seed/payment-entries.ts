import { amountOf, type Cents } from './amounts.ts';
import type { AccountCode } from './accounts.ts';
import { type Book, type Draft, textOf, touch } from './book.ts';
import { dayOf, type Instant } from './calendar.ts';
import type { Claim } from './documents.ts';
import { addEntry, type Entry, type EntryLine } from './entries.ts';
import { claimOf, match } from './matching.ts';

/** Money that comes or goes, for claims of one partner at one facility. A draft or a cancelled one has no entry. */
export interface Transfer {
  readonly claims: readonly Claim[];
  readonly at: Instant;
  /** In the currency of the claims. */
  readonly amount: Cents;
  readonly state: 'draft' | 'in_process' | 'paid' | 'canceled';
}

/** A posted payment, with the line that waits for the bank. */
export interface Payment {
  readonly transfer: Transfer;
  readonly claim: Claim;
  readonly entry: Entry;
  readonly outstanding: EntryLine;
}

/** Where money waits for the bank, and what it settles. */
interface Way {
  readonly outstanding: AccountCode;
  readonly settled: AccountCode;
  /** 1 if money leaves: what is settled is debited. */
  readonly sign: 1 | -1;
}

const OUTBOUND: Way = { outstanding: '101404', settled: '211000', sign: 1 };
const INBOUND: Way = { outstanding: '101403', settled: '121000', sign: -1 };

/** Writes the payment and, once it is more than a plan, its entry, and matches the claims with it. */
export function addPayment(book: Book, transfer: Transfer): Payment | null {
  const { claims, state } = transfer;
  const [claim] = claims;
  if (claim === undefined || transfer.amount === 0) return null;
  const way = claim.plan.type.startsWith('in_') ? OUTBOUND : INBOUND;
  const memo = claims.map(({ plan, entry }) => plan.ref || `Invoice ${entry.row.id}`).join(', ');
  const payment = addRow(book, transfer, claim, way, memo);
  if (state === 'draft' || state === 'canceled') return null;
  const entry = post(book, transfer, claim, way, payment);
  const [outstanding, counterpart] = entry.lines as readonly [EntryLine, EntryLine];
  for (const one of claims) {
    const { row } = one.entry;
    match(book, [claimOf(one.entry), counterpart], transfer.amount, claim.plan.currency, transfer.at);
    row['matched_payment_ids'] = [...(row['matched_payment_ids'] as readonly number[]), payment.id];
    touch(row, transfer.at);
  }
  return { transfer, claim, entry, outstanding };
}

function addRow(book: Book, transfer: Transfer, { plan }: Claim, way: Way, memo: string): Draft {
  const { at, amount, state } = transfer;
  const { facility, partner, currency } = plan;
  const outbound = way === OUTBOUND;
  return book.add('account.payment', at, {
    name: false,
    state,
    date: dayOf(at),
    amount: amountOf(amount),
    amount_company_currency_signed: 0,
    payment_type: outbound ? 'outbound' : 'inbound',
    partner_type: outbound ? 'supplier' : 'customer',
    partner_id: partner.id,
    currency_id: currency.id,
    memo,
    journal_id: facility.journals.bank,
    company_id: facility.id,
    payment_method_line_id: facility.paymentMethodLines[outbound ? 'outbound' : 'inbound'],
    payment_method_id: outbound ? 2 : 1,
    outstanding_account_id: facility.accounts[way.outstanding],
    destination_account_id: facility.accounts[way.settled],
    move_id: false,
    invoice_ids: [] as number[],
    is_reconciled: state === 'paid' || state === 'in_process',
    is_matched: state === 'paid',
    is_sent: false,
  });
}

function post(book: Book, { claims, at, amount }: Transfer, { plan }: Claim, way: Way, payment: Draft): Entry {
  const { facility, partner, currency } = plan;
  const { sign } = way;
  // Claims paid in full are worth what they were booked at, whatever a conversion of their sum would round to.
  const asked = claims.reduce((sum, { entry }) => sum + Math.abs(claimOf(entry).openAmount), 0);
  const booked = claims.reduce((sum, { entry }) => sum + Math.abs(claimOf(entry).open), 0);
  const balance = amount === asked ? booked : Math.round(amount / currency.rate);
  const memo = textOf(payment, 'memo');
  const label = `Manual Payment: ${memo}`;
  const more = { payment_id: payment.id, date_maturity: dayOf(at) };
  const entry = addEntry(book, {
    facility,
    journal: 'bank',
    type: 'entry',
    state: 'posted',
    date: at,
    currency,
    partner: partner.id,
    ref: memo,
    head: { origin_payment_id: payment.id, invoice_partner_display_name: partner.name, invoice_date_due: dayOf(at) },
    postings: [
      { account: way.outstanding, label, amount: -sign * amount, balance: -sign * balance, more },
      { account: way.settled, label, amount: sign * amount, balance: sign * balance, more },
    ],
  });
  payment['move_id'] = entry.row.id;
  payment['amount_company_currency_signed'] = amountOf(-sign * balance);
  payment['invoice_ids'] = claims.map((claim) => claim.entry.row.id);
  return entry;
}
