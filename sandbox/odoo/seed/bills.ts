import { extended } from './amounts.ts';
import { type Book, textOf, touch } from './book.ts';
import { atHour, DAY } from './calendar.ts';
import type { CostCenters } from './cost-centers.ts';
import { addDocument, type Claim, type DocumentLine } from './documents.ts';
import type { Ground } from './ground.ts';
import { claimOf, match } from './matching.ts';
import type { Delivery, Order } from './orders.ts';
import { type Random, randomFor } from './random.ts';
import { isStory } from './story.ts';
import type { Supplier } from './suppliers.ts';

/** A bill for every delivery, but for a few: some are not written yet, some still drafts, some cancelled. */
export function billOrders(book: Book, ground: Ground, orders: readonly Order[]): readonly Claim[] {
  const random = randomFor('bills');
  const bills: Claim[] = [];
  for (const order of orders) {
    for (const delivery of order.deliveries) {
      const date = atHour(delivery.at + random.int(1, 8) * DAY, 0);
      const story = isStory(order.number);
      if (date >= ground.today || !(story || random.chance(0.94))) continue;
      const young = ground.today - date < 14 * DAY;
      const state = story
        ? 'posted'
        : young && random.chance(0.5)
          ? 'draft'
          : random.chance(0.01)
            ? 'cancel'
            : 'posted';
      bills.push(billDelivery(book, order, delivery, date, state, random));
    }
  }
  return bills;
}

function billDelivery(
  book: Book,
  order: Order,
  delivery: Delivery,
  date: number,
  state: 'draft' | 'posted' | 'cancel',
  random: Random,
): Claim {
  const { facility, supplier } = order;
  const bill = addDocument(book, {
    facility,
    type: 'in_invoice',
    state,
    date,
    currency: supplier.currency,
    partner: supplier,
    ref: `${supplier.name.slice(0, 3).toUpperCase()}-${String(random.int(10_000, 99_999))}`,
    origin: textOf(order.row, 'name'),
    tax: order.tax,
    lines: delivery.parts.map(({ line, quantity }): DocumentLine => {
      const { item, unit, price, discount, distribution } = line;
      const label = textOf(line.row, 'name');
      const subtotal = extended(quantity, price, discount);
      const account = item.category === 'Equipment' ? '611000' : '600000';
      return { label, account, subtotal, quantity, price, discount, distribution, item, unit, orderLine: line.row.id };
    }),
  });
  count(order, bill, delivery, 1);
  return bill;
}

/** A cancelled bill stays on the order but bills nothing; drafts do. */
function count(order: Order, { entry, plan }: Claim, delivery: Delivery, sign: 1 | -1): void {
  order.bills.push(entry.row.id);
  touch(order.row, plan.date);
  if (plan.state === 'cancel') return;
  for (const { line, quantity } of delivery.parts) {
    line.billed += sign * quantity;
    touch(line.row, plan.date);
  }
}

const EXPENSES = [
  ['Electricity', '600000'],
  ['Water and sewage', '600000'],
  ['Rent of premises', '612000'],
  ['Telephone and data lines', '600000'],
  ['Insurance of buildings', '600000'],
  ['Waste disposal', '600000'],
] as const;

/** What nobody orders: energy, rent, telephone. Every fourth is a receipt that was paid at the counter. */
export function billExpenses(
  book: Book,
  ground: Ground,
  scale: number,
  suppliers: readonly Supplier[],
  centers: CostCenters,
): readonly Claim[] {
  const random = randomFor('expenses');
  const able = suppliers.filter(({ trade, facility }) => trade === 'Services' && facility === null);
  return Array.from({ length: Math.round(96 * scale) }, (_, index) => {
    const facility = random.pick(ground.facilities);
    const [label, account] = random.pick(EXPENSES);
    const price = random.int(9_000, 480_000);
    const date = atHour(ground.start + random.int(5, 355) * DAY, 0);
    const distribution = centers.spread(facility, random);
    return addDocument(book, {
      facility,
      type: index % 4 === 3 ? 'in_receipt' : 'in_invoice',
      state: 'posted',
      date,
      currency: ground.currencies.usd,
      partner: random.pick(able),
      tax: account === '612000' ? null : { id: facility.taxes.purchase15, percent: 15 },
      origin: false,
      ref: `EXP-${String(50_000 + index)}`,
      lines: [{ label, account, subtotal: price, quantity: 1, price, discount: 0, distribution }],
    });
  });
}

/**
 * Credit notes: mostly an allowance for part of a bill, now and then the whole bill taken back, after which the order is
 * to be billed again. The newest are drafts.
 */
export function creditBills(
  book: Book,
  ground: Ground,
  scale: number,
  bills: readonly Claim[],
  orderOf: ReadonlyMap<number, Order>,
): readonly Claim[] {
  const random = randomFor('credit notes');
  const able = bills.filter(({ plan, entry }) => isCreditable(ground, plan, orderOf.get(entry.row.id)));
  return random.sample(able, Math.round(60 * scale)).map((bill, index) => {
    const order = orderOf.get(bill.entry.row.id);
    const date = bill.plan.date + random.int(4, 20) * DAY;
    const state = index % 12 === 11 ? 'draft' : 'posted';
    const whole = index % 6 === 0;
    const lines = whole ? bill.plan.lines : [allowanceOn(bill.plan.lines, random)];
    const credit = addDocument(book, {
      ...bill.plan,
      type: 'in_refund',
      state,
      date,
      lines,
      reverses: bill.entry,
      ref: `Reversal of: ${String(bill.plan.ref)}, ${whole ? 'wrong goods' : 'late delivery'}`,
    });
    if (whole && order !== undefined) {
      const parts = order.lines.flatMap((line) => {
        const quantity = lines.find(({ orderLine }) => orderLine === line.row.id)?.quantity ?? 0;
        return quantity === 0 ? [] : [{ line, quantity }];
      });
      count(order, credit, { at: date, parts }, -1);
    }
    if (state === 'draft') return credit;
    const claims = [claimOf(bill.entry), claimOf(credit.entry)] as const;
    match(book, claims, Math.abs(claims[1].amount), bill.plan.currency, date);
    if (whole) bill.entry.row['payment_state'] = 'reversed';
    return credit;
  });
}

function isCreditable(ground: Ground, plan: Claim['plan'], order: Order | undefined): boolean {
  if (plan.state !== 'posted' || plan.type !== 'in_invoice') return false;
  if (order === undefined || isStory(order.number)) return false;
  return plan.date < ground.today - 25 * DAY;
}

function allowanceOn(lines: readonly DocumentLine[], random: Random): DocumentLine {
  const untaxed = lines.reduce((sum, { subtotal }) => sum + subtotal, 0);
  const price = Math.max(1, Math.round((untaxed * random.int(5, 15)) / 100));
  const distribution = lines[0]?.distribution ?? {};
  const label = 'Allowance for late delivery';
  return { label, account: '600000', subtotal: price, quantity: 1, price, discount: 0, distribution };
}
