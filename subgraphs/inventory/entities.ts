import { allOf, anyOf, nothing } from '../../platform/odoo/domain.ts';
import { entity, type FilterMapping } from '../../platform/odoo/entity.ts';
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
  companyMoney,
  derived,
  facility,
  facilityPrice,
  members,
  number,
  optional,
  plain,
  quantity,
  reference,
  toQuantity,
} from '../../platform/odoo/mappings.ts';
import { ofOffered, ofPartner } from '../../platform/odoo/party.ts';
import type { Domain } from '../../platform/odoo/types.ts';

// From 18 on, goods that are kept in stock are told from others by a flag; before, by a type of their own.
const STORABLE = ['is_storable', 'type'] as const;

const TRACKING = { none: 'NONE', lot: 'LOT', serial: 'SERIAL' } as const;

const kindFilter: FilterMapping = {
  needs: ['type', STORABLE],
  bind: ([type = '', storable]) => {
    const flagged = storable === 'is_storable';
    const kinds: Readonly<Record<string, Domain>> = {
      STOCKED: flagged ? [[storable, '=', true]] : [[type ?? '', '=', 'product']],
      CONSUMABLE: allOf([[type ?? '', '=', 'consu']], flagged ? [[storable, '=', false]] : []),
      SERVICE: [[type ?? '', '=', 'service']],
      UNMAPPED: [[type ?? '', 'not in', ['product', 'consu', 'service']]],
    };
    return (wanted: readonly string[]) => anyOf(...wanted.map((kind) => kinds[kind] ?? nothing));
  },
};

const kindOf = ([type, storable]: readonly unknown[]): string => {
  if (type === 'service') return 'SERVICE';
  if (type === 'product' || storable === true) return 'STOCKED';
  return type === 'consu' ? 'CONSUMABLE' : 'UNMAPPED';
};

export const item = entity({
  type: 'Item',
  model: 'product.product',
  visibility: 'shared',
  party: { supplier: ofOffered },
  fields: {
    code: plain('default_code'),
    name: plain('name'),
    barcode: plain('barcode'),
    category: reference('ItemCategory', 'categ_id', 'fullName'),
    unit: reference('UnitOfMeasure', 'uom_id', 'name'),
    kind: derived(['type', STORABLE], kindOf),
    tracking: choice('tracking', TRACKING),
    active: plain('active'),
    facility: facility(),
    // These three depend on the company that reads, and are only ever read per facility.
    cost: facilityPrice('standard_price'),
    onHand: quantity('qty_available', 'uom_id'),
    forecast: quantity('virtual_available', 'uom_id'),
  },
  filters: {
    id: idFilter('Item'),
    code: textFilter('default_code'),
    name: textFilter('name'),
    barcode: textFilter('barcode'),
    category: idFilter('ItemCategory', 'categ_id'),
    kind: kindFilter,
    tracking: choiceFilter('tracking', TRACKING),
    active: flagFilter('active'),
  },
  orders: { CODE: 'default_code' },
  defaultOrder: { field: 'default_code', direction: 'ASC' },
});

export const itemCategory = entity({
  type: 'ItemCategory',
  model: 'product.category',
  visibility: 'everyone',
  fields: {
    name: plain('name'),
    fullName: plain('complete_name'),
    parent: reference('ItemCategory', 'parent_id', 'fullName'),
  },
  filters: { id: idFilter('ItemCategory'), name: textFilter('name'), parent: idFilter('ItemCategory', 'parent_id') },
  orders: { FULL_NAME: 'complete_name' },
  defaultOrder: { field: 'complete_name', direction: 'ASC' },
});

export const unitOfMeasure = entity({
  type: 'UnitOfMeasure',
  model: 'uom.uom',
  visibility: 'everyone',
  party: { supplier: 'whole' },
  fields: {
    name: plain('name'),
    // Until 18 `factor` was the inverse of what it is now, and `factor_inv` what `factor` is now.
    ratio: number(['factor_inv', 'factor']),
    active: plain('active'),
  },
});

export const warehouse = entity({
  type: 'Warehouse',
  model: 'stock.warehouse',
  visibility: 'facility',
  fields: {
    code: plain('code'),
    name: plain('name'),
    facility: facility(),
    stockLocation: reference('StockLocation', 'lot_stock_id', 'fullName'),
  },
  filters: { id: idFilter('Warehouse'), facility: facilityFilter(), code: textFilter('code') },
});

const USAGES = {
  internal: 'INTERNAL',
  supplier: 'SUPPLIER',
  customer: 'CUSTOMER',
  inventory: 'INVENTORY_LOSS',
  production: 'PRODUCTION',
  transit: 'TRANSIT',
  view: 'VIEW',
} as const;

export const stockLocation = entity({
  type: 'StockLocation',
  model: 'stock.location',
  visibility: 'shared',
  fields: {
    name: plain('name'),
    fullName: plain('complete_name'),
    usage: choice('usage', USAGES),
    parent: reference('StockLocation', 'location_id', 'fullName'),
    active: plain('active'),
    facility: facility(),
  },
  filters: {
    id: idFilter('StockLocation'),
    facility: facilityFilter(),
    name: textFilter('complete_name'),
    usage: choiceFilter('usage', USAGES),
    active: flagFilter('active'),
  },
  orders: { FULL_NAME: 'complete_name' },
  defaultOrder: { field: 'complete_name', direction: 'ASC' },
  relations: ['location_id'],
});

export const stockLevel = entity({
  type: 'StockLevel',
  model: 'stock.quant',
  visibility: 'facility',
  // Odoo also keeps what it believes suppliers, customers and losses to hold; those are not stock.
  where: { needs: ['location_id.usage'], bind: ([usage]) => [[usage ?? '', '=', 'internal']] },
  fields: {
    item: reference('Item', 'product_id'),
    location: reference('StockLocation', 'location_id', 'fullName'),
    lot: reference('Lot', 'lot_id'),
    onHand: quantity('quantity', 'product_uom_id'),
    reserved: quantity('reserved_quantity', 'product_uom_id'),
    available: derived(
      ['quantity', 'reserved_quantity', 'product_uom_id'],
      ([onHand, reserved, unit]) => toQuantity((onHand as number) - (reserved as number), unit),
      { named: true },
    ),
    since: plain('in_date'),
    facility: facility(),
  },
  filters: {
    id: idFilter('StockLevel'),
    facility: facilityFilter(),
    item: idFilter('Item', 'product_id'),
    location: idFilter('StockLocation', 'location_id'),
    lot: idFilter('Lot', 'lot_id'),
    onHand: decimalFilter('quantity'),
  },
  orders: { ON_HAND: 'quantity' },
  relations: ['product_id', 'location_id', 'lot_id'],
});

const MOVE_STATES = {
  draft: 'DRAFT',
  waiting: 'WAITING',
  confirmed: 'WAITING',
  partially_available: 'WAITING',
  assigned: 'READY',
  done: 'DONE',
  cancel: 'CANCELLED',
} as const;
const MOVED = ['quantity', 'quantity_done'] as const;

export const stockMove = entity({
  type: 'StockMove',
  model: 'stock.move',
  visibility: 'facility',
  // What it has delivered, and not where that went.
  party: { supplier: ofPartner('picking_id.partner_id') },
  fields: {
    item: reference('Item', 'product_id'),
    planned: quantity('product_uom_qty', 'product_uom'),
    // Before a move is done, the same column holds what is reserved for it.
    moved: derived(
      [MOVED, 'product_uom', 'state'],
      ([moved, unit, state]) => (state === 'done' ? toQuantity(moved, unit) : null),
      {
        named: true,
      },
    ),
    from: reference('StockLocation', 'location_id', 'fullName'),
    to: reference('StockLocation', 'location_dest_id', 'fullName'),
    state: choice('state', MOVE_STATES),
    at: plain('date'),
    reference: plain('reference'),
    receipt: reference('GoodsReceipt', 'picking_id'),
    facility: facility(),
  },
  filters: {
    id: idFilter('StockMove'),
    facility: facilityFilter(),
    item: idFilter('Item', 'product_id'),
    from: idFilter('StockLocation', 'location_id'),
    to: idFilter('StockLocation', 'location_dest_id'),
    state: choiceFilter('state', MOVE_STATES),
    at: instantFilter('date'),
    reference: textFilter('reference'),
  },
  orders: { AT: 'date' },
  defaultOrder: { field: 'date', direction: 'DESC' },
});

export const consumption = entity({
  type: 'Consumption',
  model: 'stock.move',
  visibility: 'facility',
  where: {
    needs: ['state', 'location_id.usage', 'location_dest_id.usage'],
    bind: ([state, from, to]) =>
      allOf(
        [[state ?? '', '=', 'done']],
        [[from ?? '', '=', 'internal']],
        [[to ?? '', 'in', ['customer', 'production']]],
      ),
  },
  fields: {
    item: reference('Item', 'product_id'),
    quantity: quantity(MOVED, 'product_uom'),
    // From 19 on a move keeps what its goods were worth when they left; before, layers do.
    cost: optional(companyMoney('value')),
    from: reference('StockLocation', 'location_id', 'fullName'),
    at: plain('date'),
    reference: plain('reference'),
    purpose: plain('origin'),
    facility: facility(),
  },
  filters: {
    id: idFilter('Consumption'),
    facility: facilityFilter(),
    item: idFilter('Item', 'product_id'),
    from: idFilter('StockLocation', 'location_id'),
    at: instantFilter('date'),
    reference: textFilter('reference'),
    purpose: textFilter('origin'),
  },
  orders: { AT: 'date' },
  defaultOrder: { field: 'date', direction: 'DESC' },
});

/** Until 18: what a movement was worth. What left is negative. */
export const valuationLayer = entity({
  type: 'ValuationLayer',
  model: 'stock.valuation.layer',
  visibility: 'facility',
  optional: true,
  fields: { value: plain('value'), currency: plain('currency_id') },
  relations: ['stock_move_id'],
});

export const lot = entity({
  type: 'Lot',
  model: ['stock.lot', 'stock.production.lot'],
  visibility: 'shared',
  fields: {
    number: plain('name'),
    item: reference('Item', 'product_id'),
    expiresAt: plain('expiration_date'),
    facility: facility(),
  },
  filters: {
    id: idFilter('Lot'),
    item: idFilter('Item', 'product_id'),
    number: textFilter('name'),
    expiresAt: instantFilter('expiration_date'),
  },
  orders: { NUMBER: 'name', EXPIRES_AT: 'expiration_date' },
  defaultOrder: { field: 'name', direction: 'ASC' },
});

export const reorderRule = entity({
  type: 'ReorderRule',
  model: 'stock.warehouse.orderpoint',
  visibility: 'facility',
  fields: {
    name: plain('name'),
    item: reference('Item', 'product_id'),
    location: reference('StockLocation', 'location_id', 'fullName'),
    warehouse: reference('Warehouse', 'warehouse_id'),
    minimum: quantity('product_min_qty', 'product_uom'),
    maximum: quantity('product_max_qty', 'product_uom'),
    automatic: derived(['trigger'], ([trigger]) => trigger === 'auto'),
    facility: facility(),
  },
  filters: {
    id: idFilter('ReorderRule'),
    facility: facilityFilter(),
    item: idFilter('Item', 'product_id'),
    location: idFilter('StockLocation', 'location_id'),
  },
});

const RECEIPT_STATES = {
  draft: 'DRAFT',
  waiting: 'WAITING',
  confirmed: 'WAITING',
  assigned: 'READY',
  done: 'RECEIVED',
  cancel: 'CANCELLED',
} as const;

export const goodsReceipt = entity({
  type: 'GoodsReceipt',
  model: 'stock.picking',
  visibility: 'facility',
  party: { supplier: ofPartner('partner_id') },
  where: { needs: ['picking_type_id.code'], bind: ([code]) => [[code ?? '', '=', 'incoming']] },
  fields: {
    number: plain('name'),
    state: choice('state', RECEIPT_STATES),
    scheduledAt: plain('scheduled_date'),
    receivedAt: plain('date_done'),
    origin: plain('origin'),
    supplier: reference('Supplier', 'partner_id'),
    destination: reference('StockLocation', 'location_dest_id', 'fullName'),
    remainderOf: reference('GoodsReceipt', 'backorder_id'),
    facility: facility(),
    moves: members(['move_ids', 'move_lines']),
  },
  filters: {
    id: idFilter('GoodsReceipt'),
    facility: facilityFilter(),
    number: textFilter('name'),
    state: choiceFilter('state', RECEIPT_STATES),
    supplier: idFilter('Supplier', 'partner_id'),
    origin: textFilter('origin'),
    scheduledAt: instantFilter('scheduled_date'),
    receivedAt: instantFilter('date_done'),
  },
  orders: { NUMBER: 'name', SCHEDULED_AT: 'scheduled_date' },
  defaultOrder: { field: 'scheduled_date', direction: 'DESC' },
});

/** Orders belong to procurement; here is only which receipts came for one. */
export const orderReceipts = entity({
  type: 'PurchaseOrder',
  model: 'purchase.order',
  visibility: 'facility',
  party: { supplier: ofPartner('partner_id') },
  fields: { receipts: members('picking_ids') },
});
