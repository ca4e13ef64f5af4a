import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Seed } from '../seed.ts';
import { unitRows } from '../seed/units.ts';

/** Reference data of models that 19 has given up: kinds of units, of accounts and of purchase agreements. */
export const tablesFor14 = (current: Catalogue): Seed['tables'] => {
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
    'uom.category': roots.map((unit) => ({ id: unit.id, name: unit['name'] as string })),
  };
};

const kindOf = (key: string): string =>
  ({ asset_receivable: 'receivable', liability_payable: 'payable', asset_cash: 'liquidity' })[key] ?? 'other';
