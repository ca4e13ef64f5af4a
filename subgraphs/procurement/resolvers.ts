import type { PageArgs } from '../../platform/connection.ts';
import { connectionSelection } from '../../platform/selection.ts';
import type { References, Resolvers } from '../define-subgraph.ts';
import { recordResolvers } from '../records.ts';
import type { Procurement } from './connector.ts';

interface ById {
  readonly id: string;
}

const { one, many, linked, members, referenced } = recordResolvers(({ procurement }: Procurement) => procurement);

export const resolvers = {
  Query: {
    supplier: one('Supplier'),
    suppliers: many('Supplier'),
    purchaseOrder: one('PurchaseOrder'),
    purchaseOrders: many('PurchaseOrder'),
    purchaseRequisition: one('PurchaseRequisition'),
    purchaseRequisitions: many('PurchaseRequisition'),
    supplierPrice: one('SupplierPrice'),
    supplierPrices: many('SupplierPrice'),
  },
  PurchaseOrder: {
    supplier: linked('Supplier', 'supplier'),
    buyerUserName: ({ buyerUserName: user }: { buyerUserName: ById | null }, _: never, { procurement }) =>
      procurement.loginOf(user),
    requisition: linked('PurchaseRequisition', 'requisition'),
    lines: members('PurchaseOrderLine', 'lines'),
  },
  PurchaseOrderLine: { order: linked('PurchaseOrder', 'order') },
  PurchaseRequisition: {
    supplier: linked('Supplier', 'supplier'),
    lines: members('PurchaseRequisitionLine', 'lines'),
    orders: members('PurchaseOrder', 'orders'),
  },
  SupplierPrice: {
    supplier: linked('Supplier', 'supplier'),
    item: (price: { item: never }, _: never, { procurement }) => procurement.pricedItem(price.item),
  },
  Item: {
    suppliers: (item: ById, args: PageArgs, { procurement }, info) =>
      procurement.pricesOfItem(item.id, args, connectionSelection(info, 'SupplierPrice')),
    purchases: (item: ById, args: PageArgs, { procurement }, info) =>
      procurement.purchasesOfItem(item.id, args, connectionSelection(info, 'PurchaseOrderLine')),
  },
  Facility: {
    openOrders: (facility: ById, args: PageArgs, { procurement }, info) =>
      procurement.openOrders(facility.id, args, connectionSelection(info, 'PurchaseOrder')),
  },
} satisfies Resolvers<Procurement>;

/** How each entity is found again from its key. */
export const references = {
  Supplier: referenced('Supplier'),
  PurchaseOrder: referenced('PurchaseOrder'),
  PurchaseOrderLine: referenced('PurchaseOrderLine'),
  PurchaseRequisition: referenced('PurchaseRequisition'),
  PurchaseRequisitionLine: referenced('PurchaseRequisitionLine'),
  SupplierPrice: referenced('SupplierPrice'),
  Item: ({ id }) => ({ __typename: 'Item', id }),
  Facility: ({ id }, { procurement }) => procurement.facility(id),
} satisfies References<Procurement>;
