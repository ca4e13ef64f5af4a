import type { Behaviour, Compute } from '../engine/behaviour.ts';
import { button } from '../engine/behaviour.ts';
import type { Rec } from '../engine/record.ts';
import { pickAll } from '../models/stock-picking.ts';

const isPicked = (record: Rec): boolean => record.flag('picked') || record.text('state') === 'done';

const firstAnalytic: Compute = (line) => {
  const distribution = line.get('analytic_distribution');
  const [account] = typeof distribution === 'object' && distribution !== null ? Object.keys(distribution) : [];
  return account === undefined ? false : Number(account);
};

/** Before 18 "goods that are kept in stock" was a type of its own. */
const oldType: Compute = (record) => {
  const template = record.model === 'product.product' ? record.one('product_tmpl_id') : record;
  return template?.row['type'] === 'consu' && template.flag('is_storable')
    ? 'product'
    : (template?.row['type'] ?? 'consu');
};

const rootUnit = (unit: Rec): Rec => {
  const parent = unit.one('relative_uom_id');
  return parent === null ? unit : rootUnit(parent);
};

const companyOf = (account: Rec): number | false => {
  const companies = account.row['company_ids'];
  return Array.isArray(companies) && typeof companies[0] === 'number' ? companies[0] : false;
};

/** What 14 does beside, or otherwise than, 19. */
export const BEHAVIOURS_14: Readonly<Record<string, Behaviour>> = {
  'account.account': {
    computes: {
      company_id: companyOf,
      code: (account) => {
        const codes = account.row['code'];
        return typeof codes === 'object' && codes !== null
          ? ((codes as Record<string, unknown>)[String(companyOf(account))] ?? false)
          : (codes ?? false);
      },
      deprecated: (account) => account.row['active'] === false,
      internal_type: (account) =>
        ({ asset_receivable: 'receivable', liability_payable: 'payable', asset_cash: 'liquidity' })[
          account.text('account_type')
        ] ?? 'other',
      user_type_id: (account) => {
        const types = account.env.field('account.account', 'account_type')?.selection ?? [];
        return types.findIndex(([key]) => key === account.text('account_type')) + 1 || false;
      },
    },
  },
  'account.move.line': {
    computes: {
      analytic_account_id: firstAnalytic,
      exclude_from_invoice_tab: (line) => ['tax', 'payment_term'].includes(line.text('display_type')),
    },
  },
  'product.product': { computes: { type: oldType } },
  'product.template': { computes: { type: oldType } },
  'purchase.order.line': { computes: { account_analytic_id: firstAnalytic } },
  'purchase.requisition': {
    computes: { type_id: (record) => (record.text('requisition_type') === 'purchase_template' ? 2 : 1) },
  },
  'stock.move': {
    computes: {
      name: (move) => move.text('description_picking_manual') || move.one('product_id')?.displayName || false,
      quantity_done: (move) => (isPicked(move) ? move.number('quantity') : 0),
      reserved_availability: (move) =>
        ['assigned', 'partially_available'].includes(move.text('state')) ? move.number('quantity') : 0,
    },
  },
  'stock.move.line': {
    computes: {
      qty_done: (line) => (isPicked(line) ? line.number('quantity') : 0),
      product_uom_qty: (line) => (line.text('state') === 'done' ? 0 : line.number('quantity')),
    },
  },
  'stock.immediate.transfer': {
    methods: {
      process: button((all) => {
        for (const wizard of all) {
          for (const picking of wizard.sudo().many('pick_ids')) {
            for (const move of picking.many('move_ids'))
              if (!['done', 'cancel'].includes(move.text('state'))) pickAll(move);
            picking.env.engine.behaviours
              .get('stock.picking')
              ?.methods?.['button_validate']?.run(picking.env, 'stock.picking', [picking.id], {});
          }
        }
        return true;
      }),
    },
  },
  'uom.uom': {
    computes: {
      category_id: (unit) => rootUnit(unit).id,
      uom_type: (unit) => {
        if (unit.one('relative_uom_id') === null) return 'reference';
        return unit.number('factor') > 1 ? 'bigger' : 'smaller';
      },
    },
  },
};

/** One behaviour with what another adds to it. */
export const withMore = (behaviour: Behaviour | undefined, more: Behaviour): Behaviour => ({
  ...behaviour,
  ...more,
  computes: { ...behaviour?.computes, ...more.computes },
  methods: { ...behaviour?.methods, ...more.methods },
});
