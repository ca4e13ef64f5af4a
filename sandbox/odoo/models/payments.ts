import { type Behaviour, button } from '../engine/behaviour.ts';
import type { Rec } from '../engine/record.ts';
import { linesOf } from './account-lines.ts';
import { journalFor } from './account-moves.ts';
import { isPurchase } from './move-types.ts';
import { postedName } from './posting.ts';

export const payment: Behaviour = {
  searchedByName: ['name', 'memo'],
  computes: {
    reconciled_bill_ids: (record) =>
      settledBy(record)
        .filter(isPurchase)
        .map(({ id }) => id),
    reconciled_bills_count: (record) => settledBy(record).filter(isPurchase).length,
    reconciled_invoice_ids: (record) =>
      settledBy(record)
        .filter((move) => !isPurchase(move))
        .map(({ id }) => id),
    reconciled_invoices_count: (record) => settledBy(record).filter((move) => !isPurchase(move)).length,
    is_reconciled: (record) => settledBy(record).length > 0,
    amount_signed: (record) => (record.text('payment_type') === 'outbound' ? -1 : 1) * record.number('amount'),
    amount_company_currency_signed: (record) => {
      const move = record.one('move_id');
      const line = move === null ? undefined : linesOf(move).find((each) => isLiquidity(each));
      return line?.number('balance') ?? (record.text('payment_type') === 'outbound' ? -1 : 1) * record.number('amount');
    },
  },
  defaults: (env, given) => ({
    state: 'draft',
    date: env.today,
    payment_type: 'outbound',
    partner_type: 'supplier',
    company_id: env.company,
    journal_id: journalFor(env, env.company, 'bank'),
    currency_id: env.db.row('res.company', Number(given['company_id'] ?? env.company))?.['currency_id'],
  }),
  methods: {
    action_post: button((all) => {
      for (const each of all) if (each.text('state') === 'draft') book(each.sudo());
      return null;
    }),
    action_cancel: button((all) => {
      for (const each of all) each.write({ state: 'canceled' });
      return null;
    }),
    action_draft: button((all) => {
      for (const each of all) each.write({ state: 'draft' });
      return null;
    }),
  },
};

/** Posts the journal entry of a payment and answers its line on the partner's account. */
export const book = (record: Rec): Rec | undefined => {
  const isOut = record.text('payment_type') === 'outbound';
  const amount = isOut ? record.number('amount') : -record.number('amount');
  const company = record.number('company_id');
  const account =
    record.number('destination_account_id') ||
    record
      .one('partner_id')
      ?.inCompany(company)
      .number(isOut ? 'property_account_payable_id' : 'property_account_receivable_id') ||
    false;
  const name = record.text('memo') || false;
  const shared = {
    name,
    partner_id: record.number('partner_id') || false,
    currency_id: record.number('currency_id'),
    quantity: 1,
  };
  const move = record.inCompany(company).create('account.move', {
    move_type: 'entry',
    company_id: company,
    journal_id: record.number('journal_id'),
    date: record.text('date'),
    ref: name,
    partner_id: record.number('partner_id') || false,
    currency_id: record.number('currency_id'),
    origin_payment_id: record.id,
    line_ids: [
      [
        0,
        0,
        {
          ...shared,
          account_id: outstandingAccount(record, isOut),
          balance: -amount,
          amount_currency: -amount,
          display_type: 'product',
        },
      ],
      [0, 0, { ...shared, account_id: account, balance: amount, amount_currency: amount, display_type: 'product' }],
    ],
  });
  const number = postedName(move);
  move.store({ name: number, state: 'posted', posted_before: true });
  record.store({ move_id: move.id, name: number, state: 'in_process' });
  return linesOf(move).find((line) => line.row['account_id'] === account);
};

export const DUE: ReadonlySet<string> = new Set(['asset_receivable', 'liability_payable']);

const outstandingAccount = (record: Rec, isOut: boolean): number | false => {
  const code = isOut ? '101404' : '101403';
  const company = record.number('company_id');
  for (const [id, row] of record.env.db.rows('account.account')) {
    if ((row['code'] as Record<string, unknown> | undefined)?.[company] === code) return id;
  }
  return record.one('journal_id')?.number('default_account_id') || false;
};

const isLiquidity = (line: Rec): boolean => !DUE.has(line.one('account_id')?.text('account_type') ?? '');

/** Matches two lines of one account as far as both are open. */
export const match = (one: Rec, other: Rec): void => {
  const [debit, credit] = one.number('balance') > 0 ? [one, other] : [other, one];
  const amount = Math.min(debit.number('amount_residual'), -credit.number('amount_residual'));
  if (amount <= 0) return;
  const currency = Math.min(debit.number('amount_residual_currency'), -credit.number('amount_residual_currency'));
  debit.create('account.partial.reconcile', {
    debit_move_id: debit.id,
    credit_move_id: credit.id,
    amount,
    debit_amount_currency: currency,
    credit_amount_currency: currency,
    company_id: debit.number('company_id'),
    max_date: [debit.text('date'), credit.text('date')].toSorted().at(-1) ?? false,
  });
  for (const line of [debit, credit]) line.touch();
};

const settledBy = (record: Rec): Rec[] => {
  const move = record.one('move_id');
  if (move === null) return [];
  const others = linesOf(move).flatMap((line) => [
    ...line.many('matched_debit_ids').map((each) => each.one('debit_move_id')),
    ...line.many('matched_credit_ids').map((each) => each.one('credit_move_id')),
  ]);
  const documents = others
    .flatMap((line) => line?.one('move_id') ?? [])
    .filter((each) => each.text('move_type') !== 'entry');
  return [...new Map(documents.map((each) => [each.id, each])).values()].toSorted((a, b) => a.id - b.id);
};
