import { plainDecimal } from '../../platform/odoo/values.ts';
import { toQuantity, toReference } from '../../platform/odoo/mappings.ts';
import type { OdooSession } from '../../platform/odoo/session.ts';
import type { Many2one, OdooRow } from '../../platform/odoo/types.ts';
import { reorderRule, stockLevel, stockLocation } from './entities.ts';

/** What a location lacks of an item. */
export interface Shortage {
  readonly company: number;
  readonly shortfall: number;
  readonly item: unknown;
  readonly location: unknown;
  readonly onHand: unknown;
  readonly minimum: unknown;
  readonly maximum: unknown;
}

/**
 * The reorder rules whose location, with the locations inside it, holds less than the minimum; largest shortfall first.
 *
 * Odoo cannot search by it, because it keeps no such column: rules, locations and stock are read, three calls in all,
 * whatever their number.
 */
export const readShortages = async (odoo: OdooSession): Promise<readonly Shortage[]> => {
  const [product, location] = [odoo.column(reorderRule, 'product_id'), odoo.column(reorderRule, 'location_id')];
  const rules = await odoo.rows(
    reorderRule,
    [],
    ['product_id', 'location_id', 'product_min_qty', 'product_max_qty', 'product_uom', 'company_id'],
    { named: true },
  );
  if (rules.length === 0) return [];
  const items = [...new Set(rules.map((rule) => idOf(rule, product)))];
  const [places, held] = await Promise.all([
    odoo.rows(stockLocation, [], ['location_id']),
    odoo.groups(stockLevel, [['product_id', 'in', items]], ['product_id', 'location_id'], ['quantity:sum']),
  ]);
  const parents = new Map(
    places.map((place) => [place['id'] as number, (place['location_id'] as Many2one | null)?.id]),
  );
  const onHand = sumUpwards(held, parents);
  return rules
    .map((rule) => toShortage(rule, onHand.get(`${idOf(rule, product)}@${idOf(rule, location)}`) ?? 0))
    .filter(({ shortfall }) => shortfall > 0)
    .toSorted((a, b) => b.shortfall - a.shortfall);
};

/** Quantities by item and location, each counted for its own location and for every location around it. */
const sumUpwards = (
  held: readonly OdooRow[],
  parents: ReadonlyMap<number, number | undefined>,
): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>();
  for (const group of held) {
    const item = idOf(group, 'product_id');
    const seen = new Set<number>();
    for (
      let at: number | undefined = idOf(group, 'location_id');
      at !== undefined && !seen.has(at);
      at = parents.get(at)
    ) {
      seen.add(at);
      const key = `${item}@${at}`;
      sums.set(key, (sums.get(key) ?? 0) + (group['quantity:sum'] as number));
    }
  }
  return sums;
};

const toShortage = (rule: OdooRow, onHand: number): Shortage => {
  const unit = rule['product_uom'];
  const minimum = rule['product_min_qty'] as number;
  return {
    company: idOf(rule, 'company_id'),
    // Through the decimal, so that the noise of binary sums is no shortage.
    shortfall: Number(plainDecimal(minimum - onHand, 6)),
    item: toReference('Item', idOf(rule, 'product_id')),
    location: toReference('StockLocation', idOf(rule, 'location_id')),
    onHand: toQuantity(onHand, unit),
    minimum: toQuantity(minimum, unit),
    maximum: toQuantity(rule['product_max_qty'], unit),
  };
};

const idOf = (row: OdooRow, column: string): number => (row[column] as Many2one).id;
