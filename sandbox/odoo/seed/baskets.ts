import type { Facility, Ground } from './ground.ts';
import type { Items } from './items.ts';
import { assortmentOf, type Offer, type Offers } from './prices.ts';
import type { Random } from './random.ts';
import type { Supplier } from './suppliers.ts';

/** A supplier, seen by one facility: what of its offers the facility works with. */
export interface Counter {
  readonly supplier: Supplier;
  readonly offers: readonly Offer[];
}

/** What goes into one order. */
export type Basket = readonly { readonly offer: Offer; readonly quantity: number }[];

/** From whom each facility buys. */
export function countersOf(ground: Ground, items: Items, offers: Offers): ReadonlyMap<Facility, readonly Counter[]> {
  const counters = new Map<Facility, Counter[]>();
  for (const facility of ground.facilities) {
    const used = new Set([...assortmentOf(items, ground, facility), ...items.bought]);
    const own: Counter[] = [];
    for (const [supplier, all] of offers) {
      const useful = all.filter(({ item }) => used.has(item));
      const serves = (supplier.facility ?? facility) === facility;
      if (serves && useful.length > 0) own.push({ supplier, offers: useful });
    }
    counters.set(facility, own);
  }
  return counters;
}

/** One to six things. Devices with a serial number are bought less often than everything else. */
export function chooseOffers({ offers }: Counter, random: Random): readonly Offer[] {
  const everyday = offers.filter(({ item }) => item.tracking !== 'serial');
  const all = everyday.length === 0 || random.chance(0.3);
  return random.sample(all ? offers : everyday, random.int(1, 6));
}

export const fillBasket = (offers: readonly Offer[], random: Random): Basket =>
  offers.map((offer) => ({ offer, quantity: quantityOf(offer, random) }));

/** A round quantity worth between 40 and 2,500 of the currency, unless one alone is worth more. */
function quantityOf({ item, unit, price }: Offer, random: Random): number {
  if (item.tracking === 'serial') return random.int(1, 2);
  const worth = 4000 * 62.5 ** random.next();
  const wanted = worth / price;
  const step = wanted >= 200 ? 50 : wanted >= 40 ? 10 : wanted >= 10 ? 5 : unit.factor === 1000 ? 0.5 : 1;
  return Math.max(step, Math.round(wanted / step) * step);
}
