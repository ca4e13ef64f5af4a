import DataLoader from 'dataloader';
import { Big } from 'big.js';
import { fail } from '../../platform/errors.ts';
import type { CanonicalRecord } from '../../platform/odoo/reader.ts';
import type { OdooSession } from '../../platform/odoo/session.ts';
import type { Many2one } from '../../platform/odoo/types.ts';
import { decimal } from '../../platform/odoo/values.ts';
import { journalLine } from './entities.ts';

export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** What was ordered and is not yet billed, before tax; null for an order of which nothing is committed. */
export const commitmentOf = (lines: readonly CanonicalRecord[], odoo: OdooSession): Money | null => {
  const currency = lines[0]?.['currency'] as Many2one | undefined;
  if (currency === undefined) return null;
  const open = lines.reduce((sum, line) => sum.plus(openAmount(line)), new Big(0));
  return toMoney(open, currency.id, odoo);
};

const openAmount = (line: CanonicalRecord): Big => {
  const ordered = new Big(line['ordered'] as number);
  const open = ordered.minus(line['billed'] as number);
  // Billed beyond what was ordered is a difference for somebody to look at, not a negative commitment.
  return ordered.eq(0) || open.lte(0) ? new Big(0) : open.div(ordered).times(line['untaxed'] as number);
};

/** What is owed to suppliers, by supplier and facility: one call for all the suppliers of a tick. */
export const payableLoader = (odoo: OdooSession): DataLoader<number, ReadonlyMap<number, Big>> =>
  new DataLoader(async (suppliers) => {
    const [state, reconciled, kind, partner] = (
      ['parent_state', 'reconciled', ['account_type', 'account_internal_type'], 'partner_id'] as const
    ).map((name) => odoo.column(journalLine, name));
    const groups = await odoo.groups(
      journalLine,
      [
        [state ?? '', '=', 'posted'],
        [reconciled ?? '', '=', false],
        [kind ?? '', 'in', ['liability_payable', 'payable']],
        [partner ?? '', 'in', suppliers],
      ],
      ['partner_id', 'company_id'],
      ['amount_residual:sum'],
    );
    const bySupplier = new Map<number, Map<number, Big>>(suppliers.map((supplier) => [supplier, new Map()]));
    for (const group of groups) {
      // The ledger keeps what we owe as a negative balance.
      const owed = new Big(group['amount_residual:sum'] as number).times(-1);
      bySupplier.get((group['partner_id'] as Many2one).id)?.set((group['company_id'] as Many2one).id, owed);
    }
    return suppliers.map((supplier) => bySupplier.get(supplier) ?? new Map<number, Big>());
  });

/** @throws SOR_UNAVAILABLE for a currency that we have not learned of yet */
export const toMoney = (amount: Big, currency: number, odoo: OdooSession): Money => {
  const known = odoo.directory.currency(currency);
  if (known === undefined) throw fail('SOR_UNAVAILABLE');
  return { amount: decimal(amount.toNumber(), known.digits), currency: known.code };
};
