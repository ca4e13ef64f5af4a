import type { PageArgs } from '../../platform/connection.ts';
import type { ListArgs } from '../../platform/odoo/session.ts';
import { connectionSelection, selection } from '../../platform/selection.ts';
import type { References, Resolvers } from '../define-subgraph.ts';
import type { Procurement } from './connector.ts';

interface ById {
  readonly id: string;
}

export const resolvers = {
  Query: {
    supplier: (_, { id }: ById, { procurement }, info) => procurement.supplier(id, selection(info, 'Supplier')),
    suppliers: (_, args: ListArgs, { procurement }, info) =>
      procurement.suppliers(args, connectionSelection(info, 'Supplier')),
    purchaseOrder: (_, { id }: ById, { procurement }, info) => procurement.order(id, selection(info, 'PurchaseOrder')),
    purchaseOrders: (_, args: ListArgs, { procurement }, info) =>
      procurement.orders(args, connectionSelection(info, 'PurchaseOrder')),
    purchaseRequisition: (_, { id }: ById, { procurement }, info) =>
      procurement.requisition(id, selection(info, 'PurchaseRequisition')),
    purchaseRequisitions: (_, args: ListArgs, { procurement }, info) =>
      procurement.requisitions(args, connectionSelection(info, 'PurchaseRequisition')),
    supplierPrice: (_, { id }: ById, { procurement }, info) => procurement.price(id, selection(info, 'SupplierPrice')),
    supplierPrices: (_, args: ListArgs, { procurement }, info) =>
      procurement.prices(args, connectionSelection(info, 'SupplierPrice')),
  },
  PurchaseOrder: {
    supplier: (order: { supplier: unknown }, _: never, { procurement }, info) =>
      procurement.supplierOf(order.supplier, selection(info, 'Supplier')),
    requisition: (order: { requisition: unknown }, _: never, { procurement }, info) =>
      procurement.requisitionOf(order.requisition, selection(info, 'PurchaseRequisition')),
    lines: (order: { lines: unknown }, args: PageArgs, { procurement }, info) =>
      procurement.linesAmong(order.lines, args, connectionSelection(info, 'PurchaseOrderLine')),
  },
  PurchaseOrderLine: {
    order: (line: { order: unknown }, _: never, { procurement }, info) =>
      procurement.orderOf(line.order, selection(info, 'PurchaseOrder')),
  },
  PurchaseRequisition: {
    supplier: (requisition: { supplier: unknown }, _: never, { procurement }, info) =>
      procurement.supplierOf(requisition.supplier, selection(info, 'Supplier')),
    lines: (requisition: { lines: unknown }, args: PageArgs, { procurement }, info) =>
      procurement.requisitionLinesAmong(requisition.lines, args, connectionSelection(info, 'PurchaseRequisitionLine')),
    orders: (requisition: { orders: unknown }, args: PageArgs, { procurement }, info) =>
      procurement.ordersAmong(requisition.orders, args, connectionSelection(info, 'PurchaseOrder')),
  },
  SupplierPrice: {
    supplier: (price: { supplier: unknown }, _: never, { procurement }, info) =>
      procurement.supplierOf(price.supplier, selection(info, 'Supplier')),
    item: (price: { item: never }, _: never, { procurement }) => procurement.pricedItem(price.item),
  },
  Item: {
    suppliers: (item: ById, args: PageArgs, { procurement }, info) =>
      procurement.pricesOfItem(item.id, args, connectionSelection(info, 'SupplierPrice')),
  },
  Facility: {
    openOrders: (facility: ById, args: PageArgs, { procurement }, info) =>
      procurement.openOrders(facility.id, args, connectionSelection(info, 'PurchaseOrder')),
  },
} satisfies Resolvers<Procurement>;

/** How each entity is found again from its key. What a caller may not see is null, like what does not exist. */
export const references = {
  Supplier: (id, { procurement }, info) => procurement.supplier(id, selection(info, 'Supplier')),
  PurchaseOrder: (id, { procurement }, info) => procurement.order(id, selection(info, 'PurchaseOrder')),
  PurchaseOrderLine: (id, { procurement }, info) => procurement.line(id, selection(info, 'PurchaseOrderLine')),
  PurchaseRequisition: (id, { procurement }, info) =>
    procurement.requisition(id, selection(info, 'PurchaseRequisition')),
  PurchaseRequisitionLine: (id, { procurement }, info) =>
    procurement.requisitionLine(id, selection(info, 'PurchaseRequisitionLine')),
  SupplierPrice: (id, { procurement }, info) => procurement.price(id, selection(info, 'SupplierPrice')),
  Item: (id) => ({ __typename: 'Item', id }),
  Facility: (id, { procurement }) => procurement.facility(id),
} satisfies References<Procurement>;
