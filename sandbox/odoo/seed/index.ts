import type { Seed } from '../seed.ts';
import { instantOf, REFERENCE_DAY, stampOf } from './calendar.ts';
import { makeCostCenters } from './cost-centers.ts';
import { countStock } from './count.ts';
import { breakGround } from './ground.ts';
import { makeItems } from './items.ts';
import { keepBooks } from './ledger.ts';
import { makeLots } from './lots.ts';
import { settleOrders } from './order-status.ts';
import { makeOrders } from './orders.ts';
import { makePrices } from './prices.ts';
import { settleQuants } from './quants.ts';
import { receiveOrders } from './receipts.ts';
import { makeReorderRules } from './reorder-rules.ts';
import { makeRequisitions } from './requisitions.ts';
import { planShelves } from './shelves.ts';
import { makePayers, makeSuppliers } from './suppliers.ts';
import { useGoods } from './usage.ts';

/** Raised with every change that changes a row. */
const EDITION = 3;
export { REFERENCE_DAY };

export interface HealthcareGroupOptions {
  /** Multiplies suppliers, items, orders and entries; facilities and their locations stay. Default 1. */
  readonly scale?: number;
  /** The ISO day before which everything happened; the data covers the year before it. */
  readonly today?: string;
}

/**
 * An invented health-care group with a year behind it: three facilities, 60 suppliers, 500 items, 2,000 purchase orders
 * and 5,000 journal entries at scale 1. The same options give the same rows, and the fingerprint names them.
 *
 * Documents follow from each other: what was ordered is received, what was received is billed, bills are paid, and what
 * lies on a shelf is the sum of the moves that led there. `story.ts` names documents worth looking at.
 */
export function healthcareGroup({ scale = 1, today = REFERENCE_DAY }: HealthcareGroupOptions = {}): Seed {
  const { book, ground } = breakGround(instantOf(today));
  const suppliers = makeSuppliers(book, ground, scale);
  const payers = makePayers(book, ground, scale);
  const centers = makeCostCenters(book, ground);
  const items = makeItems(book, ground, scale);
  const offers = makePrices(book, ground, suppliers, items);
  const orders = makeOrders(book, ground, scale, { items, offers, centers });
  makeRequisitions(book, ground, scale, orders);
  const lots = makeLots(book, ground, items);
  receiveOrders(book, ground, lots, orders);
  const shelves = planShelves(ground, scale, items, lots);
  useGoods(book, ground, scale, shelves);
  countStock(book, ground, items, shelves);
  settleQuants(book, ground, items);
  makeReorderRules(book, ground, scale);
  keepBooks(book, ground, scale, { suppliers, payers, items, centers, orders });
  settleOrders(orders);
  return {
    fingerprint: `healthcare-group/${EDITION} scale=${scale} today=${today}`,
    seededAt: stampOf(ground.start),
    tables: book.tables,
    users: ground.users,
  };
}
