import { type Book, type Draft, textOf } from './book.ts';
import { atHour, DAY, dayOf, type Instant, stampOf } from './calendar.ts';
import type { Facility, Ground } from './ground.ts';
import type { Item, Items } from './items.ts';
import { addMove } from './moves.ts';
import type { Shelf } from './shelves.ts';
import { USAGE_DAYS } from './usage.ts';

/** What receipts brought to one shelf, before the count and since. */
interface Received {
  readonly location: number;
  readonly item: Item;
  readonly facility: Facility;
  readonly lot: number | false;
  readonly expiresAt: string | false;
  before: number;
  since: number;
}

/**
 * The stock count with which each facility began to record its usage: whatever had been used before without a note is
 * booked off, whatever was found is booked on. So every quantity on hand is the sum of the moves that led to it.
 * Serial numbers are not counted; they are where they were received.
 */
export function countStock(book: Book, ground: Ground, items: Items, shelves: readonly Shelf[]): void {
  const countedAt = atHour(ground.today - (USAGE_DAYS + 1) * DAY, 18);
  const received = receivedAt(book, ground, items, stampOf(countedAt));
  const reference = `Stock count of ${dayOf(countedAt)}`;
  const adjust = (one: Omit<Received, 'before' | 'since'>, difference: number): void => {
    const quantity = Math.round(Math.abs(difference) * 1000) / 1000;
    if (quantity === 0) return;
    const { facility, item, location, lot, expiresAt } = one;
    const lost = facility.locations.inventory;
    addMove(book, {
      facility,
      item,
      from: difference > 0 ? lost : location,
      to: difference > 0 ? location : lost,
      reference,
      state: 'done',
      made: countedAt,
      at: countedAt,
      count: true,
      portions: [{ lot, expiresAt, quantity }],
    });
  };
  for (const shelf of shelves) {
    const key = keyOf(shelf.location, shelf.item.product, shelf.lot);
    const { before, since } = received.get(key) ?? { before: 0, since: 0 };
    received.delete(key);
    // Never less than what was used or promised, so no shelf was ever short.
    adjust(shelf, Math.max(shelf.target - since, 0) + shelf.used + shelf.promised - before);
  }
  for (const rest of received.values()) {
    if (rest.item.tracking !== 'serial') adjust(rest, -rest.before);
  }
  markCounted(book, ground, countedAt);
}

function receivedAt(book: Book, ground: Ground, items: Items, countedAt: string): Map<string, Received> {
  const itemOf = new Map(items.goods.map((item) => [item.product, item]));
  const facilityOf = new Map(ground.facilities.map((facility) => [facility.id, facility]));
  const received = new Map<string, Received>();
  for (const line of book.rows('stock.move.line')) {
    const facility = facilityOf.get(Number(line['company_id']));
    const item = itemOf.get(Number(line['product_id']));
    if (facility === undefined || item === undefined || !item.kept) continue;
    if (line['state'] !== 'done' || line['location_dest_id'] !== facility.locations.stock) continue;
    const entry = receivedOn(received, line, item, facility);
    entry[textOf(line, 'date') < countedAt ? 'before' : 'since'] += Number(line['quantity']);
  }
  return received;
}

function receivedOn(received: Map<string, Received>, line: Draft, item: Item, facility: Facility): Received {
  const location = facility.locations.stock;
  const lot = typeof line['lot_id'] === 'number' ? line['lot_id'] : false;
  const key = keyOf(location, item.product, lot);
  const expiresAt = typeof line['expiration_date'] === 'string' ? line['expiration_date'] : false;
  const entry = received.get(key) ?? { location, item, facility, lot, expiresAt, before: 0, since: 0 };
  received.set(key, entry);
  return entry;
}

const keyOf = (location: number, product: number, lot: number | false): string => `${location}:${product}:${lot}`;

function markCounted(book: Book, ground: Ground, countedAt: Instant): void {
  const counted = new Set(ground.facilities.flatMap(({ locations, wards }) => [locations.stock, ...wards]));
  for (const location of book.rows('stock.location')) {
    if (counted.has(location.id)) location['last_inventory_date'] = dayOf(countedAt);
  }
}
