import { SANDBOX_FACILITIES } from '../../facilities.ts';
import type { Cents } from '../../odoo/seed/amounts.ts';
import { type Instant, instantOf } from '../../odoo/seed/calendar.ts';
import { memberOf } from '../../odoo/seed/random.ts';
import type { Row, Seed } from '../../odoo/seed.ts';
import { groupBy } from '../../../platform/group-by.ts';

/** What Odoo knows of a claim: its invoice to a payer, with what has come of it. */
export interface Statement {
  /** `CLM-300000` and so on. */
  readonly number: string;
  readonly facilityCode: string;
  /** `PAY-001` and so on. */
  readonly payerCode: string;
  readonly date: Instant;
  readonly isDraft: boolean;
  readonly lines: readonly StatementLine[];
  readonly total: Cents;
  /** What credit notes have taken back. */
  readonly credited: Cents;
  readonly payments: readonly Payment[];
}

export interface StatementLine {
  readonly code: string;
  readonly quantity: number;
  readonly price: Cents;
}

export interface Payment {
  /** As Odoo numbers it. */
  readonly name: string;
  readonly date: Instant;
  readonly amount: Cents;
  /** False while it waits for the bank. */
  readonly isSettled: boolean;
}

export interface Payer {
  readonly code: string;
  readonly name: string;
}

/** Payers in the order of their codes. */
export const payersIn = ({ tables }: Seed): readonly Payer[] =>
  (tables['res.partner'] ?? [])
    .filter(({ ref }) => text(ref).startsWith('PAY-'))
    .map(({ ref, name }) => ({ code: text(ref), name: text(name) }));

/** Odoo's invoices that are claims, oldest first. */
export const statementsIn = ({ tables }: Seed): readonly Statement[] => {
  const moves = tables['account.move'] ?? [];
  const payerOf = new Map((tables['res.partner'] ?? []).map(({ id, ref }) => [id, text(ref)]));
  const codeOf = productCodes(tables);
  const linesOf = groupBy(tables['account.move.line'] ?? [], ({ move_id }) => move_id);
  const creditsOf = groupBy(moves, ({ reversed_entry_id }) => reversed_entry_id);
  const payments = paymentsOf(tables['account.payment'] ?? []);
  return moves
    .filter(({ move_type, ref }) => move_type === 'out_invoice' && text(ref).startsWith('CLM-'))
    .map((move): Statement => {
      const lines = (linesOf.get(move.id) ?? []).filter(({ display_type }) => display_type === 'product');
      return {
        number: text(move['ref']),
        facilityCode: memberOf(SANDBOX_FACILITIES, Number(move['company_id']) - 1).code,
        payerCode: payerOf.get(Number(move['partner_id'])) ?? '',
        date: instantOf(text(move['invoice_date'])),
        isDraft: move['state'] === 'draft',
        lines: lines.map(({ product_id, quantity, price_unit }) => ({
          code: codeOf.get(Number(product_id)) ?? '',
          quantity: Number(quantity),
          price: cents(price_unit),
        })),
        total: cents(move['amount_total']),
        credited: (creditsOf.get(move.id) ?? []).reduce((sum, { amount_total }) => sum + cents(amount_total), 0),
        payments: payments.get(move.id) ?? [],
      };
    })
    .toSorted((one, other) => one.date - other.date || (one.number < other.number ? -1 : 1));
};

/** By id of the product, the code that its template has. */
const productCodes = (tables: Seed['tables']): ReadonlyMap<number, string> => {
  const templates = new Map((tables['product.template'] ?? []).map(({ id, default_code }) => [id, text(default_code)]));
  return new Map(
    (tables['product.product'] ?? []).map(({ id, product_tmpl_id }) => [
      id,
      templates.get(Number(product_tmpl_id)) ?? '',
    ]),
  );
};

/** By id of the invoice. A draft or a cancelled payment is for none. */
const paymentsOf = (rows: readonly Row[]): ReadonlyMap<number, readonly Payment[]> => {
  const found = new Map<number, Payment[]>();
  for (const { name, date, amount, state, invoice_ids } of rows) {
    for (const id of invoice_ids as readonly number[]) {
      const payment = {
        name: text(name),
        date: instantOf(text(date)),
        amount: cents(amount),
        isSettled: state === 'paid',
      };
      found.set(id, [...(found.get(id) ?? []), payment]);
    }
  }
  return found;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const cents = (value: unknown): Cents => Math.round(Number(value) * 100);
