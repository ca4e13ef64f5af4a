import { Big } from 'big.js';
import DataLoader from 'dataloader';
import type { EntitySpec } from '../../platform/odoo/entity.ts';
import type { OdooSession } from '../../platform/odoo/session.ts';
import type { Domain, Many2one } from '../../platform/odoo/types.ts';

/** What flows out to each of some records. The ledger keeps it as a negative number. */
export interface Outflow {
  readonly entity: EntitySpec;
  /** The many2one that names the record. */
  readonly to: string;
  /** The rows that count. */
  readonly within: Domain;
  /** The column that is added up. */
  readonly amount: string;
}

/**
 * Sums by record and company, as positive numbers: one call for all the records of a tick. What is summed is looked up when
 * somebody asks: most requests do not.
 */
export const outflowLoader = (
  odoo: OdooSession,
  outflow: () => Outflow,
): DataLoader<number, ReadonlyMap<number, Big>> =>
  new DataLoader(async (ids) => {
    const { entity, to, within, amount } = outflow();
    const sum = `${amount}:sum`;
    const groups = await odoo.groups(entity, [[to, 'in', ids], ...within], [to, 'company_id'], [sum]);
    const byRecord = new Map(ids.map((id) => [id, new Map<number, Big>()]));
    for (const group of groups) {
      const flown = new Big(group[sum] as number).times(-1);
      byRecord.get((group[to] as Many2one).id)?.set((group['company_id'] as Many2one).id, flown);
    }
    return ids.map((id) => byRecord.get(id) ?? new Map<number, Big>());
  });
