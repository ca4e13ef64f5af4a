import type { Cents } from './amounts.ts';
import { BRANDS, type CategoryName, FAMILIES, type Family, type UnitName } from './catalogue.ts';
import { memberOf } from './random.ts';

/** One thing of the catalogue. */
export interface Kind {
  readonly category: CategoryName;
  readonly code: string;
  readonly name: string;
  readonly unit: UnitName;
  readonly soldIn: UnitName;
  readonly cost: Cents;
  readonly serial: boolean;
  /** Whether its quantity is kept; what is used up as soon as it is on the ward is not counted. */
  readonly kept: boolean;
}

const NOT_KEPT = new Set(['WPE', 'TAP', 'EXT']);

/** The first `count` things of a category: every family once, then the same by one maker after the other. */
export function kindsOf(category: CategoryName, count: number): readonly Kind[] {
  const families = FAMILIES.filter((family) => family.category === category);
  const kinds: Kind[] = [];
  for (let round = 0; kinds.length < count; round += 1) {
    for (const family of families) {
      for (const index of family.variants.keys()) kinds.push(kindOf(family, index, round));
    }
  }
  return kinds.slice(0, count);
}

function kindOf(family: Family, index: number, round: number): Kind {
  const { category, unit, soldIn = unit, serial = false } = family;
  const variant = memberOf(family.variants, index);
  const brand = brandOf(round);
  const mark = variant.toUpperCase().replace(/[^A-Z0-9.]+/g, '');
  const [least, most] = family.cost;
  const size = family.variants.length < 2 ? 0 : index / (family.variants.length - 1);
  return {
    category,
    unit,
    soldIn,
    serial,
    kept: !NOT_KEPT.has(family.code),
    code: [family.code, mark, ...(brand === null ? [] : [brand.mark])].join('-'),
    name: [family.name, variant, ...(brand === null ? [] : [brand.name])].join(', '),
    cost: Math.round((least + (most - least) * size) * (1 + round * 0.04)),
  };
}

/** The maker of a round; the first round is plain. Once every maker had a turn, they come with a new series. */
function brandOf(round: number): { readonly mark: string; readonly name: string } | null {
  if (round === 0) return null;
  const name = memberOf(BRANDS, round - 1);
  const mark = name.slice(0, 3).toUpperCase();
  return round <= BRANDS.length ? { mark, name } : { mark: `${mark}${round}`, name: `${name} series ${round}` };
}
