import { type Behaviour, button } from '../engine/behaviour.ts';
import { userError } from '../engine/errors.ts';
import { sum } from './amounts.ts';
import { nextNumber } from './numbering.ts';

export const requisition: Behaviour = {
  computes: {
    order_count: (record) => record.env.db.idsBy('purchase.order', 'requisition_id', record.id).size,
  },
  defaults: (env, given) => {
    const company = typeof given['company_id'] === 'number' ? given['company_id'] : env.company;
    const isTemplate = given['requisition_type'] === 'purchase_template';
    return {
      name: nextNumber(env, 'purchase.requisition', isTemplate ? 'PT' : 'BO', 5),
      state: 'draft',
      requisition_type: 'blanket_order',
      company_id: company,
      currency_id: env.db.row('res.company', company)?.['currency_id'],
      user_id: env.user.id,
      picking_type_id:
        [...env.db.rows('stock.picking.type').values()].find(
          (row) => row['code'] === 'incoming' && row['company_id'] === company,
        )?.id ?? false,
    };
  },
  methods: {
    action_confirm: button((all) => {
      for (const record of all) {
        const lines = record.sudo().many('line_ids');
        if (lines.length === 0)
          throw userError(
            `You cannot confirm agreement '${record.text('name')}' because it does not contain any product lines.`,
          );
        const isBlanket = record.text('requisition_type') === 'blanket_order';
        if (isBlanket && lines.some((line) => line.number('price_unit') <= 0))
          throw userError('You cannot confirm a blanket order with lines missing a price.');
        if (isBlanket && lines.some((line) => line.number('product_qty') <= 0))
          throw userError('You cannot confirm a blanket order with lines missing a quantity.');
        record.write({ state: 'confirmed' });
      }
      return null;
    }),
    action_done: button((all) => {
      for (const record of all) {
        const open = record
          .sudo()
          .many('purchase_ids')
          .some((order) => ['draft', 'sent', 'to approve'].includes(order.text('state')));
        if (open) throw userError('To close this purchase requisition, cancel related Requests for Quotation.');
        record.write({ state: 'done' });
      }
      return null;
    }),
    action_cancel: button((all) => {
      for (const record of all) record.write({ state: 'cancel' });
      return null;
    }),
    action_draft: button((all) => {
      for (const record of all) record.write({ state: 'draft' });
      return null;
    }),
  },
};

export const requisitionLine: Behaviour = {
  recName: 'product_id',
  displayName: (record) => record.one('product_id')?.displayName ?? '',
  computes: {
    qty_ordered: (line) => {
      const orders =
        line
          .one('requisition_id')
          ?.many('purchase_ids')
          .filter((order) => order.text('state') === 'purchase') ?? [];
      const lines = orders
        .flatMap((order) => order.many('order_line'))
        .filter((each) => each.number('product_id') === line.number('product_id'));
      return sum(lines.map((each) => each.number('product_qty')));
    },
  },
  defaults: (env, given) => ({
    ...(typeof given['product_id'] === 'number' && {
      product_uom_id: env.sudo().record('product.product', given['product_id']).number('uom_id'),
    }),
  }),
};
