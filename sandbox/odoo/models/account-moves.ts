import { type Behaviour, button } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { accessError, userError } from '../engine/errors.ts';
import { dueLines, entryTotal, paymentsOf, paymentState, PRODUCTS, shown, signed, TAXES } from './account-amounts.ts';
import { linesOf, matchesOf } from './account-lines.ts';
import { duplicates, post, reset, settle } from './account-posting.ts';
import { sum } from './amounts.ts';
import { documentRate } from './currency.ts';
import { directionOf, isInvoice } from './move-types.ts';
import { accountingDate, dueDate } from './posting.ts';

export const accountMove: Behaviour = {
  displayName: (move) => {
    const name =
      move.text('name') === '' ? `Draft ${TYPES[move.text('move_type')] ?? 'Entry'} (* ${move.id})` : move.text('name');
    return move.text('ref') === '' ? name : `${name} (${move.text('ref')})`;
  },
  searchedByName: ['name', 'ref'],
  computes: {
    amount_untaxed: shown(PRODUCTS),
    amount_tax: shown(TAXES),
    amount_total: (move) => (isInvoice(move) ? shown([...PRODUCTS, ...TAXES])(move) : entryTotal(move)),
    amount_residual: (move) =>
      -directionOf(move) * sum(dueLines(move).map((line) => line.number('amount_residual_currency'))) || 0,
    amount_untaxed_signed: signed(PRODUCTS),
    amount_tax_signed: signed(TAXES),
    amount_total_signed: (move) => (isInvoice(move) ? signed([...PRODUCTS, ...TAXES])(move) : entryTotal(move)),
    amount_total_in_currency_signed: (move) =>
      isInvoice(move) ? -directionOf(move) * move.number('amount_total') : entryTotal(move),
    amount_residual_signed: (move) => sum(dueLines(move).map((line) => line.number('amount_residual'))),
    amount_untaxed_in_currency_signed: (move) => (isInvoice(move) ? -directionOf(move) * shown(PRODUCTS)(move) : 0),
    partner_shipping_id: (move) =>
      move.row['partner_shipping_id'] || (isInvoice(move) && move.row['partner_id']) || false,
    payment_state: paymentState,
    status_in_payment: (move) =>
      move.text('state') === 'posted' && paymentState(move) !== 'not_paid' ? paymentState(move) : move.text('state'),
    direction_sign: directionOf,
    commercial_partner_id: (move) => move.one('partner_id')?.number('commercial_partner_id') || false,
    invoice_partner_display_name: (move) => move.one('partner_id')?.displayName ?? false,
    invoice_line_ids: (move) =>
      move.row['move_type'] === 'entry'
        ? []
        : linesOf(move)
            .filter((line) => LISTED.has(line.text('display_type')))
            .map(({ id }) => id),
    reversal_move_ids: (move) => [...move.env.db.idsBy('account.move', 'reversed_entry_id', move.id)],
    duplicated_ref_ids: (move) => duplicates(move).map(({ id }) => id),
    matched_payment_ids: (move) => paymentsOf(move),
    reconciled_payment_ids: (move) => paymentsOf(move),
    has_reconciled_entries: (move) => dueLines(move).some((line) => matchesOf(line).length > 0),
    purchase_order_count: (move) =>
      new Set(linesOf(move).flatMap((line) => line.one('purchase_line_id')?.number('order_id') ?? [])).size,
    sequence_number: (move) => Number(/(\d+)$/.exec(move.text('name'))?.[1] ?? 0),
    sequence_prefix: (move) => move.text('name').replace(/\d+$/, '') || false,
    type_name: (move) => TYPES[move.text('move_type')] ?? 'Journal Entry',
    invoice_currency_rate: (move) =>
      Number(move.row['invoice_currency_rate'] ?? 0) ||
      documentRate(move.one('currency_id'), move.one('company_id'), move.text('invoice_date') || move.text('date')),
  },
  absent: { auto_post: 'no' },
  defaults: moveDefaults,
  beforeWrite: (moves, values) => {
    const touched = [
      'invoice_line_ids',
      'line_ids',
      'journal_id',
      'move_type',
      'partner_id',
      'currency_id',
      'invoice_date',
    ].filter((name) => name in values);
    const posted = moves.some((move) => move.text('state') === 'posted');
    if (posted && touched.length > 0 && moves[0]?.env.engine.version === 19 && !moves[0].env.su) {
      throw userError(`You cannot modify the following readonly fields on a posted move: ${touched.join(', ')}`);
    }
    return values;
  },
  created: (move) => {
    settle(move.sudo());
  },
  written: (moves) => {
    for (const move of moves) if (move.text('state') === 'draft') settle(move.sudo());
  },
  beforeUnlink: (moves) => {
    if (moves.some((move) => move.text('state') === 'posted')) {
      throw userError('You cannot delete an item linked to a posted entry.');
    }
  },
  copy: {
    without: ['name', 'state', 'date', 'posted_before', 'invoice_date', 'ref', 'payment_reference', 'invoice_date_due'],
    lines: [],
  },
  methods: {
    action_post: button((moves, env) => {
      if (!env.user.groups.includes('account.group_account_invoice'))
        throw accessError("You don't have the access rights to post an invoice.");
      for (const move of moves) post(move.sudo());
      return env.engine.version === 14 ? `account.move(${moves.map(({ id }) => id).join(', ')},)` : false;
    }),
    button_draft: button((moves) => {
      for (const move of moves) reset(move.sudo());
      return null;
    }),
    button_cancel: button((moves) => {
      for (const move of moves) {
        if (move.text('state') !== 'draft') reset(move.sudo());
        move.sudo().store({ state: 'cancel' });
      }
      return null;
    }),
  },
};

const TYPES: Readonly<Record<string, string>> = {
  entry: 'Journal Entry',
  in_invoice: 'Vendor Bill',
  in_refund: 'Vendor Credit Note',
  in_receipt: 'Purchase Receipt',
  out_invoice: 'Invoice',
  out_refund: 'Credit Note',
  out_receipt: 'Sales Receipt',
};

const LISTED: ReadonlySet<string> = new Set(['product', 'line_section', 'line_subsection', 'line_note']);

const JOURNALS: Readonly<Record<string, string>> = { in: 'purchase', out: 'sale', entry: 'general' };

function moveDefaults(env: Env, given: Values): Values {
  const type = typeof given['move_type'] === 'string' ? given['move_type'] : 'entry';
  const journal =
    typeof given['journal_id'] === 'number' ? env.sudo().record('account.journal', given['journal_id']) : null;
  const own = typeof given['company_id'] === 'number' ? given['company_id'] : env.company;
  const company = journal?.exists === true ? journal.number('company_id') : own;
  const partner =
    typeof given['partner_id'] === 'number' ? env.sudo().record('res.partner', given['partner_id']) : null;
  const at = partner?.exists === true ? partner.inCompany(company) : null;
  const isBill = type.startsWith('in_');
  const term =
    given['invoice_payment_term_id'] ??
    (at?.number(isBill ? 'property_supplier_payment_term_id' : 'property_payment_term_id') || false);
  const day = typeof given['invoice_date'] === 'string' ? given['invoice_date'] : env.today;
  return {
    state: 'draft',
    move_type: type,
    name: false,
    company_id: company,
    journal_id: journal?.id ?? journalFor(env, company, JOURNALS[type.split('_')[0] ?? ''] ?? 'general'),
    currency_id: env.db.row('res.company', company)?.['currency_id'],
    date: type === 'entry' ? env.today : accountingDate(env, type, day),
    auto_post: 'no',
    invoice_payment_term_id: type === 'entry' ? false : term,
    invoice_date_due: type === 'entry' ? false : dueDate(env, term, day),
    invoice_user_id: type.startsWith('out_') ? env.user.id : false,
  };
}

export const journalFor = (env: Env, company: number, type: string): number | false => {
  for (const [id, row] of env.db.rows('account.journal'))
    if (row['company_id'] === company && row['type'] === type) return id;
  return false;
};
