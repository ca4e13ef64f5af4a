import type { Behaviour } from '../engine/behaviour.ts';
import { accountLine } from './account-lines.ts';
import { accountMove } from './account-moves.ts';
import { account, fullReconcile, journal } from './accounts.ts';
import { paymentWizard } from './payment-wizard.ts';
import { payment } from './payments.ts';
import { company, department, keyDescription, partner, user } from './people.ts';
import { category, product, supplierPrice, template, unit } from './products.ts';
import { purchaseLine } from './purchase-lines.ts';
import { purchaseOrder } from './purchase.ts';
import { analyticAccount, analyticPlan, currency, externalId } from './reference-data.ts';
import { reorderRule } from './reordering.ts';
import { requisition, requisitionLine } from './requisitions.ts';
import { reversal } from './reversals.ts';
import { move, moveLine } from './stock-moves.ts';
import { backorderQuestion, picking } from './stock-picking.ts';
import { location, lot, operationType, warehouse } from './stock-places.ts';
import { quant } from './stock-quant.ts';

/** What each model does beyond storing. A model that is not here stores, and shows its `name`. */
export const BEHAVIOURS: ReadonlyMap<string, Behaviour> = new Map(
  Object.entries({
    'account.account': account,
    'account.analytic.account': analyticAccount,
    'account.analytic.plan': analyticPlan,
    'account.full.reconcile': fullReconcile,
    'account.journal': journal,
    'account.move': accountMove,
    'account.move.line': accountLine,
    'account.move.reversal': reversal,
    'account.payment': payment,
    'account.payment.register': paymentWizard,
    'hr.department': department,
    'ir.model.data': externalId,
    'product.category': category,
    'product.product': product,
    'product.supplierinfo': supplierPrice,
    'product.template': template,
    'purchase.order': purchaseOrder,
    'purchase.order.line': purchaseLine,
    'purchase.requisition': requisition,
    'purchase.requisition.line': requisitionLine,
    'res.company': company,
    'res.currency': currency,
    'res.partner': partner,
    'res.users': user,
    'res.users.apikeys.description': keyDescription,
    'stock.backorder.confirmation': backorderQuestion,
    'stock.location': location,
    'stock.lot': lot,
    'stock.move': move,
    'stock.move.line': moveLine,
    'stock.picking': picking,
    'stock.picking.type': operationType,
    'stock.quant': quant,
    'stock.warehouse': warehouse,
    'stock.warehouse.orderpoint': reorderRule,
    'uom.uom': unit,
  }),
);
