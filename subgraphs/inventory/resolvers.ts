import type { PageArgs } from '../../platform/connection.ts';
import { connectionSelection, selection } from '../../platform/selection.ts';
import type { References, Resolver, Resolvers } from '../define-subgraph.ts';
import { recordResolvers } from '../records.ts';
import type { Inventory } from './connector.ts';

interface ById {
  readonly id: string;
}
interface ByNumber {
  readonly number: string | null;
}

const { one, many, linked, members, referenced } = recordResolvers(({ inventory }: Inventory) => inventory);

const stockLevelsOf =
  (kind: 'Item' | 'Lot'): Resolver<Inventory> =>
  (parent: ById, args: PageArgs, { inventory }, info) =>
    inventory.stockLevelsOf(kind, parent.id, args, connectionSelection(info, 'StockLevel'));

export const resolvers = {
  Query: {
    item: one('Item'),
    items: many('Item'),
    itemCategory: one('ItemCategory'),
    itemCategories: many('ItemCategory'),
    unitOfMeasure: one('UnitOfMeasure'),
    unitsOfMeasure: many('UnitOfMeasure'),
    warehouse: one('Warehouse'),
    warehouses: many('Warehouse'),
    stockLocation: one('StockLocation'),
    stockLocations: many('StockLocation'),
    stockLevel: one('StockLevel'),
    stockLevels: many('StockLevel'),
    stockMove: one('StockMove'),
    stockMoves: many('StockMove'),
    consumption: one('Consumption'),
    consumptions: many('Consumption'),
    lot: one('Lot'),
    lots: many('Lot'),
    reorderRule: one('ReorderRule'),
    reorderRules: many('ReorderRule'),
    goodsReceipt: one('GoodsReceipt'),
    goodsReceipts: many('GoodsReceipt'),
  },
  Item: {
    category: linked('ItemCategory', 'category'),
    unit: linked('UnitOfMeasure', 'unit'),
    costs: (item: ById, _: never, { inventory }) => inventory.costs(item.id),
    stock: (item: ById, _: never, { inventory }) => inventory.stock(item.id),
    stockLevels: stockLevelsOf('Item'),
  },
  ItemCategory: { parent: linked('ItemCategory', 'parent') },
  Warehouse: { stockLocation: linked('StockLocation', 'stockLocation') },
  StockLocation: { parent: linked('StockLocation', 'parent') },
  StockLevel: {
    item: linked('Item', 'item'),
    location: linked('StockLocation', 'location'),
    lot: linked('Lot', 'lot'),
  },
  StockMove: {
    item: linked('Item', 'item'),
    from: linked('StockLocation', 'from'),
    to: linked('StockLocation', 'to'),
    receipt: (move: { receipt: ById | null }, _: never, { inventory }, info) =>
      inventory.receiptOf(move.receipt, selection(info, 'GoodsReceipt')),
  },
  Consumption: {
    item: linked('Item', 'item'),
    cost: (used: { readonly id: string; readonly cost: unknown }, _: never, { inventory }) => inventory.costOf(used),
    from: linked('StockLocation', 'from'),
  },
  Lot: { item: linked('Item', 'item'), stockLevels: stockLevelsOf('Lot') },
  ReorderRule: {
    item: linked('Item', 'item'),
    location: linked('StockLocation', 'location'),
    warehouse: linked('Warehouse', 'warehouse'),
  },
  GoodsReceipt: {
    destination: linked('StockLocation', 'destination'),
    remainderOf: linked('GoodsReceipt', 'remainderOf'),
    moves: members('StockMove', 'moves'),
  },
  PurchaseOrder: {
    receipts: (order: ById, args: PageArgs, { inventory }, info) =>
      inventory.receiptsOfOrder(order.id, args, connectionSelection(info, 'GoodsReceipt')),
  },
  Appointment: {
    consumption: ({ number }: ByNumber, args: PageArgs, { inventory }, info) =>
      inventory.consumptionFor(number, args, connectionSelection(info, 'Consumption')),
  },
  CriticalStock: { item: linked('Item', 'item'), location: linked('StockLocation', 'location') },
  Facility: { criticalStock: (facility: ById, _: never, { inventory }) => inventory.criticalStock(facility.id) },
} satisfies Resolvers<Inventory>;

/** How each entity is found again from its key. */
export const references = {
  Item: referenced('Item'),
  ItemCategory: referenced('ItemCategory'),
  UnitOfMeasure: referenced('UnitOfMeasure'),
  Warehouse: referenced('Warehouse'),
  StockLocation: referenced('StockLocation'),
  StockLevel: referenced('StockLevel'),
  StockMove: referenced('StockMove'),
  Consumption: referenced('Consumption'),
  Lot: referenced('Lot'),
  ReorderRule: referenced('ReorderRule'),
  GoodsReceipt: referenced('GoodsReceipt'),
  Appointment: ({ number }) => ({ __typename: 'Appointment', number }),
  PurchaseOrder: ({ id }) => ({ __typename: 'PurchaseOrder', id }),
  Facility: ({ id }, { inventory }) => inventory.facility(id),
} satisfies References<Inventory>;
