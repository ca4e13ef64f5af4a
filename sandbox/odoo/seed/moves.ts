import { amountOf, type Cents } from './amounts.ts';
import { type Book, type Draft, touch } from './book.ts';
import { type Instant, stampOf } from './calendar.ts';
import type { Facility } from './ground.ts';
import type { Item } from './items.ts';
import type { Portion } from './lots.ts';

/** One movement of one item. Quantities are in the item's own unit. */
export interface Movement {
  readonly facility: Facility;
  readonly item: Item;
  readonly from: number;
  readonly to: number;
  readonly state: 'assigned' | 'done' | 'cancel';
  readonly made: Instant;
  /** When it happened, or is to happen. */
  readonly at: Instant;
  readonly portions: readonly Portion[];
  readonly reference: string;
  readonly origin?: string;
  readonly picking?: Draft;
  readonly orderLine?: number;
  readonly partner?: number;
  /** In the company's currency, for one unit; left out: what the item costs. */
  readonly price?: Cents;
  readonly count?: boolean;
}

/** Writes a `stock.move` and, unless it is cancelled, its lines: one for each portion. */
export function addMove(book: Book, move: Movement): void {
  const { facility, item, from, to, state, made, at, portions, picking } = move;
  const done = state === 'done';
  const quantity = portions.reduce((sum, portion) => sum + portion.quantity, 0);
  const cost = item.costs[facility.id] ?? item.cost;
  const price = move.price ?? cost;
  const incoming = done && move.orderLine !== undefined;
  // What leaves the shelves is worth what the item cost the facility then.
  const outgoing = done && isKept(facility, from) && !isKept(facility, to);
  const row = book.add('stock.move', made, {
    product_id: item.product,
    product_uom: item.unit.id,
    product_uom_qty: quantity,
    product_qty: quantity,
    quantity: state === 'cancel' ? 0 : quantity,
    picked: done,
    state,
    date: stampOf(at),
    date_deadline: move.orderLine === undefined ? false : stampOf(at),
    location_id: from,
    location_dest_id: to,
    location_final_id: to,
    picking_id: picking?.id ?? false,
    picking_type_id: picking?.['picking_type_id'] ?? false,
    partner_id: move.partner ?? false,
    purchase_line_id: move.orderLine ?? false,
    origin: move.origin ?? false,
    reference: move.reference,
    company_id: facility.id,
    warehouse_id: facility.warehouseId,
    price_unit: amountOf(price),
    value: incoming || outgoing ? amountOf(Math.round((incoming ? price : cost) * quantity)) : 0,
    is_in: incoming,
    is_out: outgoing,
    is_inventory: move.count === true,
    inventory_name: move.count === true ? move.reference : false,
    procure_method: 'make_to_stock',
    propagate_cancel: true,
    sequence: 10,
    priority: '0',
  });
  if (done) touch(row, at);
  if (state === 'cancel') return;
  for (const portion of portions) {
    const line = book.add('stock.move.line', made, {
      move_id: row.id,
      picking_id: picking?.id ?? false,
      product_id: item.product,
      product_uom_id: item.unit.id,
      quantity: portion.quantity,
      quantity_product_uom: portion.quantity,
      picked: done,
      state,
      date: stampOf(at),
      location_id: from,
      location_dest_id: to,
      lot_id: portion.lot,
      lot_name: false,
      expiration_date: portion.expiresAt,
      company_id: facility.id,
    });
    if (done) touch(line, at);
  }
}

const isKept = ({ locations, wards }: Facility, place: number): boolean =>
  place === locations.stock || wards.includes(place);
