import { allOf } from '../../platform/odoo/domain.ts';
import { entity } from '../../platform/odoo/entity.ts';
import {
  choiceFilter,
  decimalFilter,
  facilityFilter,
  flagFilter,
  idFilter,
  instantFilter,
  textFilter,
} from '../../platform/odoo/filters.ts';
import {
  choice,
  companyPrice,
  day,
  derived,
  facility,
  members,
  money,
  nameOf,
  optional,
  plain,
  price,
  quantity,
  reference,
} from '../../platform/odoo/mappings.ts';
import { ofOffered, ofPartner } from '../../platform/odoo/party.ts';
import type { Many2one } from '../../platform/odoo/types.ts';

const ORDER_STATES = {
  draft: 'DRAFT',
  sent: 'SENT',
  'to approve': 'AWAITING_APPROVAL',
  purchase: 'CONFIRMED',
  // Until 18 a locked order has a state of its own.
  done: 'CONFIRMED',
  cancel: 'CANCELLED',
} as const;
export const OPEN_STATES = ['draft', 'sent', 'to approve', 'purchase'];
const PLACED_STATES = ['purchase', 'done'];
const BILLING = { no: 'NOTHING_TO_BILL', 'to invoice': 'TO_BILL', invoiced: 'BILLED' } as const;
const RECEIVING = { pending: 'PENDING', partial: 'PARTIAL', full: 'COMPLETE' } as const;
const REQUISITION_STATES = {
  draft: 'DRAFT',
  confirmed: 'CONFIRMED',
  in_progress: 'CONFIRMED',
  ongoing: 'CONFIRMED',
  open: 'CONFIRMED',
  done: 'CLOSED',
  cancel: 'CANCELLED',
} as const;

export const supplier = entity({
  type: 'Supplier',
  model: 'res.partner',
  visibility: 'shared',
  party: { supplier: ofPartner() },
  // Partners are also customers and employees at home; a supplier is one we buy from.
  where: {
    needs: ['supplier_rank', 'purchase_line_ids'],
    bind: ([rank, lines]) => ['|', [rank ?? '', '>', 0], [lines ?? '', '!=', false]],
  },
  fields: {
    code: plain('ref'),
    name: plain('name'),
    email: plain('email'),
    phone: plain('phone'),
    taxNumber: plain('vat'),
    street: plain('street'),
    city: plain('city'),
    postalCode: plain('zip'),
    country: nameOf('country_id'),
    active: plain('active'),
    facility: facility(),
  },
  filters: {
    id: idFilter('Supplier'),
    code: textFilter('ref'),
    name: textFilter('name'),
    active: flagFilter('active'),
  },
  orders: { NAME: 'name', CODE: 'ref' },
  defaultOrder: { field: 'name', direction: 'ASC' },
});

/** By which suppliers are told apart, archived ones too: a domain that names the flag hides nothing. */
export const supplierIdentity = entity({
  type: 'Supplier',
  model: 'res.partner',
  visibility: 'shared',
  party: supplier.party,
  where: {
    needs: [...supplier.where.needs, 'active'],
    bind: ([rank = null, lines = null, active]) =>
      allOf(supplier.where.bind([rank, lines]), [[active ?? '', 'in', [true, false]]]),
  },
  fields: {
    code: supplier.fields.code,
    name: supplier.fields.name,
    email: supplier.fields.email,
    phone: supplier.fields.phone,
    taxNumber: supplier.fields.taxNumber,
    active: supplier.fields.active,
    facility: supplier.fields.facility,
  },
  filters: { changedAt: instantFilter('write_date') },
});

export const purchaseOrder = entity({
  type: 'PurchaseOrder',
  model: 'purchase.order',
  visibility: 'facility',
  party: { supplier: ofPartner('partner_id') },
  fields: {
    number: plain('name'),
    state: choice('state', ORDER_STATES),
    supplier: reference('Supplier', 'partner_id'),
    supplierReference: plain('partner_ref'),
    buyerUserName: reference('User', 'user_id'),
    origin: plain('origin'),
    orderedAt: plain('date_order'),
    confirmedAt: plain('date_approve'),
    expectedAt: plain('date_planned'),
    facility: facility(),
    untaxed: money('amount_untaxed'),
    tax: money('amount_tax'),
    total: money('amount_total'),
    billing: choice('invoice_status', BILLING),
    receiving: optional(choice('receipt_status', RECEIVING)),
    requisition: reference('PurchaseRequisition', 'requisition_id'),
    lines: members('order_line'),
  },
  filters: {
    id: idFilter('PurchaseOrder'),
    facility: facilityFilter(),
    number: textFilter('name'),
    state: choiceFilter('state', ORDER_STATES),
    supplier: idFilter('Supplier', 'partner_id'),
    item: idFilter('Item', 'order_line.product_id'),
    origin: textFilter('origin'),
    orderedAt: instantFilter('date_order'),
    expectedAt: instantFilter('date_planned'),
    total: decimalFilter('amount_total'),
    billing: choiceFilter('invoice_status', BILLING),
  },
  orders: { NUMBER: 'name', ORDERED_AT: 'date_order', TOTAL: 'amount_total' },
  defaultOrder: { field: 'date_order', direction: 'DESC' },
});

const UNIT = ['product_uom_id', 'product_uom'] as const;

export const purchaseOrderLine = entity({
  type: 'PurchaseOrderLine',
  model: 'purchase.order.line',
  visibility: 'facility',
  party: { supplier: ofPartner('order_id.partner_id') },
  // Sections and notes are typography, not goods.
  where: { needs: ['display_type'], bind: ([kind]) => [[kind ?? '', '=', false]] },
  fields: {
    order: reference('PurchaseOrder', 'order_id'),
    description: plain('name'),
    item: reference('Item', 'product_id'),
    ordered: quantity('product_qty', UNIT),
    received: quantity('qty_received', UNIT),
    billed: quantity('qty_invoiced', UNIT),
    unitPrice: price('price_unit'),
    untaxed: money('price_subtotal'),
    total: money('price_total'),
    expectedAt: plain('date_planned'),
  },
});

/** Lines of orders that were placed, as the purchases of an item. */
export const purchase = entity({
  ...purchaseOrderLine,
  where: {
    needs: ['display_type', 'state'],
    bind: ([kind, state]) => allOf([[kind ?? '', '=', false]], [[state ?? '', 'in', PLACED_STATES]]),
  },
  relations: ['product_id'],
});

/** Who signs in to Odoo. No type of the graph: HR knows who the employee of that name is. */
export const user = entity({
  type: 'User',
  model: 'res.users',
  visibility: 'everyone',
  fields: { login: plain('login') },
});

export const purchaseRequisition = entity({
  type: 'PurchaseRequisition',
  model: 'purchase.requisition',
  visibility: 'facility',
  party: { supplier: ofPartner('vendor_id') },
  fields: {
    number: plain('name'),
    state: choice('state', REQUISITION_STATES),
    supplier: reference('Supplier', 'vendor_id'),
    facility: facility(),
    validFrom: optional(day(['date_start', 'ordering_date'])),
    validTo: optional(day('date_end')),
    lines: members('line_ids'),
    orders: members('purchase_ids'),
  },
  filters: {
    id: idFilter('PurchaseRequisition'),
    facility: facilityFilter(),
    number: textFilter('name'),
    state: choiceFilter('state', REQUISITION_STATES),
    supplier: idFilter('Supplier', 'vendor_id'),
  },
  orders: { NUMBER: 'name' },
  defaultOrder: { field: 'id', direction: 'DESC' },
});

export const purchaseRequisitionLine = entity({
  type: 'PurchaseRequisitionLine',
  model: 'purchase.requisition.line',
  visibility: 'facility',
  party: { supplier: ofPartner('requisition_id.vendor_id') },
  fields: {
    item: reference('Item', 'product_id'),
    quantity: quantity('product_qty', 'product_uom_id'),
    unitPrice: companyPrice('price_unit'),
  },
});

export const supplierPrice = entity({
  type: 'SupplierPrice',
  model: 'product.supplierinfo',
  visibility: 'shared',
  party: { supplier: ofPartner(['partner_id', 'name']) },
  fields: {
    // Until 15 the vendor was called `name`.
    supplier: reference('Supplier', ['partner_id', 'name']),
    // A price without a variant holds for every variant of its template.
    item: derived(['product_id', 'product_tmpl_id'], ([variant, template]) => ({
      variant: (variant as Many2one | null)?.id ?? null,
      template: (template as Many2one).id,
    })),
    price: price('price'),
    minimum: quantity('min_qty', UNIT),
    leadTimeDays: plain('delay'),
    validFrom: plain('date_start'),
    validTo: plain('date_end'),
    supplierItemCode: plain('product_code'),
    facility: facility(),
  },
  filters: {
    id: idFilter('SupplierPrice'),
    supplier: idFilter('Supplier', ['partner_id', 'name']),
    item: idFilter('Item', 'product_tmpl_id.product_variant_ids'),
    price: decimalFilter('price'),
  },
  orders: { PRICE: 'price' },
  defaultOrder: { field: 'price', direction: 'ASC' },
  relations: ['product_tmpl_id'],
});

/** Items belong to inventory; here is only what tells which template a variant is of. */
export const variant = entity({
  type: 'Item',
  model: 'product.product',
  visibility: 'shared',
  party: { supplier: ofOffered },
  fields: { template: derived(['product_tmpl_id'], ([template]) => (template as Many2one).id) },
  relations: ['product_tmpl_id'],
});
