import { Big } from 'big.js';
import type { PageArgs } from '../../platform/connection.ts';
import { decodeId } from '../../platform/ids.ts';
import { localId } from '../../platform/odoo/filters.ts';
import { toMoney } from '../../platform/odoo/mappings.ts';
import type { ListSelection } from '../../platform/odoo/session.ts';
import type { Connector } from '../define-subgraph.ts';
import type { Sessions } from '../owners.ts';
import { recordsOf } from '../records.ts';
import { readShortages, type Shortage } from './critical-stock.ts';
import {
  consumption,
  goodsReceipt,
  item,
  itemCategory,
  lot,
  orderReceipts,
  reorderRule,
  stockLevel,
  stockLocation,
  stockMove,
  unitOfMeasure,
  valuationLayer,
  warehouse,
} from './entities.ts';

const ENTITIES = {
  Item: item,
  ItemCategory: itemCategory,
  UnitOfMeasure: unitOfMeasure,
  Warehouse: warehouse,
  StockLocation: stockLocation,
  StockLevel: stockLevel,
  StockMove: stockMove,
  Consumption: consumption,
  Lot: lot,
  ReorderRule: reorderRule,
  GoodsReceipt: goodsReceipt,
} as const;

const connectInventory = ({ odoo }: Pick<Sessions, 'odoo'>) => {
  let shortages: Promise<readonly Shortage[]> | undefined;
  // What there is of an item, and what it is worth, is told to those who may know where it is.
  const knowsStock = odoo.mayHave(stockLevel);
  return {
    ...recordsOf(odoo, ENTITIES),

    /** Only deliveries of suppliers are receipts, which the reference alone does not tell. */
    receiptOf: (reference: { readonly id: string } | null, fields: ReadonlySet<string>) =>
      odoo.find(goodsReceipt, reference?.id, fields),
    receiptsOfOrder: async (orderId: unknown, args: PageArgs, selected: ListSelection) => {
      const order = await odoo.find(orderReceipts, orderId, new Set(['receipts']));
      return order === null ? null : odoo.members(goodsReceipt, order['receipts'], args, selected);
    },

    stockLevelsOf: (kind: 'Item' | 'Lot', id: unknown, args: PageArgs, selected: ListSelection) => {
      const local = localId(decodeId(kind, id));
      return local === null
        ? null
        : odoo.children(stockLevel, kind === 'Item' ? 'product_id' : 'lot_id', local, args, selected);
    },
    consumptionFor: (appointmentNumber: unknown, args: PageArgs, selected: ListSelection) =>
      typeof appointmentNumber === 'string' && appointmentNumber !== ''
        ? odoo.children(consumption, 'origin', appointmentNumber, args, selected)
        : null,
    costOf: async ({ id, cost }: { readonly id: string; readonly cost: unknown }) => {
      const move = localId(decodeId('Consumption', id));
      if (!odoo.has(valuationLayer) || move === null) return cost;
      const layers = await odoo.childRecords(valuationLayer, 'stock_move_id', move, new Set(['value', 'currency']));
      const worth = layers.reduce((sum, layer) => sum.minus(layer['value'] as number), new Big(0));
      return toMoney(worth.toNumber(), layers[0]?.['currency'] ?? null, odoo);
    },
    costs: async (id: unknown) => {
      if (!knowsStock) return [];
      const seen = await odoo.perFacility(item, id, new Set(['cost']));
      return seen.map(({ facility, record }) => ({ facility: facility.record, amount: record['cost'] }));
    },
    stock: async (id: unknown) => {
      if (!knowsStock) return [];
      const seen = await odoo.perFacility(item, id, new Set(['onHand', 'forecast']));
      return seen.map(({ facility, record }) => ({
        facility: facility.record,
        onHand: record['onHand'],
        forecast: record['forecast'],
      }));
    },

    facility: (id: unknown) => odoo.facility(id)?.record ?? null,
    criticalStock: async (facilityId: unknown) => {
      const facility = odoo.facility(facilityId);
      if (facility === undefined) return null;
      shortages ??= readShortages(odoo);
      return (await shortages).filter(({ company }) => company === facility.company);
    },
  };
};

export type Inventory = { readonly inventory: ReturnType<typeof connectInventory> };

export const connector: Connector<Inventory> = {
  owners: ['odoo'],
  odoo: [...Object.values(ENTITIES), orderReceipts, valuationLayer],
  connect: (sessions) => ({ inventory: connectInventory(sessions) }),
};
