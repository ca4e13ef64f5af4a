import type DataLoader from 'dataloader';
import { Big } from 'big.js';
import { toMoney } from '../../platform/odoo/mappings.ts';
import type { CanonicalRecord } from '../../platform/odoo/reader.ts';
import type { OdooSession } from '../../platform/odoo/session.ts';
import type { Many2one } from '../../platform/odoo/types.ts';
import { openItem } from './entities.ts';
import { outflowLoader } from './outflows.ts';

/** What was ordered and is not yet billed, before tax; null for an order of which nothing is committed. */
export const commitmentOf = (lines: readonly CanonicalRecord[], odoo: OdooSession) => {
  const currency = lines[0]?.['currency'] as Many2one | undefined;
  if (currency === undefined) return null;
  const open = lines.reduce((sum, line) => sum.plus(openAmount(line)), new Big(0));
  return toMoney(open.toNumber(), currency, odoo);
};

const openAmount = (line: CanonicalRecord): Big => {
  const ordered = new Big(line['ordered'] as number);
  const open = ordered.minus(line['billed'] as number);
  // Billed beyond what was ordered is a difference for somebody to look at, not a negative commitment.
  return ordered.eq(0) || open.lte(0) ? new Big(0) : open.div(ordered).times(line['untaxed'] as number);
};

/** What is owed to suppliers, by supplier and company. */
export const payableLoader = (odoo: OdooSession): DataLoader<number, ReadonlyMap<number, Big>> =>
  outflowLoader(odoo, () => {
    const [state, reconciled, kind, to] = (
      ['parent_state', 'reconciled', ['account_type', 'account_internal_type'], 'partner_id'] as const
    ).map((name) => odoo.column(openItem, name));
    const within = [
      [state ?? '', '=', 'posted'],
      [reconciled ?? '', '=', false],
      [kind ?? '', 'in', ['liability_payable', 'payable']],
    ] as const;
    return { entity: openItem, to: to ?? '', within, amount: 'amount_residual' };
  });
