import { type Behaviour, button } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { linesOf } from './account-lines.ts';
import { journalFor } from './account-moves.ts';
import { rounded, sum } from './amounts.ts';
import { book, DUE, match } from './payments.ts';

export const paymentWizard: Behaviour = {
  computes: {
    source_amount: (record) => openOf(record),
    source_amount_currency: (record) => openOf(record),
    payment_type: (record) => (isForBills(record) ? 'outbound' : 'inbound'),
    partner_type: (record) => (isForBills(record) ? 'supplier' : 'customer'),
    payment_difference: (record) => rounded(openOf(record) - record.number('amount')),
  },
  defaults: wizardDefaults,
  methods: {
    action_create_payments: button((all) => showPayments(all.flatMap((each) => pay(each.sudo())))),
  },
};

/** The documents to pay stand in the context, and nowhere else. */
function wizardDefaults(env: Env, given: Values): Values {
  const { active_model: model, active_ids: ids } = env.context;
  if (model !== 'account.move' && model !== 'account.move.line') {
    throw userError('The register payment wizard should only be called on account.move or account.move.line records.');
  }
  const active = (Array.isArray(ids) ? ids : [env.context['active_id']]).filter((id) => typeof id === 'number');
  const lines =
    model === 'account.move.line'
      ? active.map((id) => env.sudo().record('account.move.line', id))
      : active.flatMap((id) => linesOf(env.sudo().record('account.move', id)).filter(isDue));
  const open = lines.filter(
    (line) => line.exists && line.number('amount_residual') !== 0 && line.one('move_id')?.text('state') === 'posted',
  );
  const [first] = open;
  if (first === undefined) {
    throw userError("You can't register a payment because there is nothing left to pay on the selected journal items.");
  }
  const move = first.one('move_id');
  const company = move?.number('company_id') ?? env.company;
  const amount = Math.abs(sum(open.map((line) => line.number('amount_residual_currency'))));
  return {
    line_ids: [[6, 0, open.map(({ id }) => id)]],
    company_id: company,
    partner_id: move?.number('commercial_partner_id') || false,
    currency_id: move?.number('currency_id') || false,
    source_currency_id: move?.number('currency_id') || false,
    journal_id: given['journal_id'] ?? journalFor(env, company, 'bank'),
    communication: move?.text('ref') || move?.text('name') || false,
    payment_date: env.today,
    amount: rounded(amount),
    payment_difference_handling: 'open',
  };
}

const isDue = (line: Rec): boolean =>
  line.text('display_type') === 'payment_term' ||
  (DUE.has(line.one('account_id')?.text('account_type') ?? '') && line.one('move_id')?.text('move_type') === 'entry');

const openOf = (wizard: Rec): number =>
  rounded(Math.abs(sum(wizard.many('line_ids').map((line) => line.number('amount_residual_currency')))));

const isForBills = (wizard: Rec): boolean => (wizard.many('line_ids')[0]?.number('balance') ?? 0) < 0;

/** One payment for each document, the oldest first, until the amount is used up. */
const pay = (wizard: Rec): number[] => {
  let left = wizard.number('amount');
  const made: number[] = [];
  const lines = wizard
    .many('line_ids')
    .toSorted((a, b) => (a.text('date_maturity') < b.text('date_maturity') ? -1 : 1));
  for (const [at, line] of lines.entries()) {
    const due = Math.abs(line.number('amount_residual_currency'));
    // What is over goes with the last document, and is then a credit with the partner.
    const amount = rounded(at === lines.length - 1 ? left : Math.min(left, due));
    if (amount <= 0) continue;
    left -= amount;
    made.push(payLine(wizard, line, amount));
  }
  return made;
};

const payLine = (wizard: Rec, line: Rec, amount: number): number => {
  const isOut = line.number('balance') < 0;
  const document = line.one('move_id');
  const company = document?.number('company_id') ?? wizard.env.company;
  const record = wizard.inCompany(company).create('account.payment', {
    payment_type: isOut ? 'outbound' : 'inbound',
    partner_type: isOut ? 'supplier' : 'customer',
    amount,
    date: wizard.text('payment_date'),
    partner_id: document?.number('commercial_partner_id') || false,
    currency_id: wizard.number('currency_id'),
    journal_id: wizard.number('journal_id'),
    company_id: company,
    memo: wizard.text('communication') || false,
    destination_account_id: line.number('account_id'),
    invoice_ids: document === null ? [] : [[6, 0, [document.id]]],
  });
  const other = book(record);
  if (other !== undefined) match(line, other);
  document?.touch();
  return record.id;
};

/** The window of the payments, which a caller can do without. */
const showPayments = (ids: readonly number[]): unknown => ({
  name: 'Payments',
  type: 'ir.actions.act_window',
  res_model: 'account.payment',
  context: { create: false },
  ...(ids.length === 1
    ? { view_mode: 'form', res_id: ids[0] }
    : { view_mode: 'list,form', domain: [['id', 'in', ids]] }),
});
