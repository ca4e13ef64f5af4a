import type { AccountCode } from './accounts.ts';
import { amountOf, type Cents, percentOf } from './amounts.ts';
import type { Book } from './book.ts';
import { DAY, dayOf, type Instant } from './calendar.ts';
import type { Distribution } from './cost-centers.ts';
import { addEntry, type Entry, type MoveType, type Posting } from './entries.ts';
import type { Currency, Facility, Unit } from './ground.ts';
import type { Item } from './items.ts';
import type { Term } from './suppliers.ts';

/** A line of a bill or an invoice, for an item or for something that is described only. */
export interface DocumentLine {
  readonly label: string;
  readonly account: AccountCode;
  readonly subtotal: Cents;
  readonly quantity: number;
  readonly price: Cents;
  readonly discount: number;
  readonly distribution: Distribution;
  readonly item?: Item;
  readonly unit?: Unit;
  readonly orderLine?: number;
}

export interface Tax {
  /** Id of `account.tax`. */
  readonly id: number;
  readonly percent: number;
}

export interface DocumentPlan {
  readonly facility: Facility;
  readonly type: Exclude<MoveType, 'entry'>;
  readonly state: 'draft' | 'posted' | 'cancel';
  readonly date: Instant;
  readonly currency: Currency;
  readonly partner: { readonly id: number; readonly name: string; readonly term: Term };
  readonly ref: string | false;
  readonly origin: string | false;
  /** Null: none applies. */
  readonly tax: Tax | null;
  readonly lines: readonly DocumentLine[];
  readonly reverses?: Entry;
}

/** A bill, an invoice or a credit note: what money is asked for with. */
export interface Claim {
  readonly entry: Entry;
  readonly plan: DocumentPlan;
  readonly dueAt: Instant;
}

/** Writes a document with its tax and the amount to be paid. Tax is rounded line by line, Odoo's default. */
export function addDocument(book: Book, plan: DocumentPlan): Claim {
  const { facility, type, state, date, currency, partner, ref, origin, tax, lines, reverses } = plan;
  const purchase = type.startsWith('in_');
  // A bill and a customer's credit note debit the costs; an invoice and a supplier's credit note credit them.
  const sign = type === 'in_invoice' || type === 'in_receipt' || type === 'out_refund' ? 1 : -1;
  const untaxed = lines.reduce((sum, { subtotal }) => sum + subtotal, 0);
  const taxes = lines.reduce((sum, { subtotal }) => sum + percentOf(subtotal, tax?.percent ?? 0), 0);
  const dueAt = date + partner.term.days * DAY;
  const [claimAccount, taxAccount] = purchase ? (['211000', '131000'] as const) : (['121000', '251000'] as const);
  const postings: Posting[] = lines.map((line) => ({
    account: line.account,
    label: line.label,
    amount: sign * line.subtotal,
    kind: 'product',
    more: productOf(line, tax),
  }));
  if (tax !== null && tax.percent > 0) {
    const more = { tax_line_id: tax.id, tax_base_amount: amountOf(untaxed) };
    postings.push({ account: taxAccount, label: `${tax.percent}%`, amount: sign * taxes, kind: 'tax', more });
  }
  postings.push({
    account: claimAccount,
    label: ref === false ? '' : ref,
    amount: -sign * (untaxed + taxes),
    kind: 'payment_term',
    more: { date_maturity: dayOf(dueAt) },
  });
  const entry = addEntry(book, {
    facility,
    type,
    state,
    date,
    currency,
    ref,
    postings,
    journal: purchase ? 'purchase' : 'sale',
    partner: partner.id,
    head: {
      invoice_date: dayOf(date),
      invoice_date_due: dayOf(dueAt),
      invoice_origin: origin,
      invoice_payment_term_id: partner.term.id,
      invoice_partner_display_name: partner.name,
      invoice_currency_rate: currency.rate,
      reversed_entry_id: reverses?.row.id ?? false,
    },
  });
  return { entry, plan, dueAt };
}

function productOf(line: DocumentLine, tax: Tax | null) {
  return {
    product_id: line.item?.product ?? false,
    product_uom_id: line.unit?.id ?? line.item?.unit.id ?? false,
    quantity: line.quantity,
    price_unit: amountOf(line.price),
    discount: line.discount,
    price_subtotal: amountOf(line.subtotal),
    price_total: amountOf(line.subtotal + percentOf(line.subtotal, tax?.percent ?? 0)),
    tax_ids: tax === null ? [] : [tax.id],
    analytic_distribution: line.distribution,
    purchase_line_id: line.orderLine ?? false,
  };
}
