import type { StoredRow } from './database.ts';
import type { Env } from './env.ts';

/** Whether a user may see and change a row. */
export type Rule = (row: StoredRow) => boolean;

/** The record rules of a model for this environment, or null when there is none to ask. */
export const visible = (env: Env, model: string): Rule | null => {
  if (env.su) return null;
  const company = companyRule(env, model);
  const own = personalRule(env, model);
  if (company === null) return own;
  return own === null ? company : (row) => company(row) && own(row);
};

type Kind = 'inside' | 'inside or none';

/** Odoo's multi-company rules by model; where the company is found, and whether a row may be without. */
const COMPANY: Readonly<Record<string, readonly [kind: Kind, ...path: string[]]>> = {
  'account.account': ['inside', 'company_ids'],
  'account.analytic.account': ['inside or none', 'company_id'],
  'account.analytic.line': ['inside', 'company_id'],
  'account.journal': ['inside', 'company_id'],
  'account.move': ['inside', 'company_id'],
  'account.move.line': ['inside', 'move_id', 'company_id'],
  'account.payment': ['inside', 'company_id'],
  'account.payment.term': ['inside or none', 'company_id'],
  'account.tax': ['inside', 'company_id'],
  'account.tax.group': ['inside', 'company_id'],
  'crm.lead': ['inside or none', 'company_id'],
  'hr.department': ['inside or none', 'company_id'],
  'hr.employee': ['inside or none', 'company_id'],
  'hr.employee.public': ['inside or none', 'company_id'],
  'hr.job': ['inside or none', 'company_id'],
  'product.product': ['inside or none', 'product_tmpl_id', 'company_id'],
  'product.supplierinfo': ['inside or none', 'company_id'],
  'product.template': ['inside or none', 'company_id'],
  'purchase.order': ['inside', 'company_id'],
  'purchase.order.line': ['inside', 'order_id', 'company_id'],
  'purchase.requisition': ['inside', 'company_id'],
  'purchase.requisition.line': ['inside', 'requisition_id', 'company_id'],
  'res.company': ['inside', 'id'],
  'res.currency.rate': ['inside or none', 'company_id'],
  'stock.location': ['inside or none', 'company_id'],
  'stock.lot': ['inside or none', 'company_id'],
  'stock.move': ['inside', 'company_id'],
  'stock.move.line': ['inside or none', 'company_id'],
  'stock.picking': ['inside', 'picking_type_id', 'company_id'],
  'stock.picking.type': ['inside', 'company_id'],
  'stock.quant': ['inside or none', 'location_id', 'company_id'],
  'stock.route': ['inside or none', 'company_id'],
  'stock.rule': ['inside or none', 'company_id'],
  'stock.scrap': ['inside', 'company_id'],
  'stock.valuation.layer': ['inside', 'company_id'],
  'stock.warehouse': ['inside', 'company_id'],
  'stock.warehouse.orderpoint': ['inside', 'company_id'],
};

/** What the paths above go through. */
const OVER: Readonly<Record<string, string>> = {
  move_id: 'account.move',
  product_tmpl_id: 'product.template',
  order_id: 'purchase.order',
  picking_type_id: 'stock.picking.type',
  requisition_id: 'purchase.requisition',
  location_id: 'stock.location',
};

const companyRule = (env: Env, model: string): Rule | null => {
  const inside = new Set(env.companies);
  if (model === 'res.partner') {
    // People who use Odoo are seen by everybody, whatever company they are filed under.
    return (row) => within(inside, row['company_id'], true) || env.db.idsBy('res.users', 'partner_id', row.id).size > 0;
  }
  if (model === 'res.users') {
    return (row) => row['share'] !== true || within(inside, row['company_ids'], false);
  }
  const rule = COMPANY[model];
  if (rule === undefined) return null;
  const [kind, first = '', last] = rule;
  const orNone = kind === 'inside or none';
  if (last === undefined) return (row) => within(inside, row[first], orNone);
  const over = OVER[first] ?? '';
  return (row) => within(inside, env.db.row(over, Number(row[first]))?.[last], orNone);
};

const within = (inside: ReadonlySet<unknown>, company: unknown, orNone: boolean): boolean => {
  if (company === undefined || company === false) return orNone;
  return Array.isArray(company) ? company.some((each) => inside.has(each)) : inside.has(company);
};

const BILLS: ReadonlySet<unknown> = new Set(['in_invoice', 'in_refund', 'in_receipt']);
const ACCOUNTING = ['account.group_account_invoice', 'account.group_account_readonly'];

/** Buyers without accounting rights see vendor bills and nothing else of the books. */
const personalRule = (env: Env, model: string): Rule | null => {
  const ofMove = model === 'account.move';
  if (!ofMove && model !== 'account.move.line') return null;
  if (ACCOUNTING.some((group) => env.user.groups.includes(group))) return null;
  return (row) => BILLS.has((ofMove ? row : env.db.row('account.move', Number(row['move_id'])))?.['move_type']);
};
