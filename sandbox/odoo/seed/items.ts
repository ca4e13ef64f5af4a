import { amountOf, type Cents } from './amounts.ts';
import { type Book, textOf } from './book.ts';
import { DAY } from './calendar.ts';
import { type CategoryName, SERVICES } from './catalogue.ts';
import type { Facility, Ground, Unit } from './ground.ts';
import { kindsOf } from './kinds.ts';
import { memberOf, type Random, randomFor } from './random.ts';
import { STORY_ITEMS } from './story.ts';

export type Tracking = 'none' | 'lot' | 'serial';

/** A product of the group, template and variant in one: no item has variants. */
export interface Item extends Trait {
  /** Ids of `product.product` and `product.template`, one to one. */
  readonly product: number;
  readonly template: number;
  /** What one `unit` costs each facility, by its id. Nothing for what is sold. */
  readonly costs: Readonly<Record<number, Cents>>;
}

interface Trait {
  readonly code: string;
  readonly name: string;
  readonly category: CategoryName | 'Services';
  readonly unit: Unit;
  readonly soldIn: Unit;
  /** What one `unit` costs on average. */
  readonly cost: Cents;
  readonly tracking: Tracking;
  /** Whether its quantity is kept. */
  readonly kept: boolean;
  /** Whether the group sells it, rather than buys it. */
  readonly forSale: boolean;
  /** The only facility that uses it; null: the group. */
  readonly facility: Facility | null;
}

export interface Items {
  readonly goods: readonly Item[];
  readonly bought: readonly Item[];
  readonly sold: readonly Item[];
  /** What each facility works with, in the order of the facilities. */
  readonly assortments: readonly (readonly Item[])[];
}

/** How many goods there are of each category, at scale 1. */
const COUNTS: readonly (readonly [CategoryName, number])[] = [
  ['Consumables', 250],
  ['Pharmacy', 170],
  ['Equipment', 80],
];
/** The share of the goods a facility works with, in the order of the facilities. */
const ASSORTMENT = [0.72, 0.48, 0.4];

/** 500 goods in three categories and 20 services, at scale 1, with what they cost at each facility. */
export function makeItems(book: Book, ground: Ground, scale: number): Items {
  const random = randomFor('items');
  const goods = COUNTS.flatMap(([category, count]) => {
    const categoryId = categoryOf(book, ground, category);
    return kindsOf(category, Math.max(STORY_ITEMS, Math.round(count * scale))).map((kind, index): Item => {
      const { serial, unit, soldIn, ...rest } = kind;
      const lot = category === 'Pharmacy' && random.chance(0.4);
      return addItem(book, ground, random, categoryId, {
        ...rest,
        unit: ground.units[unit],
        soldIn: ground.units[soldIn],
        tracking: serial ? 'serial' : lot ? 'lot' : 'none',
        forSale: false,
        facility: index % 50 === 49 ? memberOf(ground.facilities, Math.floor(index / 50)) : null,
      });
    });
  });
  const services = makeServices(book, ground, random);
  const assortments = ground.facilities.map((facility, index) =>
    goods.filter((item, at) => {
      const allowed = item.facility === null || item.facility === facility;
      return allowed && (at < STORY_ITEMS || random.chance(memberOf(ASSORTMENT, index)));
    }),
  );
  const sold = services.filter(({ forSale }) => forSale);
  const bought = services.filter(({ forSale }) => !forSale);
  return { goods, bought, sold, assortments };
}

function makeServices(book: Book, ground: Ground, random: Random): readonly Item[] {
  const categoryId = categoryOf(book, ground, 'Services');
  const common = { category: 'Services', tracking: 'none', kept: false, facility: null } as const;
  const { Units: unit } = ground.units;
  return SERVICES.map(({ code, name, price, sold = false }) =>
    addItem(book, ground, random, categoryId, {
      ...common,
      code,
      name,
      unit,
      soldIn: unit,
      cost: price,
      forSale: sold,
    }),
  );
}

/** The category of that name; a new one lies under `Goods`. */
function categoryOf(book: Book, ground: Ground, name: string): number {
  const named = (wanted: string) => book.rows('product.category').find((row) => textOf(row, 'name') === wanted);
  const existing = named(name);
  if (existing !== undefined) return existing.id;
  const goods = named('Goods')?.id ?? false;
  const values = { name, complete_name: `Goods / ${name}`, parent_id: goods };
  const category = book.add('product.category', ground.start, values);
  category['parent_path'] = `${Number(goods)}/${category.id}/`;
  return category.id;
}

/** Writes template and variant under the same code. */
function addItem(book: Book, ground: Ground, random: Random, categoryId: number, trait: Trait): Item {
  const { code, name, unit, soldIn, tracking, kept, forSale, facility } = trait;
  const service = trait.category === 'Services';
  const expires = tracking === 'lot';
  const users = facility === null ? ground.facilities : [facility];
  const made = ground.start - 30 * DAY + random.int(0, 20) * DAY;
  // Bought in the past and not used any more.
  const archived = !service && book.rows('product.template').length % 83 === 82;
  const template = book.add('product.template', made, {
    name,
    default_code: code,
    type: service ? 'service' : 'consu',
    is_storable: kept,
    categ_id: categoryId,
    uom_id: unit.id,
    uom_ids: soldIn === unit ? [] : [soldIn.id],
    list_price: amountOf(forSale ? trait.cost : Math.round(trait.cost * 1.2)),
    sale_ok: forSale,
    purchase_ok: !forSale,
    service_tracking: 'no',
    purchase_method: service ? 'purchase' : 'receive',
    tracking,
    use_expiration_date: expires,
    expiration_time: expires ? 540 : 0,
    removal_time: expires ? 30 : 0,
    alert_time: expires ? 60 : 0,
    sequence: 1,
    company_id: facility?.id ?? false,
    active: !archived,
    taxes_id: users.map(({ taxes }) => taxes.sale15),
    supplier_taxes_id: users.map(({ taxes }) => taxes.purchase15),
  });
  const costs = forSale ? {} : costsOf(users, trait.cost, random);
  const product = book.add('product.product', made, {
    product_tmpl_id: template.id,
    default_code: code,
    barcode: service ? false : barcodeOf(template.id),
    standard_price: Object.fromEntries(Object.entries(costs).map(([id, cost]) => [id, amountOf(cost)])),
    combination_indices: '',
    active: !archived,
  });
  return { ...trait, product: product.id, template: template.id, costs };
}

/** Cost differs a little from facility to facility. */
function costsOf(users: readonly Facility[], cost: Cents, random: Random): Record<number, Cents> {
  const share = () => 0.97 + random.next() * 0.06;
  return Object.fromEntries(users.map(({ id }) => [id, Math.max(1, Math.round(cost * share()))]));
}

/** An EAN-13 from the range that is kept for use inside a company. */
function barcodeOf(number: number): string {
  const digits = `2000${String(number).padStart(8, '0')}`;
  let sum = 0;
  for (let index = 0; index < 12; index += 1) sum += Number(digits[index]) * (index % 2 === 0 ? 1 : 3);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
