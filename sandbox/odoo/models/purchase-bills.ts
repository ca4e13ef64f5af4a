import type { Env } from '../engine/env.ts';
import { userError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';

/** A draft bill for everything these orders still have to be billed for: one for each vendor, currency and company. */
export const billOrders = (env: Env, orders: readonly Rec[]): unknown => {
  const open = orders.filter((order) => order.text('invoice_status') === 'to invoice');
  if (open.length === 0) {
    throw userError(
      'There is no invoiceable line. If a product has a control policy based on received quantity, please make sure that a quantity has been received.',
    );
  }
  const groups = new Map<string, Rec[]>();
  for (const order of open) {
    const key = [order.number('company_id'), order.number('partner_id'), order.number('currency_id')].join();
    groups.set(key, [...(groups.get(key) ?? []), order]);
  }
  const bills = [...groups.values()].map(bill);
  return showBills(env, bills);
};

const bill = (orders: readonly Rec[]): Rec => {
  const [first] = orders;
  if (first === undefined) throw new Error('a bill needs an order');
  const company = first.number('company_id');
  const lines = orders
    .flatMap((order) => order.many('order_line'))
    .filter((line) => line.number('qty_to_invoice') !== 0);
  const made = first.inCompany(company).create('account.move', {
    move_type: 'in_invoice',
    company_id: company,
    partner_id: first.number('partner_id'),
    currency_id: first.number('currency_id'),
    invoice_origin: orders.map((order) => order.text('name')).join(', '),
    invoice_payment_term_id: first.number('payment_term_id') || false,
    ref: first.text('partner_ref') || false,
    invoice_line_ids: lines.map((line) => [
      0,
      0,
      {
        purchase_line_id: line.id,
        product_id: line.number('product_id') || false,
        name: `${line.one('order_id')?.text('name') ?? ''}: ${line.text('name')}`,
        quantity: line.number('qty_to_invoice'),
        product_uom_id: line.number('product_uom_id') || false,
        price_unit: line.number('price_unit'),
        discount: line.number('discount'),
        tax_ids: [[6, 0, line.many('tax_ids').map(({ id }) => id)]],
        analytic_distribution: line.get('analytic_distribution'),
      },
    ]),
  });
  for (const order of orders) order.touch();
  return made;
};

/** The window Odoo's own client would open. A caller re-reads the order instead. */
const showBills = ({ engine }: Env, bills: readonly Rec[]): unknown => {
  const [first] = bills;
  const partner = first?.number('partner_id');
  const shared = {
    id: 271,
    display_name: 'Bills',
    name: 'Bills',
    type: 'ir.actions.act_window',
    xml_id: 'account.action_move_in_invoice_type',
    help: '<p class="o_view_nocontent_smiling_face">Create a vendor bill</p>',
    binding_model_id: false,
    binding_type: 'action',
    binding_view_types: 'list,form',
    ...(bills.length === 1 && { res_id: first?.id }),
    res_model: 'account.move',
    target: 'current',
    limit: 80,
    search_view_id: [768, 'account.invoice.select'],
    filter: false,
  };
  const chosen = bills.map(({ id }) => id).join(', ');
  if (engine.version === 14) {
    return {
      ...shared,
      view_id: [674, 'account.out.invoice.tree'],
      domain: bills.length === 1 ? "[('move_type', '=', 'in_invoice')]" : `[('id', 'in', [${chosen}])]`,
      context: "{'default_move_type': 'in_invoice'}",
      view_mode: 'tree,kanban,form',
      views: [
        [676, 'form'],
        [674, 'tree'],
        [false, 'kanban'],
      ],
      groups_id: [],
      search_view: '{}',
    };
  }
  return {
    ...shared,
    path: 'bills',
    view_id: [761, 'account.out.invoice.list'],
    domain:
      bills.length === 1
        ? "[('move_type', 'in', ['in_invoice', 'in_refund', 'in_receipt'])]"
        : `[('id', 'in', [${chosen}])]`,
    context: { default_move_type: 'in_invoice', display_account_trust: true, default_partner_id: partner },
    view_mode: 'list,kanban,form,activity',
    mobile_view_mode: 'kanban',
    views: [
      [764, 'form'],
      [761, 'list'],
      [false, 'kanban'],
      [false, 'activity'],
    ],
    group_ids: [],
    embedded_action_ids: [],
    cache: true,
  };
};
