/** What 14 calls a model of 19. Models that only 14 has keep their name. */
export const MODELS_14: Readonly<Record<string, string>> = Object.freeze({
  'stock.production.lot': 'stock.lot',
  'stock.location.route': 'stock.route',
  'account.analytic.group': 'account.analytic.plan',
});

/** By model of 19: the field of 14 → the field of 19 that holds the same. */
export const FIELDS_14: Readonly<Record<string, Readonly<Record<string, string>>>> = Object.freeze({
  'account.analytic.account': { group_id: 'plan_id' },
  // One column for all plans.
  'account.analytic.line': { account_id: 'x_plan2_id', move_id: 'move_line_id' },
  'account.payment': { ref: 'memo' },
  'product.product': { uom_po_id: 'uom_id' },
  'product.supplierinfo': { name: 'partner_id' },
  'product.template': { uom_po_id: 'uom_id' },
  'purchase.order': { notes: 'note' },
  'purchase.order.line': { product_uom: 'product_uom_id', taxes_id: 'tax_ids' },
  'res.users': { groups_id: 'group_ids' },
  'stock.picking': {
    move_lines: 'move_ids',
    move_ids_without_package: 'move_ids',
    move_line_ids_without_package: 'move_line_ids',
  },
  'uom.uom': { factor_inv: 'factor' },
});

/** Methods of the engine that came after 14. */
export const NEWER_THAN_14: ReadonlySet<string> = new Set([
  'action_apply_inventory',
  'button_lock',
  'formatted_read_group',
  'has_access',
  'refund_moves',
  'web_read',
  'web_save',
  'web_search_read',
]);

/** Positional arguments that 14 names otherwise. */
export const PARAMETERS_14: Readonly<Record<string, readonly string[]>> = Object.freeze({
  name_search: ['name', 'args', 'operator', 'limit'],
});
