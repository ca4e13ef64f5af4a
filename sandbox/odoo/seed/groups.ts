/** The groups of Odoo that decide something in the sandbox, by external id, with the name Odoo shows in refusals. */
export const GROUPS: Readonly<Record<string, { readonly id: number; readonly fullName: string }>> = Object.freeze({
  'base.group_user': { id: 1, fullName: 'Role / User' },
  'base.group_erp_manager': { id: 2, fullName: 'Access Rights' },
  'base.group_system': { id: 4, fullName: 'Role / Administrator' },
  'base.group_multi_company': { id: 5, fullName: 'Multi Companies' },
  'base.group_partner_manager': { id: 9, fullName: 'Contact / Creation' },
  'uom.group_uom': { id: 13, fullName: 'Manage Multiple Units of Measure' },
  'api_doc.group_allow_doc': { id: 14, fullName: 'Technical Documentation' },
  'analytic.group_analytic_accounting': { id: 18, fullName: 'Analytic Accounting' },
  'product.group_product_manager': { id: 21, fullName: 'Products / Create' },
  'account.group_account_readonly': { id: 26, fullName: 'Show Accounting Features - Readonly' },
  'account.group_account_invoice': { id: 27, fullName: 'Accounting / Invoicing' },
  'account.group_account_manager': { id: 30, fullName: 'Accounting / Administrator' },
  'hr.group_hr_user': { id: 37, fullName: 'Employees / Officer: Manage all employees' },
  'hr.group_hr_manager': { id: 38, fullName: 'Employees / Administrator' },
  'sales_team.group_sale_salesman': { id: 22, fullName: 'Sales / User: Own Documents Only' },
  'sales_team.group_sale_manager': { id: 24, fullName: 'Sales / Administrator' },
  'stock.group_stock_user': { id: 40, fullName: 'Inventory / User' },
  'stock.group_stock_manager': { id: 41, fullName: 'Inventory / Administrator' },
  'stock.group_stock_multi_locations': { id: 42, fullName: 'Manage Multiple Stock Locations' },
  'stock.group_production_lot': { id: 44, fullName: 'Manage Lots / Serial Numbers' },
  'purchase.group_purchase_user': { id: 54, fullName: 'Purchase / User' },
  'purchase.group_purchase_manager': { id: 55, fullName: 'Purchase / Administrator' },
});

/** What an administrator of the sandbox is in: everything. */
export const EVERY_GROUP: readonly string[] = Object.freeze(Object.keys(GROUPS));

/** Enough for the whole way from order to payment, and no more. */
export const INTEGRATION_GROUPS: readonly string[] = Object.freeze([
  'base.group_user',
  'base.group_multi_company',
  'base.group_partner_manager',
  'uom.group_uom',
  'analytic.group_analytic_accounting',
  'product.group_product_manager',
  'account.group_account_invoice',
  'stock.group_stock_user',
  'stock.group_stock_multi_locations',
  'stock.group_production_lot',
  'purchase.group_purchase_user',
]);

export const BUYER_GROUPS: readonly string[] = Object.freeze(['base.group_user', 'purchase.group_purchase_user']);
