import type { Book } from './book.ts';
import { DAY } from './calendar.ts';
import type { Facility, Ground } from './ground.ts';
import { type Random, randomFor } from './random.ts';

/** How many rules a facility has for its stock room, and how many of them are for items it is short of, at scale 1. */
const RULES = 50;
const SHORT = 7;

/** 150 rules at scale 1; for about 20 of them the stock room holds less than the minimum. */
export function makeReorderRules(book: Book, ground: Ground, scale: number): void {
  const random = randomFor('reorder rules');
  for (const facility of ground.facilities) {
    const onHand = onHandIn(book, facility.locations.stock);
    const chosen = random.sample([...onHand], Math.round(RULES * scale));
    for (const [index, [product, quantity]] of chosen.entries()) {
      makeRule(book, ground, random, facility, product, quantity, index < SHORT * scale);
    }
  }
}

function onHandIn(book: Book, location: number): Map<number, number> {
  const onHand = new Map<number, number>();
  for (const quant of book.rows('stock.quant')) {
    if (quant['location_id'] !== location) continue;
    const product = Number(quant['product_id']);
    onHand.set(product, (onHand.get(product) ?? 0) + Number(quant['quantity']));
  }
  return onHand;
}

function makeRule(
  book: Book,
  ground: Ground,
  random: Random,
  facility: Facility,
  product: number,
  onHand: number,
  short: boolean,
): void {
  const minimum = short
    ? Math.ceil(onHand * (1.3 + random.next())) + 1
    : Math.floor(onHand * (0.2 + random.next() * 0.5));
  const number = book.rows('stock.warehouse.orderpoint').length + 1;
  book.add('stock.warehouse.orderpoint', ground.start + random.int(0, 200) * DAY, {
    name: `OP/${String(number).padStart(5, '0')}`,
    product_id: product,
    location_id: facility.locations.stock,
    warehouse_id: facility.warehouseId,
    company_id: facility.id,
    product_min_qty: minimum,
    product_max_qty: Math.max(minimum * 2, 2),
    trigger: random.chance(0.7) ? 'auto' : 'manual',
    active: true,
    qty_to_order_manual: 0,
  });
}
