import { type Behaviour, button } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { missingError, userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { rounded, sum } from './amounts.ts';
import { billOrders } from './purchase-bills.ts';
import { documentRate } from './currency.ts';
import { nextNumber } from './numbering.ts';
import { addMove, method } from './purchase-lines.ts';
import { assign, cancel } from './stock-moves.ts';
import { nextName } from './stock-picking.ts';

export const purchaseOrder: Behaviour = {
  displayName: (order) => {
    const reference = order.text('partner_ref');
    return reference === '' ? order.text('name') : `${order.text('name')} (${reference})`;
  },
  searchedByName: ['name', 'partner_ref'],
  computes: {
    amount_untaxed: (order) => rounded(sum(linesOf(order).map((line) => line.number('price_subtotal')))),
    amount_tax: (order) => taxOf(order),
    amount_total: (order) => rounded(order.number('amount_untaxed') + order.number('amount_tax')),
    amount_total_cc: (order) => order.number('amount_total') / (order.number('currency_rate') || 1),
    currency_rate: (order) =>
      documentRate(order.one('currency_id'), order.one('company_id'), order.text('date_order').slice(0, 10)),
    date_planned: (order) =>
      order.row['date_planned'] || earliest(linesOf(order).map((line) => line.text('date_planned'))),
    date_calendar_start: (order) => order.text('date_approve') || order.text('date_order') || false,
    picking_ids: (order) => unique(linesOf(order).flatMap((line) => linkedTo(line, 'stock.move', 'picking_id'))),
    incoming_picking_count: (order) => order.many('picking_ids').length,
    invoice_ids: (order) => unique(linesOf(order).flatMap((line) => linkedTo(line, 'account.move.line', 'move_id'))),
    invoice_count: (order) => order.many('invoice_ids').length,
    invoice_status: (order) => billing(order),
    receipt_status: (order) => receipt(order),
    effective_date: (order) => earliest(order.many('picking_ids').map((picking) => picking.text('date_done'))),
    is_shipped: (order) => order.text('receipt_status') === 'full',
    is_late: () => false,
    tax_country_id: (order) => order.one('company_id')?.number('account_fiscal_country_id') || false,
  },
  absent: { state: 'draft', priority: '0' },
  defaults: orderDefaults,
  beforeUnlink: (orders) => {
    if (orders.some((order) => order.text('state') !== 'cancel')) {
      throw userError('In order to delete a purchase order, you must cancel it first.');
    }
  },
  copy: {
    without: [
      'name',
      'state',
      'date_order',
      'date_approve',
      'partner_ref',
      'origin',
      'priority',
      'date_planned',
      'locked',
    ],
    lines: ['order_line'],
  },
  methods: {
    button_confirm: button((orders) => {
      for (const order of orders) confirm(order.sudo(), order.env);
      return true;
    }),
    button_approve: button(
      (orders) => {
        for (const order of orders) if (mayApprove(order.sudo(), order.env)) approve(order.sudo());
        return {};
      },
      ['force'],
    ),
    button_cancel: button((orders) => {
      for (const order of orders) cancelOrder(order.sudo());
      return null;
    }),
    button_draft: button((orders) => setState(orders, { state: 'draft' }, {})),
    button_lock: button((orders) => setState(orders, { locked: true }, null)),
    button_unlock: button((orders) => setState(orders, { locked: false }, null)),
    action_create_invoice: button((orders, env) =>
      billOrders(
        env,
        orders.map((order) => order.sudo()),
      ),
    ),
  },
};

function orderDefaults(env: Env, given: Values): Values {
  const company = typeof given['company_id'] === 'number' ? given['company_id'] : env.company;
  const partner = vendorOf(env, given['partner_id']);
  const isNamed = typeof given['name'] === 'string' && given['name'] !== 'New' && given['name'] !== '/';
  const at = partner?.inCompany(company);
  return {
    // A refused order must not use up a number: the vendor is checked first.
    ...(partner !== null && !isNamed && { name: nextNumber(env, 'purchase.order', 'P', 5) }),
    ...(partner === null && { name: 'New' }),
    state: 'draft',
    priority: '0',
    date_order: env.now,
    company_id: company,
    currency_id: at?.number('property_purchase_currency_id') || env.db.row('res.company', company)?.['currency_id'],
    payment_term_id: at?.number('property_supplier_payment_term_id') || false,
    picking_type_id: receiptTypeOf(env, company),
    user_id: env.user.id,
  };
}

/** 19 reads the vendor to fill in the order, and misses him there; 14 leaves it to the database to refuse. */
const vendorOf = (env: Env, id: unknown): Rec | null => {
  if (typeof id !== 'number') return null;
  const vendor = env.sudo().record('res.partner', id);
  if (vendor.exists) return vendor;
  if (env.engine.version === 14) return null;
  throw missingError('res.partner', [id], env.user.id);
};

const receiptTypeOf = (env: Env, company: number): number | false => {
  for (const [id, row] of env.db.rows('stock.picking.type')) {
    if (row['code'] === 'incoming' && row['company_id'] === company && row['active'] !== false) return id;
  }
  return false;
};

export const linesOf = (order: Rec): Rec[] =>
  [...order.env.db.idsBy('purchase.order.line', 'order_id', order.id)].map((id) =>
    order.env.record('purchase.order.line', id),
  );

const linkedTo = (line: Rec, model: string, field: string): number[] =>
  [...line.env.db.idsBy(model, 'purchase_line_id', line.id)].flatMap((id) => {
    const target = line.env.db.row(model, id)?.[field];
    return typeof target === 'number' ? [target] : [];
  });

const unique = (ids: readonly number[]): number[] => [...new Set(ids)].toSorted((a, b) => a - b);

const earliest = (moments: readonly string[]): string | false =>
  moments.filter((each) => each !== '').toSorted()[0] ?? false;

/** Taxes are rounded once for each tax of the whole order. */
const taxOf = (order: Rec): number => {
  const bases = new Map<number, { rate: number; base: number }>();
  for (const line of linesOf(order)) {
    for (const tax of line.many('tax_ids')) {
      const known = bases.get(tax.id) ?? { rate: tax.number('amount'), base: 0 };
      bases.set(tax.id, { ...known, base: known.base + line.number('price_subtotal') });
    }
  }
  return rounded(sum([...bases.values()].map(({ rate, base }) => rounded((base * rate) / 100))));
};

const billing = (order: Rec): string => {
  if (order.text('state') !== 'purchase') return 'no';
  const lines = linesOf(order).filter((line) => line.text('display_type') === '');
  if (lines.some((line) => line.number('qty_to_invoice') !== 0)) return 'to invoice';
  return order.many('invoice_ids').length > 0 ? 'invoiced' : 'no';
};

const receipt = (order: Rec): string | false => {
  const states = order.many('picking_ids').map((picking) => picking.text('state'));
  const open = states.filter((state) => state !== 'cancel');
  if (open.length === 0) return false;
  if (open.every((state) => state === 'done')) return 'full';
  return open.includes('done') ? 'partial' : 'pending';
};

const setState = (orders: readonly Rec[], values: Values, answer: unknown): unknown => {
  for (const order of orders) order.write(values);
  return answer;
};

/** Confirming what is confirmed does nothing, so a repeated call is harmless. */
const confirm = (order: Rec, asked: Env): void => {
  if (!order.exists) throw missingError('purchase.order', [order.id], asked.user.id);
  if (!['draft', 'sent'].includes(order.text('state'))) return;
  const lines = linesOf(order).filter((line) => line.text('display_type') === '');
  if (lines.some((line) => line.one('product_id') === null)) {
    throw userError('Some order lines are missing a product, you need to correct them before going further.');
  }
  if (mayApprove(order, asked)) approve(order);
  else order.write({ state: 'to approve' });
};

const mayApprove = (order: Rec, asked: Env): boolean => {
  const company = order.one('company_id');
  if (company?.text('po_double_validation') !== 'two_step') return true;
  return (
    order.number('amount_total') < company.number('po_double_validation_amount') ||
    asked.user.groups.includes('purchase.group_purchase_manager')
  );
};

const approve = (order: Rec): void => {
  if (!['draft', 'sent', 'to approve'].includes(order.text('state'))) return;
  order.write({ state: 'purchase', date_approve: order.env.now });
  const goods = linesOf(order).filter((line) => method(line) === 'stock_moves' && line.number('product_qty') > 0);
  if (goods.length === 0) return;
  const type = order.one('picking_type_id');
  if (type === null) return;
  const picking = order.create('stock.picking', {
    picking_type_id: type.id,
    partner_id: order.number('partner_id'),
    origin: order.text('name'),
    name: nextName(type),
    scheduled_date: earliest(goods.map((line) => line.text('date_planned'))) || order.env.now,
    date_deadline: earliest(goods.map((line) => line.text('date_planned'))),
    user_id: false,
  });
  for (const line of goods) assign(addMove(line, line.number('product_qty'), picking));
};

const cancelOrder = (order: Rec): void => {
  const name = order.text('name');
  if (order.many('picking_ids').some((picking) => picking.text('state') === 'done')) {
    throw userError(`Unable to cancel purchase order ${name} as some receptions have already been done.`);
  }
  if (order.many('invoice_ids').some((bill) => !['cancel', 'draft'].includes(bill.text('state')))) {
    throw userError(`Unable to cancel purchase order(s): ${name}. You must first cancel their related vendor bills.`);
  }
  for (const picking of order.many('picking_ids')) {
    for (const move of picking.many('move_ids')) cancel(move);
    picking.touch();
  }
  order.write({ state: 'cancel' });
};
