import { amountOf, type Cents } from './amounts.ts';
import type { Book } from './book.ts';
import { DAY, dayOf } from './calendar.ts';
import type { Facility, Ground, Unit } from './ground.ts';
import type { Item, Items } from './items.ts';
import { type Random, randomFor } from './random.ts';
import { STORY_ITEMS } from './story.ts';
import type { Supplier } from './suppliers.ts';

/** What a supplier asks for an item, in its currency and for one `unit`. */
export interface Offer {
  readonly item: Item;
  readonly unit: Unit;
  readonly price: Cents;
}

/** The offers of every supplier, in the order of the suppliers. */
export type Offers = ReadonlyMap<Supplier, readonly Offer[]>;

/** About 900 prices at scale 1: one to three suppliers for every item, and one or two for a service. */
export function makePrices(book: Book, ground: Ground, suppliers: readonly Supplier[], items: Items): Offers {
  const random = randomFor('prices');
  const offers = new Map<Supplier, Offer[]>(suppliers.map((supplier) => [supplier, []]));
  for (const item of [...items.goods, ...items.bought]) {
    const story = items.goods.indexOf(item) < STORY_ITEMS ? suppliers.slice(0, 1) : [];
    const able = suppliers.filter((supplier) => canSell(supplier, item, items, ground));
    const wanted = item.category === 'Services' ? random.int(1, 2) : random.next() < 0.5 ? 1 : random.int(2, 3);
    const sellers = new Set([...story, ...random.sample(able, wanted)]);
    for (const [rank, supplier] of [...sellers].entries()) {
      offers.get(supplier)?.push(makePrice(book, ground, random, supplier, item, rank));
    }
  }
  return offers;
}

function canSell(supplier: Supplier, item: Item, items: Items, ground: Ground): boolean {
  if (supplier.trade !== item.category) return false;
  const only = supplier.facility ?? item.facility;
  if (only === null || item.category === 'Services') return true;
  return (item.facility ?? only) === only && assortmentOf(items, ground, only).includes(item);
}

/** What a facility works with. */
export const assortmentOf = (items: Items, ground: Ground, facility: Facility): readonly Item[] =>
  items.assortments[ground.facilities.indexOf(facility)] ?? [];

function makePrice(book: Book, ground: Ground, random: Random, supplier: Supplier, item: Item, rank: number): Offer {
  const each = item.soldIn.factor / item.unit.factor;
  const ask = item.cost * each * supplier.currency.rate * (0.95 + random.next() * 0.12);
  const price = Math.max(1, Math.round(ask));
  const ended = rank === 2 && random.chance(0.15);
  const made = ground.start - random.int(1, 20) * DAY;
  book.add('product.supplierinfo', made, {
    partner_id: supplier.id,
    product_tmpl_id: item.template,
    product_id: item.product,
    product_uom_id: item.soldIn.id,
    product_code: `${supplier.name.slice(0, 2).toUpperCase()}${String(random.int(10_000, 99_999))}`,
    product_name: false,
    sequence: rank + 1,
    min_qty: random.pick([0, 0, 1, 1, 5, 10]),
    price: amountOf(price),
    discount: 0,
    currency_id: supplier.currency.id,
    delay: supplier.leadDays,
    date_start: rank === 0 ? false : dayOf(ground.start),
    date_end: ended ? dayOf(ground.today - random.int(20, 200) * DAY) : false,
    company_id: (supplier.facility ?? item.facility)?.id ?? false,
  });
  return { item, unit: item.soldIn, price };
}
