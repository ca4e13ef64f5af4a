import type { Facility, Ground } from './ground.ts';
import type { Item, Items } from './items.ts';
import { assortmentOf } from './prices.ts';
import type { Lots } from './lots.ts';
import { randomFor } from './random.ts';
import { STORY_ITEMS } from './story.ts';

/** One item at one location, of one lot where it has lots: what becomes a `stock.quant`. */
export interface Shelf {
  readonly facility: Facility;
  readonly location: number;
  readonly item: Item;
  readonly lot: number | false;
  readonly expiresAt: string | false;
  /** What lies there at the end of the year, at the least. */
  readonly target: number;
  /** What was taken from it since the count, and what is promised. */
  used: number;
  promised: number;
}

/** How many items lie on each ward at scale 1, in the order of the facilities. */
const ON_WARDS = [80, 50, 45];

/** What every facility keeps: most of its assortment in the stock room, part of it on the wards. */
export function planShelves(ground: Ground, scale: number, items: Items, lots: Lots): readonly Shelf[] {
  const random = randomFor('shelves');
  const shelves: Shelf[] = [];
  const fill = (facility: Facility, location: number, item: Item, share: number): void => {
    const worth = 4000 * 40 ** random.next() * share;
    const amount = Math.min(item.tracking === 'none' ? 2000 : 400, Math.max(1, Math.round(worth / item.cost)));
    const batches =
      item.tracking === 'lot' ? lots.current(item, facility) : [{ lot: false, expiresAt: false } as const];
    for (const batch of batches) {
      shelves.push({ facility, location, item, ...batch, target: amount, used: 0, promised: 0 });
    }
  };
  for (const [index, facility] of ground.facilities.entries()) {
    const kept = assortmentOf(items, ground, facility).filter((item) => item.kept && item.tracking !== 'serial');
    const story = kept.slice(0, STORY_ITEMS);
    const others = kept.slice(STORY_ITEMS);
    for (const item of [...story, ...others.filter(() => random.chance(0.9))]) {
      fill(facility, facility.locations.stock, item, 1);
    }
    const onWard = Math.round((ON_WARDS[index] ?? 0) * scale);
    for (const [place, location] of facility.wards.entries()) {
      const fitting = others.filter(({ category }) =>
        place === 1 ? category === 'Pharmacy' : category !== 'Equipment',
      );
      for (const item of [...story, ...random.sample(fitting, onWard)]) fill(facility, location, item, 0.3);
    }
  }
  return shelves;
}
