import type { Behaviour } from '../engine/behaviour.ts';
import type { Rec } from '../engine/record.ts';
import { rounded } from './amounts.ts';

/** Codes belong to companies: without the right one in the context an account has none. */
const codeIn = (account: Rec, company: number): string | false => {
  const codes = account.row['code'];
  if (typeof codes === 'string') return codes;
  const code = (codes as Record<string, unknown> | undefined)?.[company];
  return typeof code === 'string' ? code : false;
};

const balanceOf = (account: Rec): number => {
  const { env } = account;
  let balance = 0;
  for (const id of env.db.idsBy('account.move.line', 'account_id', account.id)) {
    const row = env.db.row('account.move.line', id);
    const move = env.db.row('account.move', Number(row?.['move_id']));
    if (move?.['state'] === 'posted' && env.companies.includes(Number(move['company_id'])))
      balance += Number(row?.['balance'] ?? 0);
  }
  return rounded(balance);
};

export const account: Behaviour = {
  // The code went out of the name in 19, and is still searched by.
  displayName: (record) => {
    const code = record.env.engine.version === 14 ? record.text('code') : '';
    return code === '' ? record.text('name') : `${code} ${record.text('name')}`;
  },
  searchedByName: ['code', 'name'],
  computes: {
    code: { live: (record) => codeIn(record, record.env.company) },
    code_store: { live: (record) => codeIn(record, record.env.company) },
    placeholder_code: (record) => {
      const [first] = Array.isArray(record.row['company_ids']) ? record.row['company_ids'] : [];
      return codeIn(record, Number(first));
    },
    internal_group: (record) => record.text('account_type').split('_')[0]?.replace('off', 'off') || false,
    current_balance: { live: balanceOf },
    company_currency_id: { live: ({ env }) => env.db.row('res.company', env.company)?.['currency_id'] ?? false },
    used: (record) => record.env.db.idsBy('account.move.line', 'account_id', record.id).size > 0,
  },
  defaults: (env) => ({ company_ids: [[6, 0, [env.company]]], reconcile: false }),
};

const methodLines = (record: Rec, direction: 'inbound' | 'outbound'): number[] =>
  [...record.env.db.idsBy('account.payment.method.line', 'journal_id', record.id)].filter((id) => {
    const method = record.env.db.row('account.payment.method.line', id)?.['payment_method_id'];
    return record.env.db.row('account.payment.method', Number(method))?.['payment_type'] === direction;
  });

export const journal: Behaviour = {
  searchedByName: ['name', 'code'],
  computes: {
    inbound_payment_method_line_ids: (record) => methodLines(record, 'inbound'),
    outbound_payment_method_line_ids: (record) => methodLines(record, 'outbound'),
  },
  absent: { invoice_reference_type: 'invoice', invoice_reference_model: 'odoo', show_on_dashboard: true },
};

export const fullReconcile: Behaviour = { displayName: (record) => String(record.id) };
