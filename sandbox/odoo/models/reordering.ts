import { type Behaviour, button } from '../engine/behaviour.ts';
import type { Rec } from '../engine/record.ts';
import { nextNumber } from './numbering.ts';
import { type StockLevel, stockOf } from './stock-levels.ts';

export const reorderRule: Behaviour = {
  computes: {
    qty_on_hand: (record) => levelAt(record).onHand,
    qty_forecast: (record) => levelAt(record).forecast,
    qty_to_order_computed: (record) => missing(record),
    qty_to_order: (record) => Number(record.row['qty_to_order_manual'] ?? 0) || missing(record),
  },
  defaults: (env, given) => {
    const warehouse = [...env.db.rows('stock.warehouse').values()].find((row) =>
      given['warehouse_id'] === undefined ? row['company_id'] === env.company : row.id === given['warehouse_id'],
    );
    return {
      name: nextNumber(env, 'stock.warehouse.orderpoint', 'OP/', 5),
      trigger: 'auto',
      company_id: warehouse?.['company_id'],
      warehouse_id: warehouse?.id ?? false,
      location_id: warehouse?.['lot_stock_id'] ?? false,
    };
  },
  beforeWrite: (_all, { qty_to_order: manual, ...values }) =>
    manual === undefined ? values : { ...values, qty_to_order_manual: manual },
  methods: {
    action_replenish: button(
      (all) => {
        const ordered = all.map((each) => replenish(each.sudo())).filter((order) => order !== null);
        const [only] = ordered;
        return only === undefined || ordered.length > 1 || all[0]?.env.engine.version === 14 ? false : notice(only);
      },
      ['force_to_max'],
    ),
  },
};

const levelAt = (record: Rec): StockLevel => {
  const product = record.one('product_id');
  if (product === null) return { onHand: 0, reserved: 0, free: 0, incoming: 0, outgoing: 0, forecast: 0 };
  return stockOf(product.env.with({ location: record.number('location_id') }).record('product.product', product.id));
};

/** Below the minimum, what brings the forecast up to the maximum. */
const missing = (record: Rec): number => {
  const { forecast } = levelAt(record);
  if (forecast >= record.number('product_min_qty')) return 0;
  return Math.max(record.number('product_min_qty'), record.number('product_max_qty')) - forecast;
};

/** Puts what is missing on the vendor's open request for quotation, or on a new one. */
const replenish = (record: Rec): Rec | null => {
  const quantity = record.number('qty_to_order');
  const product = record.one('product_id');
  const seller = product?.many('seller_ids')[0];
  if (quantity <= 0 || product === null || seller === undefined) return null;
  const company = record.number('company_id');
  const vendor = seller.number('partner_id');
  const line = [0, 0, { product_id: product.id, product_qty: quantity, orderpoint_id: record.id }];
  const open = [...record.env.db.idsBy('purchase.order', 'partner_id', vendor)]
    .map((id) => record.env.record('purchase.order', id))
    .find(
      (order) =>
        order.text('state') === 'draft' &&
        order.number('company_id') === company &&
        order.text('origin').includes('OP/'),
    );
  if (open !== undefined) {
    open.write({ order_line: [line] });
    return open;
  }
  return record.inCompany(company).create('purchase.order', {
    partner_id: vendor,
    company_id: company,
    origin: record.text('name'),
    order_line: [line],
  });
};

const notice = (order: Rec): unknown => ({
  type: 'ir.actions.client',
  tag: 'display_notification',
  params: {
    title: 'The following replenishment order has been generated',
    message: '%s',
    links: [{ label: order.displayName, url: `/odoo/action-purchase.purchase_rfq/${order.id}` }],
    sticky: false,
    next: { type: 'ir.actions.act_window_close' },
  },
});
