import type { Behaviour, Compute } from '../engine/behaviour.ts';
import { userError } from '../engine/errors.ts';
import { referenceError } from '../engine/constraints.ts';
import type { Rec } from '../engine/record.ts';
import { sum } from './amounts.ts';

const completeName = (partner: Rec): string => {
  const name = partner.text('name');
  const parent = partner.one('parent_id');
  return parent === null || partner.flag('is_company') ? name : `${parent.text('name')}, ${name}`;
};

/** The root of a family of contacts: the company that is billed. */
const commercial = (partner: Rec): number => {
  const parent = partner.one('parent_id');
  return parent === null || partner.flag('is_company') ? partner.id : commercial(parent);
};

/** What a partner uses where nothing is set: the company's first account of that type. */
const accountOf = (code: string, field: string) => ({
  live: (partner: Rec): unknown => {
    const { env } = partner;
    const own = partner.row[field];
    if (typeof own === 'object' && own !== null && String(env.company) in own)
      return (own as Record<string, unknown>)[env.company];
    for (const [id, row] of env.db.rows('account.account')) {
      if ((row['code'] as Record<string, unknown> | undefined)?.[env.company] === code) return id;
    }
    return false;
  },
});

const linked = (partner: Rec, model: string, field = 'partner_id'): number =>
  partner.env.db.idsBy(model, field, partner.id).size;

/** Open amounts with a partner, over the companies that are looked at. */
const openBalance = (type: string, sign: 1 | -1) => ({
  live: (partner: Rec): number => {
    const lines = [...partner.env.db.idsBy('account.move.line', 'partner_id', partner.id)];
    const open = lines.map((id) => lineOf(partner, id)).filter((line) => isOpen(line, type));
    return sign * sum(open.map((line) => line.number('amount_residual')));
  },
});

const lineOf = (partner: Rec, id: number): Rec => partner.env.sudo().record('account.move.line', id);

const isOpen = (line: Rec, type: string): boolean =>
  line.one('account_id')?.text('account_type') === type &&
  line.one('move_id')?.text('state') === 'posted' &&
  line.env.companies.includes(line.number('company_id'));

/** Where goods of a partner come from or go to when nothing else is set. */
const sharedPlace =
  (usage: string, field: string): Compute =>
  (record) => {
    const own = record.row[field];
    if (typeof own === 'number') return own;
    for (const [id, row] of record.env.db.rows('stock.location')) {
      if (row['usage'] === usage && (row['company_id'] ?? false) === false) return id;
    }
    return false;
  };

export const partner: Behaviour = {
  displayName: (record) => record.text('complete_name'),
  searchedByName: ['complete_name', 'email', 'ref', 'vat'],
  computes: {
    complete_name: completeName,
    commercial_partner_id: commercial,
    company_type: (record) => (record.flag('is_company') ? 'company' : 'person'),
    currency_id: { live: (record) => record.env.db.row('res.company', record.env.company)?.['currency_id'] ?? false },
    commercial_company_name: (record) => record.env.record('res.partner', commercial(record)).text('name') || false,
    email_formatted: (record) =>
      record.text('email') === '' ? false : `"${record.text('name')}" <${record.text('email')}>`,
    property_stock_customer: sharedPlace('customer', 'property_stock_customer'),
    property_stock_supplier: sharedPlace('supplier', 'property_stock_supplier'),
    self: (record) => record.id,
    email_normalized: (record) => record.text('email').toLowerCase() || false,
    property_account_payable_id: accountOf('211000', 'property_account_payable_id'),
    property_account_receivable_id: accountOf('121000', 'property_account_receivable_id'),
    credit: openBalance('asset_receivable', 1),
    debit: openBalance('liability_payable', -1),
    purchase_order_count: (record) => linked(record, 'purchase.order'),
    supplier_invoice_count: (record) =>
      [...record.env.db.idsBy('account.move', 'partner_id', record.id)].filter((id) =>
        ['in_invoice', 'in_refund'].includes(String(record.env.db.row('account.move', id)?.['move_type'])),
      ).length,
    partner_share: (record) =>
      ![...record.env.db.idsBy('res.users', 'partner_id', record.id)].some(
        (id) => record.env.db.row('res.users', id)?.['share'] !== true,
      ),
  },
  absent: {
    type: 'contact',
    trust: 'normal',
    autopost_bills: 'ask',
    group_rfq: 'default',
    group_on: 'default',
    lang: 'en_US',
  },
  defaults: (env) => ({ type: 'contact', lang: env.lang, active: true }),
  beforeUnlink: (records) => {
    for (const record of records) {
      if (linked(record, 'account.move') + linked(record, 'account.move.line') === 0) continue;
      if (record.env.engine.version === 19)
        throw userError('The partner cannot be deleted because it is used in Accounting');
      const field = record.env.field('account.move.line', 'partner_id');
      if (field !== undefined) throw referenceError(record.env, 'account.move.line', field);
    }
  },
};

export const user: Behaviour = {
  searchedByName: ['name', 'login'],
  inherits: { partner_id: 'res.partner' },
  defaults: (env) => ({ company_ids: [[6, 0, [env.company]]], share: false }),
  methods: {
    context_get: {
      on: 'model',
      parameters: [],
      run: (env) => {
        const partnerOfUser = env.sudo().record('res.users', env.user.id).one('partner_id');
        const lang = partnerOfUser?.text('lang') || 'en_US';
        const tz = partnerOfUser?.text('tz') || false;
        return env.engine.version === 14 ? { lang, tz } : { lang, tz, uid: env.user.id };
      },
    },
  },
};

/** Keys are made in the browser, where a user can prove who he is once more. */
export const keyDescription: Behaviour = {
  methods: {
    make_key: {
      on: 'records',
      parameters: [],
      run: () => {
        throw userError('This method can only be accessed over HTTP');
      },
    },
  },
};

export const company: Behaviour = {
  inherits: { partner_id: 'res.partner' },
  computes: {
    root_id: (record) => record.id,
    user_ids: (record) => [...record.env.db.idsBy('res.users', 'company_ids', record.id)],
    bank_journal_ids: (record) =>
      [...record.env.db.idsBy('account.journal', 'company_id', record.id)].filter((id) =>
        ['bank', 'cash'].includes(String(record.env.db.row('account.journal', id)?.['type'])),
      ),
  },
  absent: {
    tax_calculation_rounding_method: 'round_globally',
    account_price_include: 'tax_excluded',
    fiscalyear_last_day: 31,
    fiscalyear_last_month: '12',
  },
  defaults: (env) => ({
    currency_id: env.db.row('res.company', env.company)?.['currency_id'] ?? 1,
    sequence: 10,
    po_double_validation: 'one_step',
    po_double_validation_amount: 5000,
    po_lock: 'edit',
  }),
};

export const department: Behaviour = {
  displayName: (record) => record.text('complete_name'),
  computes: {
    complete_name: (record): string => {
      const parent = record.one('parent_id');
      return parent === null ? record.text('name') : `${parent.text('complete_name')} / ${record.text('name')}`;
    },
  },
};
