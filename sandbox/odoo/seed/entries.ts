import type { StoredValue } from '../seed.ts';
import { type AccountCode, CHART } from './accounts.ts';
import { amountOf, type Cents, inCompanyCurrency } from './amounts.ts';
import type { Book, Draft } from './book.ts';
import { dayOf, type Instant } from './calendar.ts';
import { USD } from './base.ts';
import type { JournalKey } from './company.ts';
import type { Currency, Facility } from './ground.ts';

export type MoveType = 'entry' | 'in_invoice' | 'in_refund' | 'in_receipt' | 'out_invoice' | 'out_refund';

/** A line to be written. Amounts are debits if positive, in the currency of the entry. */
export interface Posting {
  readonly account: AccountCode;
  readonly label: string;
  readonly amount: Cents;
  readonly kind?: 'product' | 'tax' | 'payment_term';
  /** In the company's currency, where it must be another than the rate of the day gives. */
  readonly balance?: Cents;
  readonly more?: Readonly<Record<string, StoredValue>>;
}

export interface EntryPlan {
  readonly facility: Facility;
  readonly journal: JournalKey;
  readonly type: MoveType;
  readonly state: 'draft' | 'posted' | 'cancel';
  readonly date: Instant;
  readonly currency: Currency;
  readonly partner: number | false;
  readonly ref: string | false;
  readonly postings: readonly Posting[];
  readonly head?: Readonly<Record<string, StoredValue>>;
}

/** A journal item with what is still open on it; the sign is that of its balance. */
export interface EntryLine {
  readonly row: Draft;
  readonly balance: Cents;
  readonly amount: Cents;
  open: Cents;
  openAmount: Cents;
}

export interface Entry {
  readonly row: Draft;
  readonly lines: readonly EntryLine[];
}

/** Accounts of which Odoo keeps what is open: those whose lines are matched with others, and money. */
const KEPT_OPEN: ReadonlySet<AccountCode> = new Set(
  CHART.filter((account) => account.length === 4 || account[2] === 'asset_cash').map(([code]) => code),
);

/** Writes an `account.move` and its lines. Postings must balance; a rounding of the exchange rate goes to the first. */
export function addEntry(book: Book, plan: EntryPlan): Entry {
  const { facility, type, state, date, currency, partner, ref, postings } = plan;
  if (postings.reduce((sum, { amount }) => sum + amount, 0) !== 0) throw new Error(`unbalanced entry: ${String(ref)}`);
  const balances = postings.map(({ amount, balance }) => balance ?? inCompanyCurrency(amount, currency.rate));
  balances[0] = (balances[0] ?? 0) - balances.reduce((sum, balance) => sum + balance, 0);
  const journal = facility.journals[plan.journal];
  const row = book.add('account.move', date, {
    name: false,
    ref,
    date: dayOf(date),
    state,
    move_type: type,
    journal_id: journal,
    company_id: facility.id,
    partner_id: partner,
    commercial_partner_id: partner,
    currency_id: currency.id,
    auto_post: 'no',
    checked: state === 'posted',
    posted_before: state !== 'draft',
    payment_state: 'not_paid',
    invoice_date: false,
    invoice_date_due: false,
    invoice_origin: false,
    payment_reference: false,
    origin_payment_id: false,
    reversed_entry_id: false,
    matched_payment_ids: [] as number[],
    ...totalsOf(type, postings, balances),
    ...plan.head,
  });
  const lines = postings.map((posting, index): EntryLine => {
    const balance = balances[index] ?? 0;
    const line = book.add('account.move.line', date, lineOf(plan, row, posting, balance, index));
    // Drafts too: who adds up debts must ask for posted lines.
    const open = KEPT_OPEN.has(posting.account);
    return {
      row: line,
      balance,
      amount: posting.amount,
      open: open ? balance : 0,
      openAmount: open ? posting.amount : 0,
    };
  });
  return { row, lines };
}

function lineOf(plan: EntryPlan, move: Draft, posting: Posting, balance: Cents, index: number) {
  const { facility, currency, partner, state, date, ref } = plan;
  const { account, label, amount, kind = 'product', more } = posting;
  return {
    move_id: move.id,
    move_name: false,
    journal_id: facility.journals[plan.journal],
    company_id: facility.id,
    company_currency_id: USD,
    currency_id: currency.id,
    partner_id: partner,
    parent_state: state,
    date: dayOf(date),
    invoice_date: move['invoice_date'] ?? false,
    ref,
    account_id: facility.accounts[account],
    name: label,
    display_type: kind,
    sequence: kind === 'tax' ? 10_000 : kind === 'payment_term' ? 12_000 : 10 + index,
    amount_currency: amountOf(amount),
    balance: amountOf(balance),
    debit: amountOf(Math.max(balance, 0)),
    credit: amountOf(Math.max(-balance, 0)),
    amount_residual: 0,
    amount_residual_currency: 0,
    reconciled: false,
    matching_number: false,
    product_id: false,
    product_uom_id: false,
    quantity: kind === 'product' ? 1 : 0,
    price_unit: 0,
    discount: 0,
    price_subtotal: kind === 'product' ? amountOf(amount) : 0,
    price_total: kind === 'product' ? amountOf(amount) : 0,
    tax_ids: [] as number[],
    tax_line_id: false,
    tax_group_id: false,
    tax_base_amount: 0,
    analytic_distribution: false,
    date_maturity: false,
    purchase_line_id: false,
    payment_id: false,
    ...more,
  };
}

/** Totals of a document as its reader sees them, and signed as the company does: what it owes is negative. */
function totalsOf(type: MoveType, postings: readonly Posting[], balances: readonly Cents[]) {
  if (type === 'entry') {
    const total = amountOf(balances.reduce((sum, balance) => sum + Math.max(balance, 0), 0));
    return { ...NO_TOTALS, amount_total: total, amount_total_signed: total, amount_total_in_currency_signed: total };
  }
  const sumOf = (values: readonly Cents[], kind: Posting['kind']): Cents =>
    values.reduce((sum, value, index) => sum + ((postings[index]?.kind ?? 'product') === kind ? value : 0), 0);
  const amounts = postings.map(({ amount }) => amount);
  const [untaxed, tax] = [sumOf(amounts, 'product'), sumOf(amounts, 'tax')];
  const total = Math.abs(untaxed + tax);
  return {
    amount_untaxed: amountOf(Math.abs(untaxed)),
    amount_tax: amountOf(Math.abs(tax)),
    amount_total: amountOf(total),
    amount_residual: amountOf(total),
    amount_untaxed_signed: amountOf(-sumOf(balances, 'product')),
    amount_tax_signed: amountOf(-sumOf(balances, 'tax')),
    amount_total_signed: amountOf(sumOf(balances, 'payment_term')),
    amount_total_in_currency_signed: amountOf(sumOf(amounts, 'payment_term')),
    amount_residual_signed: amountOf(sumOf(balances, 'payment_term')),
  };
}

const NO_TOTALS = {
  amount_untaxed: 0,
  amount_tax: 0,
  amount_residual: 0,
  amount_untaxed_signed: 0,
  amount_tax_signed: 0,
  amount_residual_signed: 0,
};
