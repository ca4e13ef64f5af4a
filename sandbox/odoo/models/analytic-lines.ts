import type { Rec } from '../engine/record.ts';
import { linesOf } from './account-lines.ts';
import { rounded } from './amounts.ts';

/** What an entry leaves on the analytic accounts when it is posted: costs are negative. */
export const writeAnalyticLines = (move: Rec): void => {
  for (const line of linesOf(move)) {
    for (const [id, percent] of Object.entries(distributionOf(line))) {
      const account = line.env.record('account.analytic.account', Number(id));
      const amount = rounded((-line.number('balance') * percent) / 100);
      if (!account.exists || amount === 0) continue;
      line.create('account.analytic.line', {
        name: line.text('name') || line.text('ref') || '/',
        date: line.text('date') || move.text('date'),
        [columnOf(account)]: account.id,
        amount,
        unit_amount: line.number('quantity'),
        product_id: line.number('product_id') || false,
        product_uom_id: line.number('product_uom_id') || false,
        general_account_id: line.number('account_id') || false,
        partner_id: line.number('partner_id') || false,
        ref: move.text('ref') || false,
        move_line_id: line.id,
        company_id: move.number('company_id'),
      });
    }
  }
};

export const removeAnalyticLines = (move: Rec): void => {
  for (const line of linesOf(move))
    for (const id of line.env.db.idsBy('account.analytic.line', 'move_line_id', line.id))
      line.env.db.remove('account.analytic.line', id);
};

const distributionOf = (line: Rec): Readonly<Record<string, number>> => {
  const distribution = line.get('analytic_distribution');
  return typeof distribution === 'object' && distribution !== null ? (distribution as Record<string, number>) : {};
};

/** Odoo makes a column for each plan but the first. */
const columnOf = (account: Rec): string => {
  const own = `x_plan${account.number('root_plan_id')}_id`;
  return account.env.field('account.analytic.line', own) === undefined ? 'account_id' : own;
};
