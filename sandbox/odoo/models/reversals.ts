import { type Behaviour, button } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { linesOf } from './account-lines.ts';
import { isInvoice, REFUND } from './move-types.ts';

/** Takes posted documents back: a draft credit note for a bill, an entry the other way round for an entry. */
export const reversal: Behaviour = {
  defaults: (env, given) => ({
    move_ids: [[6, 0, activeMoves(env)]],
    company_id: firstOf(env)?.number('company_id') ?? env.company,
    journal_id: given['journal_id'] ?? firstOf(env)?.number('journal_id'),
    date: env.today,
  }),
  methods: {
    refund_moves: button((all) =>
      showReversals(
        all.flatMap((each) => reverse(each.sudo())),
        true,
      ),
    ),
    reverse_moves: button(
      (all, env) =>
        showReversals(
          all.flatMap((each) => reverse(each.sudo())),
          env.engine.version === 19,
        ),
      ['is_modify'],
    ),
  },
};

const activeMoves = (env: Env): number[] => {
  const { active_model: model, active_ids: ids } = env.context;
  const moves =
    model === 'account.move' && Array.isArray(ids) ? ids.filter((id): id is number => typeof id === 'number') : [];
  if (moves.some((id) => env.db.row('account.move', id)?.['state'] !== 'posted') && env.engine.version === 14) {
    throw userError('You can only reverse posted moves.');
  }
  return moves;
};

const firstOf = (env: Env): Rec | undefined => activeMoves(env).map((id) => env.sudo().record('account.move', id))[0];

const reverse = (wizard: Rec): Rec[] => {
  const made = wizard.many('move_ids').map((move) => reversed(wizard, move));
  wizard.store({ new_move_ids: made.map(({ id }) => id) });
  return made;
};

const reversed = (wizard: Rec, move: Rec): Rec => {
  const reason = wizard.text('reason');
  const header: Values = {
    move_type: REFUND[move.text('move_type')] ?? 'entry',
    reversed_entry_id: move.id,
    ref: reason === '' ? `Reversal of: ${move.text('name')}` : `Reversal of: ${move.text('name')}, ${reason}`,
    company_id: move.number('company_id'),
    journal_id: wizard.number('journal_id') || move.number('journal_id'),
    partner_id: move.number('partner_id') || false,
    currency_id: move.number('currency_id'),
    date: wizard.text('date') || wizard.env.today,
  };
  const env = wizard.inCompany(move.number('company_id'));
  if (!isInvoice(move)) {
    const lines = linesOf(move).map((line) => [
      0,
      0,
      { ...copied(line), balance: -line.number('balance'), amount_currency: -line.number('amount_currency') },
    ]);
    return env.create('account.move', { ...header, line_ids: lines });
  }
  const lines = linesOf(move).filter((line) => line.text('display_type') === 'product');
  return env.create('account.move', {
    ...header,
    invoice_date: wizard.text('date') || wizard.env.today,
    invoice_payment_term_id: false,
    invoice_line_ids: lines.map((line) => [
      0,
      0,
      {
        ...copied(line),
        quantity: line.number('quantity'),
        price_unit: line.number('price_unit'),
        discount: line.number('discount'),
        tax_ids: [[6, 0, line.many('tax_ids').map(({ id }) => id)]],
      },
    ]),
  });
};

const copied = (line: Rec): Values => ({
  name: line.text('name') || false,
  account_id: line.number('account_id') || false,
  partner_id: line.number('partner_id') || false,
  product_id: line.number('product_id') || false,
  purchase_line_id: line.number('purchase_line_id') || false,
  analytic_distribution: line.get('analytic_distribution'),
});

const showReversals = (moves: readonly Rec[], withContext: boolean): unknown => {
  const [first] = moves;
  const shared = { name: 'Reverse Moves', type: 'ir.actions.act_window', res_model: 'account.move' };
  if (first === undefined || moves.length > 1)
    return { ...shared, view_mode: 'list,form', domain: [['id', 'in', moves.map(({ id }) => id)]] };
  return {
    ...shared,
    view_mode: 'form',
    res_id: first.id,
    ...(withContext && { context: { default_move_type: first.text('move_type') } }),
  };
};
