import type { Book } from './book.ts';
import { DAY } from './calendar.ts';
import { TERM } from './base.ts';
import type { CategoryName } from './catalogue.ts';
import type { Currency, Facility, Ground } from './ground.ts';
import { contactOf, payerName, supplierName } from './names.ts';
import { memberOf, randomFor } from './random.ts';

export interface Supplier {
  /** Id of `res.partner`. */
  readonly id: number;
  readonly name: string;
  readonly trade: CategoryName | 'Services';
  readonly currency: Currency;
  /** The only facility it serves; null: all. */
  readonly facility: Facility | null;
  readonly term: Term;
  readonly leadDays: number;
}

export interface Term {
  readonly id: number;
  readonly days: number;
}

export interface Payer {
  readonly id: number;
  readonly name: string;
  readonly term: Term;
}

const TRADES = ['Consumables', 'Consumables', 'Pharmacy', 'Consumables', 'Equipment', 'Pharmacy', 'Services'] as const;
const TERMS: readonly Term[] = [
  { id: TERM.days30, days: 30 },
  { id: TERM.days30, days: 30 },
  { id: TERM.days15, days: 15 },
  { id: TERM.days45, days: 45 },
  { id: TERM.days21, days: 21 },
];

/** 60 suppliers at scale 1: every tenth for one facility only, every twelfth selling in euro. */
export function makeSuppliers(book: Book, ground: Ground, scale: number): readonly Supplier[] {
  const random = randomFor('suppliers');
  const count = Math.max(14, Math.round(60 * scale));
  return Array.from({ length: count }, (_, index) => {
    const name = supplierName(index);
    const facility = index % 10 === 9 ? memberOf(ground.facilities, (index - 9) / 10) : null;
    const currency = index % 12 === 4 ? ground.currencies.eur : ground.currencies.usd;
    const term = memberOf(TERMS, index);
    const perFacility = (value: number): Record<string, number> =>
      Object.fromEntries(ground.facilities.map(({ id }) => [String(id), value]));
    const { id } = book.add('res.partner', ground.start - random.int(20, 50) * DAY, {
      ...partnerOf(name, `SUP-${String(index + 1).padStart(3, '0')}`, index, ground),
      vat: `XX${String(400_000_000 + index * 7_919)}`,
      supplier_rank: 1,
      company_id: facility?.id ?? false,
      active: index % 29 !== 28,
      property_supplier_payment_term_id: perFacility(term.id),
      ...(currency.rate === 1 ? {} : { property_purchase_currency_id: perFacility(currency.id) }),
    });
    return { id, name, trade: memberOf(TRADES, index), currency, facility, term, leadDays: random.int(2, 18) };
  });
}

/** Insurers, funds and offices that pay for care. No person is a customer. */
export function makePayers(book: Book, ground: Ground, scale: number): readonly Payer[] {
  const count = Math.max(8, Math.round(16 * scale));
  return Array.from({ length: count }, (_, index) => {
    const name = payerName(index);
    const term = memberOf(TERMS, index);
    const { id } = book.add('res.partner', ground.start - 40 * DAY, {
      ...partnerOf(name, `PAY-${String(index + 1).padStart(3, '0')}`, index + 31, ground),
      customer_rank: 1,
      company_id: false,
      active: true,
    });
    return { id, name, term };
  });
}

function partnerOf(name: string, ref: string, index: number, ground: Ground) {
  const contact = contactOf(name, index);
  return {
    name,
    complete_name: name,
    commercial_company_name: name,
    ref,
    ...contact,
    email_normalized: contact.email,
    is_company: true,
    type: 'contact',
    country_id: ground.country,
    lang: 'en_US',
    partner_share: true,
    autopost_bills: 'ask',
    group_rfq: 'default',
    group_on: 'default',
  };
}
