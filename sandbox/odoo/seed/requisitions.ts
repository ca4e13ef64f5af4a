import { amountOf } from './amounts.ts';
import type { Book } from './book.ts';
import { DAY, dayOf } from './calendar.ts';
import type { Facility, Ground } from './ground.ts';
import type { Order } from './orders.ts';
import { randomFor } from './random.ts';
import type { Supplier } from './suppliers.ts';

/** 30 agreements at scale 1, each made from what a facility orders of one supplier; later orders refer to it. */
export function makeRequisitions(book: Book, ground: Ground, scale: number, orders: readonly Order[]): void {
  const random = randomFor('requisitions');
  const custom = customOf(orders);
  const chosen = random.sample(
    [...custom.values()].filter(({ orders: made }) => made.length > 3),
    Math.max(1, Math.round(30 * scale)),
  );
  for (const [index, { facility, supplier, orders: made }] of chosen.entries()) {
    const from = ground.start + random.int(0, 240) * DAY;
    const to = from + 180 * DAY;
    const state = to < ground.today ? 'done' : index % 7 === 3 ? 'draft' : index % 13 === 8 ? 'cancel' : 'confirmed';
    const blanket = index % 4 !== 3;
    const { id } = book.add('purchase.requisition', from - 7 * DAY, {
      name: `${blanket ? 'BO' : 'PT'}${String(index + 1).padStart(5, '0')}`,
      state,
      requisition_type: blanket ? 'blanket_order' : 'purchase_template',
      reference: `AGR-${facility.prefix}-${String(index + 1).padStart(3, '0')}`,
      vendor_id: supplier.id,
      company_id: facility.id,
      currency_id: supplier.currency.id,
      date_start: blanket ? dayOf(from) : false,
      date_end: blanket ? dayOf(to) : false,
      user_id: ground.buyerOf(facility),
      picking_type_id: facility.pickingTypes.receipts,
      warehouse_id: facility.warehouseId,
      active: true,
    });
    const lines = new Map(made.flatMap((order) => order.lines).map((line) => [line.item, line]));
    for (const { item, unit, price, quantity } of [...lines.values()].slice(0, 5)) {
      book.add('purchase.requisition.line', from - 7 * DAY, {
        requisition_id: id,
        company_id: facility.id,
        product_id: item.product,
        product_uom_id: unit.id,
        product_qty: quantity * 10,
        price_unit: amountOf(price),
      });
    }
    if (state === 'draft' || state === 'cancel') continue;
    const during = made.filter(({ orderedAt }) => orderedAt >= from && orderedAt < to);
    for (const order of during.slice(0, 3)) order.row['requisition_id'] = id;
  }
}

interface Custom {
  readonly facility: Facility;
  readonly supplier: Supplier;
  readonly orders: Order[];
}

/** The orders of each facility to each supplier. */
function customOf(orders: readonly Order[]): ReadonlyMap<string, Custom> {
  const custom = new Map<string, Custom>();
  for (const order of orders) {
    const { facility, supplier } = order;
    const key = `${facility.id}:${supplier.id}`;
    const known = custom.get(key);
    if (known === undefined) custom.set(key, { facility, supplier, orders: [order] });
    else known.orders.push(order);
  }
  return custom;
}
