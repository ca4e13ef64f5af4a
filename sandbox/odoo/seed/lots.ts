import type { Book } from './book.ts';
import { DAY, type Instant, stampOf } from './calendar.ts';
import type { Facility, Ground } from './ground.ts';
import type { Item, Items } from './items.ts';
import { memberOf, type Random, randomFor } from './random.ts';

/** Part of a quantity, in the item's own unit, with the lot it belongs to where the item has lots. */
export interface Portion {
  readonly lot: number | false;
  readonly expiresAt: string | false;
  readonly quantity: number;
}

export interface Lots {
  /** The portions in which a quantity comes in: a new serial number for each piece, or the batch of that time. */
  portions(item: Item, facility: Facility, quantity: number, at: Instant): readonly Portion[];
  /** The batches a facility may still hold at the end: the two youngest. */
  current(item: Item, facility: Facility): readonly Omit<Portion, 'quantity'>[];
}

type Batch = Omit<Portion, 'quantity'>;

/** Batches of everything that is kept by lot, so many for each facility; vaccines are batches of the whole group. */
export function makeLots(book: Book, ground: Ground, items: Items): Lots {
  const random = randomFor('lots');
  const batches = new Map<string, readonly Batch[]>();
  for (const [index, facility] of ground.facilities.entries()) {
    for (const item of items.assortments[index] ?? []) {
      const key = keyOf(item, facility);
      if (item.tracking === 'lot' && !batches.has(key))
        batches.set(key, batchesOf(book, ground, random, item, facility));
    }
  }
  const poolOf = (item: Item, facility: Facility): readonly Batch[] => batches.get(keyOf(item, facility)) ?? [];
  let serial = 0;
  return {
    portions: (item, facility, quantity, at) => {
      if (item.tracking === 'none') return [{ lot: false, expiresAt: false, quantity }];
      if (item.tracking === 'lot') {
        const pool = poolOf(item, facility);
        const age = (at - ground.start) / (ground.today - ground.start);
        return [{ ...memberOf(pool, Math.min(pool.length - 1, Math.floor(age * pool.length))), quantity }];
      }
      return Array.from({ length: quantity }, () => {
        serial += 1;
        const name = `SN-${item.code.split('-', 1)[0]}-${String(serial).padStart(5, '0')}`;
        const values = { name, product_id: item.product, company_id: facility.id, expiration_date: false };
        return { lot: book.add('stock.lot', at, values).id, expiresAt: false, quantity: 1 };
      });
    },
    current: (item, facility) => poolOf(item, facility).slice(-2),
  };
}

const keyOf = (item: Item, facility: Facility): string => `${item.product}:${isShared(item) ? 0 : facility.id}`;

const isShared = (item: Item): boolean => item.code.startsWith('VAC-');

/** The batches of a year, one after the other; the oldest may have expired on the shelf. */
function batchesOf(book: Book, ground: Ground, random: Random, item: Item, facility: Facility): readonly Batch[] {
  const count = random.int(2, 3);
  const span = (ground.today - ground.start) / count;
  return Array.from({ length: count }, (_, index) => {
    const made = Math.round(ground.start + index * span);
    const expires = made + random.int(240, 720) * DAY;
    const expiresAt = stampOf(expires - (expires % DAY));
    const lot = book.add('stock.lot', made, {
      name: `L${expiresAt.slice(2, 4)}${expiresAt.slice(5, 7)}-${String(random.int(1000, 9999))}${String.fromCharCode(65 + (item.product % 26))}`,
      product_id: item.product,
      company_id: isShared(item) ? false : facility.id,
      expiration_date: expiresAt,
      use_date: expiresAt,
      removal_date: stampOf(expires - (expires % DAY) - 30 * DAY),
      alert_date: stampOf(expires - (expires % DAY) - 60 * DAY),
    });
    return { lot: lot.id, expiresAt };
  });
}
