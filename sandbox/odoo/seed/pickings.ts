import { inCompanyCurrency } from './amounts.ts';
import { type Book, type Draft, textOf, touch } from './book.ts';
import { type Instant, stampOf } from './calendar.ts';
import { SHARED_LOCATIONS } from './company.ts';
import type { Facility } from './ground.ts';
import type { Lots } from './lots.ts';
import { addMove } from './moves.ts';
import type { Delivery, Order, OrderLine } from './orders.ts';

/** Services are received too, but not at the dock. */
export const isGoods = (line: OrderLine): boolean => line.item.category !== 'Services';

/** Where deliveries are expected and received. */
export interface Dock {
  /** A receipt made at `at`, as yet without moves; `backorder` is the one of which it is the rest. */
  open(order: Order, at: Instant, backorder: Draft | null): Draft;
  /** Writes the moves of a receipt: expected, received or given up. */
  fill(order: Order, picking: Draft, delivery: Delivery, state: 'assigned' | 'done' | 'cancel'): void;
}

export function dockOf(book: Book, lots: Lots): Dock {
  const numbers = new Map<Facility, number>();
  return {
    open: (order, at, backorder) => {
      const { facility } = order;
      const number = (numbers.get(facility) ?? 0) + 1;
      numbers.set(facility, number);
      const picking = book.add('stock.picking', at, {
        name: `${facility.prefix}/IN/${String(number).padStart(5, '0')}`,
        origin: textOf(order.row, 'name'),
        state: 'assigned',
        move_type: 'direct',
        priority: '0',
        partner_id: order.supplier.id,
        company_id: facility.id,
        picking_type_id: facility.pickingTypes.receipts,
        location_id: SHARED_LOCATIONS.vendors,
        location_dest_id: facility.locations.stock,
        scheduled_date: stampOf(order.expectedAt),
        date_deadline: stampOf(order.expectedAt),
        date_done: false,
        backorder_id: backorder?.id ?? false,
        is_locked: true,
      });
      order.pickings.push(picking);
      return picking;
    },
    fill: (order, picking, delivery, state) => {
      for (const part of delivery.parts) {
        if (isGoods(part.line)) addPart(book, lots, { order, picking, state, at: delivery.at, ...part });
      }
      picking['state'] = state;
      if (state !== 'done') return;
      picking['date_done'] = stampOf(delivery.at);
      touch(picking, delivery.at);
    },
  };
}

interface Part {
  readonly order: Order;
  readonly picking: Draft;
  readonly state: 'assigned' | 'done' | 'cancel';
  readonly at: Instant;
  readonly line: OrderLine;
  /** In the unit of the order line. */
  readonly quantity: number;
}

/** Odoo moves goods in the unit they are counted in, whatever unit they were ordered in. */
function addPart(book: Book, lots: Lots, { order, picking, state, at, line, quantity }: Part): void {
  const { facility, supplier } = order;
  const { item, unit, price, discount } = line;
  const factor = unit.factor / item.unit.factor;
  const amount = quantity * factor;
  const expected = [{ lot: false, expiresAt: false, quantity: amount }] as const;
  addMove(book, {
    facility,
    item,
    state,
    picking,
    at,
    made: order.orderedAt,
    from: SHARED_LOCATIONS.vendors,
    to: facility.locations.stock,
    partner: supplier.id,
    orderLine: line.row.id,
    origin: textOf(order.row, 'name'),
    reference: textOf(picking, 'name'),
    price: inCompanyCurrency((price * (1 - discount / 100)) / factor, supplier.currency.rate),
    portions: state === 'done' ? lots.portions(item, facility, amount, at) : expected,
  });
}
