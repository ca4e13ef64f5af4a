import type { Behaviour } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { missingError } from '../engine/errors.ts';
import type { Rec } from '../engine/record.ts';
import { inUnit, rounded, subtotal, sum, taxOn } from './amounts.ts';
import { assign } from './stock-moves.ts';

export const purchaseLine: Behaviour = {
  searchedByName: ['name'],
  computes: {
    price_subtotal: (line) =>
      line.text('display_type') === ''
        ? subtotal(line.number('product_qty'), line.number('price_unit'), line.number('discount'))
        : 0,
    price_tax: (line) => taxOn(line.number('price_subtotal'), line.many('tax_ids')),
    price_total: (line) => rounded(line.number('price_subtotal') + line.number('price_tax')),
    price_total_cc: (line) => line.number('price_subtotal') / (line.one('order_id')?.number('currency_rate') || 1),
    price_unit_discounted: (line) => line.number('price_unit') * (1 - line.number('discount') / 100),
    product_uom_qty: (line) =>
      inUnit(line.number('product_qty'), line.one('product_uom_id'), line.one('product_id')?.one('uom_id') ?? null),
    qty_received_method: (line) => method(line),
    qty_received: (line) =>
      method(line) === 'stock_moves' ? received(line) : Number(line.row['qty_received_manual'] ?? 0),
    qty_invoiced: (line) => billed(line),
    qty_to_invoice: (line) => toBill(line),
    parent_id: () => false,
  },
  absent: { sequence: 10, propagate_cancel: true },
  defaults: lineDefaults,
  beforeWrite: (_all, { qty_received: manual, ...values }) =>
    manual === undefined ? values : { ...values, qty_received_manual: manual },
  created: (line) => {
    line.sudo().one('order_id')?.touch();
    if (line.text('state') === 'purchase') followWithMove(line.sudo());
  },
  written: (all, values) => {
    for (const each of all) {
      const line = each.sudo();
      line.one('order_id')?.touch();
      if ('product_qty' in values && line.text('state') === 'purchase') followWithMove(line);
    }
  },
};

/** Name, unit, price, taxes and date are filled in from product and vendor when they are left out. */
function lineDefaults(env: Env, given: Values): Values {
  const standing = { sequence: 10, product_qty: 1, propagate_cancel: true };
  const order = typeof given['order_id'] === 'number' ? env.sudo().record('purchase.order', given['order_id']) : null;
  const planned = order?.text('date_planned') || order?.text('date_order') || env.now;
  if (given['display_type'] !== undefined && given['display_type'] !== false)
    return { ...standing, product_qty: 0, price_unit: 0 };
  if (typeof given['product_id'] !== 'number') return { ...standing, date_planned: planned, price_unit: 0 };
  const product = env.sudo().record('product.product', given['product_id']);
  if (!product.exists) throw missingError('product.product', [product.id], env.user.id);
  const company = order?.number('company_id') ?? env.company;
  const seller = order === null ? null : sellerOf(product, order, Number(given['product_qty'] ?? 1));
  return {
    ...standing,
    name: product.displayName,
    product_uom_id: product.number('uom_id'),
    price_unit: seller?.number('price') ?? product.inCompany(company).number('standard_price'),
    tax_ids: [
      [
        6,
        0,
        product
          .many('supplier_taxes_id')
          .filter((tax) => tax.number('company_id') === company)
          .map(({ id }) => id),
      ],
    ],
    date_planned: planned,
    technical_price_unit: 0,
  };
}

/** The vendor's price for at least this quantity: the first that applies, the one for the largest minimum first. */
const sellerOf = (product: Rec, order: Rec, quantity: number): Rec | null => {
  const prices = product
    .many('seller_ids')
    .filter(
      (each) =>
        each.number('partner_id') === order.number('partner_id') &&
        each.number('min_qty') <= quantity &&
        (each.one('company_id') === null || each.number('company_id') === order.number('company_id')),
    );
  return prices.toSorted((a, b) => b.number('min_qty') - a.number('min_qty'))[0] ?? null;
};

export const method = (line: Rec): 'stock_moves' | 'manual' =>
  ['consu', 'product'].includes(line.one('product_id')?.text('type') ?? '') ? 'stock_moves' : 'manual';

const movesOf = (line: Rec): Rec[] =>
  [...line.env.db.idsBy('stock.move', 'purchase_line_id', line.id)].map((id) => line.env.record('stock.move', id));

/** What came in, less what went back, in the unit of the line. */
const received = (line: Rec): number => {
  const done = movesOf(line).filter((move) => move.text('state') === 'done');
  const quantities = done.map((move) => {
    const quantity = inUnit(move.number('quantity'), move.one('product_uom'), line.one('product_uom_id'));
    if (move.one('location_dest_id')?.text('usage') === 'supplier') return move.flag('to_refund') ? -quantity : 0;
    return quantity;
  });
  return rounded(sum(quantities), 6);
};

const billed = (line: Rec): number => {
  const quantities = [...line.env.db.idsBy('account.move.line', 'purchase_line_id', line.id)].map((id) => {
    const billLine = line.env.record('account.move.line', id);
    const bill = billLine.one('move_id');
    if (bill === null || bill.text('state') === 'cancel') return 0;
    const quantity = inUnit(billLine.number('quantity'), billLine.one('product_uom_id'), line.one('product_uom_id'));
    return bill.text('move_type') === 'in_refund' ? -quantity : quantity;
  });
  return rounded(sum(quantities), 6);
};

const toBill = (line: Rec): number => {
  if (line.one('order_id')?.text('state') !== 'purchase') return 0;
  const basis = line.one('product_id')?.text('purchase_method') === 'purchase' ? 'product_qty' : 'qty_received';
  return rounded(line.number(basis) - line.number('qty_invoiced'), 6);
};

/** A line of a confirmed order that grew or shrank: what is still expected follows. */
const followWithMove = (line: Rec): void => {
  if (method(line) !== 'stock_moves') return;
  const planned = movesOf(line).filter((move) => move.text('state') !== 'cancel');
  const difference = line.number('product_qty') - sum(planned.map((move) => move.number('product_uom_qty')));
  if (difference === 0) return;
  const open = planned.find((move) => move.text('state') !== 'done');
  if (open === undefined) {
    if (difference > 0) assign(addMove(line, difference, receiptOf(line)));
    return;
  }
  const quantity = Math.max(0, open.number('product_uom_qty') + difference);
  open.write({ product_uom_qty: quantity, quantity });
};

const receiptOf = (line: Rec): Rec | null =>
  line
    .one('order_id')
    ?.many('picking_ids')
    .find((picking) => !['done', 'cancel'].includes(picking.text('state'))) ?? null;

/** A receipt of part of a line. */
export const addMove = (line: Rec, quantity: number, picking: Rec | null): Rec => {
  const order = line.one('order_id');
  const type = order?.one('picking_type_id');
  return line.create('stock.move', {
    product_id: line.number('product_id'),
    product_uom: line.number('product_uom_id'),
    product_uom_qty: quantity,
    picking_id: picking?.id ?? false,
    purchase_line_id: line.id,
    company_id: line.number('company_id'),
    partner_id: order?.number('partner_id') ?? false,
    picking_type_id: type?.id ?? false,
    warehouse_id: type?.number('warehouse_id') || false,
    location_id: type?.number('default_location_src_id') ?? 0,
    location_dest_id: type?.number('default_location_dest_id') ?? 0,
    location_final_id: type?.number('default_location_dest_id') ?? false,
    price_unit: line.number('price_unit'),
    origin: order?.text('name') ?? '',
    date: line.text('date_planned') || line.env.now,
    date_deadline: line.text('date_planned') || false,
    to_refund: true,
  });
};
