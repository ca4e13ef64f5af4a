import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Row, Seed } from '../seed.ts';
import { unitRows } from '../seed/units.ts';

/**
 * Rows of models that 19 has given up: kinds of units, of accounts and of purchase agreements, and what movements were
 * worth.
 */
export const tablesFor14 = (current: Catalogue, seed: Seed): Seed['tables'] => {
  const types = current.get('account.account')?.fields.get('account_type')?.selection ?? [];
  const roots = unitRows().filter((unit) => unit['relative_uom_id'] === false);
  return {
    'account.account.type': types.map(([key, name], at) => ({
      id: at + 1,
      name,
      type: kindOf(key),
      internal_group: key.split('_')[0] ?? '',
    })),
    'purchase.requisition.type': [
      { id: 1, name: 'Blanket Order' },
      { id: 2, name: 'Purchase Template' },
    ],
    'stock.valuation.layer': layersOf(seed),
    'uom.category': roots.map((unit) => ({ id: unit.id, name: unit['name'] as string })),
  };
};

/** One for each movement that is worth something; what left counts as negative. */
const layersOf = ({ tables }: Seed): Row[] =>
  (tables['stock.move'] ?? [])
    .filter(({ value }) => typeof value === 'number' && value !== 0)
    .map((move, at) => {
      const sign = move['is_out'] === true ? -1 : 1;
      const [value, quantity] = [Number(move['value']), Number(move['product_qty'])];
      return {
        id: at + 1,
        stock_move_id: move.id,
        product_id: move['product_id'] ?? false,
        company_id: move['company_id'] ?? false,
        value: sign * value,
        quantity: sign * quantity,
        unit_cost: value / quantity,
        description: move['reference'] ?? false,
      };
    });

const kindOf = (key: string): string =>
  ({ asset_receivable: 'receivable', liability_payable: 'payable', asset_cash: 'liquidity' })[key] ?? 'other';
