import { amountOf, type Cents, extended, inCompanyCurrency, percentOf } from './amounts.ts';
import { type Basket, chooseOffers, type Counter, countersOf, fillBasket } from './baskets.ts';
import type { Book, Draft } from './book.ts';
import { atHour, DAY, type Instant, stampOf } from './calendar.ts';
import type { CostCenters, Distribution } from './cost-centers.ts';
import type { Tax } from './documents.ts';
import type { Facility, Ground, Unit } from './ground.ts';
import type { Item, Items } from './items.ts';
import type { Offer, Offers } from './prices.ts';
import { memberOf, type Random, randomFor } from './random.ts';
import { isStory, STORY_ITEMS } from './story.ts';
import type { Supplier } from './suppliers.ts';

export type OrderState = 'draft' | 'sent' | 'to approve' | 'purchase' | 'cancel';

export interface OrderLine {
  readonly row: Draft;
  readonly item: Item;
  /** The unit of the order; `quantity`, `received`, `billed` and `price` are in it. */
  readonly unit: Unit;
  readonly quantity: number;
  readonly price: Cents;
  readonly discount: number;
  readonly distribution: Distribution;
  received: number;
  billed: number;
}

/** What came at one time. */
export interface Delivery {
  readonly at: Instant;
  readonly parts: readonly { readonly line: OrderLine; readonly quantity: number }[];
}

export interface Order {
  readonly row: Draft;
  readonly number: number;
  readonly facility: Facility;
  readonly supplier: Supplier;
  readonly state: OrderState;
  readonly tax: Tax;
  readonly orderedAt: Instant;
  readonly expectedAt: Instant;
  readonly lines: readonly OrderLine[];
  readonly pickings: Draft[];
  readonly deliveries: Delivery[];
  readonly bills: number[];
}

/** How many orders of a hundred each facility makes. */
const SHARES = [50, 30, 20];

/** 2,000 orders at scale 1, spread over the year, the newest last. What came of them is settled later. */
export function makeOrders(
  book: Book,
  ground: Ground,
  scale: number,
  { items, offers, centers }: { items: Items; offers: Offers; centers: CostCenters },
): readonly Order[] {
  const random = randomFor('orders');
  const counters = countersOf(ground, items, offers);
  const count = Math.max(1, Math.round(2000 * scale));
  const step = (ground.today - ground.start - DAY) / count;
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const orderedAt = inOfficeHours(ground.start + (index + 0.5) * step);
    const story = isStory(number);
    const facility = story ? memberOf(ground.facilities, 0) : facilityFor(ground, random);
    const able = counters.get(facility) ?? [];
    const counter = story ? memberOf(able, 0) : random.pick(able);
    const state = story ? 'purchase' : stateFor(index / count, random);
    const offered = story ? counter.offers.slice(0, STORY_ITEMS - 1) : chooseOffers(counter, random);
    const basket = fillBasket(offered, random);
    return makeOrder(book, ground, random, centers, { number, orderedAt, facility, state, counter, basket });
  });
}

interface Plan {
  readonly number: number;
  readonly orderedAt: Instant;
  readonly facility: Facility;
  readonly state: OrderState;
  readonly counter: Counter;
  readonly basket: Basket;
}

/** The same day, but between seven and five o'clock; the order of moments stays. */
const inOfficeHours = (moment: Instant): Instant => atHour(moment, 7) + Math.floor(((moment % DAY) * 10) / 24);

function facilityFor(ground: Ground, random: Random): Facility {
  let left = random.next() * 100;
  const index = SHARES.findIndex((share) => (left -= share) < 0);
  return memberOf(ground.facilities, Math.max(0, index));
}

/** Of all orders 5 % are cancelled and 17 % not yet confirmed; hardly any of those is old. `age` runs from 0 to 1, now. */
function stateFor(age: number, random: Random): OrderState {
  if (random.chance(0.055)) return 'cancel';
  if (!random.chance(0.74 * age ** 3)) return 'purchase';
  const kind = random.next() * 17;
  return kind < 8 ? 'draft' : kind < 13 ? 'sent' : 'to approve';
}

/** A line of a basket with its price worked out. */
interface Priced {
  readonly offer: Offer;
  readonly quantity: number;
  readonly discount: number;
  readonly subtotal: Cents;
  readonly tax: Cents;
}

function makeOrder(book: Book, ground: Ground, random: Random, centers: CostCenters, plan: Plan): Order {
  const { orderedAt, facility, state, basket } = plan;
  const { supplier } = plan.counter;
  const { taxes } = facility;
  // What comes from abroad bears no tax at the door.
  const tax: Tax =
    supplier.currency.rate === 1 ? { id: taxes.purchase15, percent: 15 } : { id: taxes.imports0, percent: 0 };
  const swell = state === 'to approve' ? swellOf(basket, tax.percent, facility, supplier) : 1;
  const priced = basket.map(({ offer, quantity: wanted }): Priced => {
    const quantity = wanted * swell;
    const discount = random.chance(0.06) ? 5 : 0;
    const subtotal = extended(quantity, offer.price, discount);
    return { offer, quantity, discount, subtotal, tax: percentOf(subtotal, tax.percent) };
  });
  const expectedAt = atHour(orderedAt + (supplier.leadDays + random.int(0, 3)) * DAY, 12);
  const row = book.add('purchase.order', orderedAt, headOf(plan, ground, expectedAt, priced));
  const lines = priced.map((one, index): OrderLine => {
    const { offer, quantity, discount } = one;
    const distribution = centers.spread(facility, random);
    const values = lineOf(one, row, tax.id, { distribution, sequence: 10 + index });
    const line = book.add('purchase.order.line', orderedAt, values);
    return { ...offer, row: line, quantity, discount, distribution, received: 0, billed: 0 };
  });
  return { ...plan, row, supplier, tax, expectedAt, lines, pickings: [], deliveries: [], bills: [] };
}

function lineOf(
  { offer, quantity, discount, subtotal, tax }: Priced,
  order: Draft,
  taxId: number,
  { distribution, sequence }: { distribution: Distribution; sequence: number },
) {
  const { item, unit, price } = offer;
  return {
    order_id: order.id,
    company_id: order['company_id'] ?? false,
    partner_id: order['partner_id'] ?? false,
    date_planned: order['date_planned'] ?? false,
    tax_ids: [taxId],
    sequence,
    analytic_distribution: distribution,
    name: `[${item.code}] ${item.name}`,
    product_id: item.product,
    product_qty: quantity,
    product_uom_id: unit.id,
    product_uom_qty: quantity * (unit.factor / item.unit.factor),
    price_unit: amountOf(price),
    technical_price_unit: amountOf(price),
    discount,
    price_subtotal: amountOf(subtotal),
    price_tax: amountOf(tax),
    price_total: amountOf(subtotal + tax),
    price_total_cc: amountOf(inCompanyCurrency(subtotal, Number(order['currency_rate']))),
    display_type: false,
    is_downpayment: false,
    propagate_cancel: true,
    qty_received_method: item.category === 'Services' ? 'manual' : 'stock_moves',
    qty_received_manual: 0,
    qty_received: 0,
    qty_invoiced: 0,
    qty_to_invoice: 0,
  };
}

/** By how much an order must be larger to need a manager's approval. */
function swellOf(basket: Basket, percent: number, facility: Facility, { currency }: Supplier): number {
  let total = 0;
  for (const { offer, quantity } of basket) total += extended(quantity, offer.price) * (1 + percent / 100);
  return Math.max(1, Math.ceil((facility.approvalLimit * 1.1) / (total / currency.rate)));
}

function headOf(plan: Plan, ground: Ground, expectedAt: Instant, lines: readonly Priced[]) {
  const { number, orderedAt, facility, state, counter } = plan;
  const { supplier } = counter;
  const confirmed = state === 'purchase';
  const untaxed = lines.reduce((sum, { subtotal }) => sum + subtotal, 0);
  const tax = lines.reduce((sum, line) => sum + line.tax, 0);
  return {
    name: `P${String(number).padStart(5, '0')}`,
    state,
    locked: false,
    acknowledged: confirmed,
    priority: number % 40 === 0 ? '1' : '0',
    partner_id: supplier.id,
    partner_ref: confirmed && number % 3 !== 0 ? `SO-${String(70_000 + number * 3)}` : false,
    origin: number % 4 === 0 ? `REQ-${facility.prefix}-${String(number).padStart(4, '0')}` : false,
    date_order: stampOf(orderedAt),
    date_calendar_start: stampOf(orderedAt),
    date_approve: confirmed ? stampOf(orderedAt) : false,
    date_planned: stampOf(expectedAt),
    company_id: facility.id,
    currency_id: supplier.currency.id,
    currency_rate: supplier.currency.rate,
    payment_term_id: supplier.term.id,
    picking_type_id: facility.pickingTypes.receipts,
    user_id: ground.buyerOf(facility),
    requisition_id: false,
    amount_untaxed: amountOf(untaxed),
    amount_tax: amountOf(tax),
    amount_total: amountOf(untaxed + tax),
    amount_total_cc: amountOf(inCompanyCurrency(untaxed + tax, supplier.currency.rate)),
    invoice_status: 'no',
    receipt_status: false,
    effective_date: false,
    invoice_ids: [] as number[],
    invoice_count: 0,
    picking_ids: [] as number[],
  };
}
