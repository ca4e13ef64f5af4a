import { type Book, touch } from './book.ts';
import { atHour, DAY } from './calendar.ts';
import type { Ground } from './ground.ts';
import type { Lots } from './lots.ts';
import type { Delivery, Order } from './orders.ts';
import { type Dock, dockOf, isGoods } from './pickings.ts';
import { type Random, randomFor } from './random.ts';
import { COMPLETE_ORDER, UNFINISHED_ORDER } from './story.ts';

type Course = 'full' | 'begun' | 'in two' | 'late';
type Parts = Delivery['parts'];

/**
 * Receives what was ordered: most orders in one delivery, some in two, some with a rest still expected. What is due
 * after today is pending; a few deliveries are late. Services are received when they are due.
 */
export function receiveOrders(book: Book, ground: Ground, lots: Lots, orders: readonly Order[]): void {
  const random = randomFor('receipts');
  const dock = dockOf(book, lots);
  for (const order of orders) {
    if (order.state === 'purchase') receive(ground, random, dock, order);
    if (order.state === 'cancel' && order.lines.some(isGoods) && random.chance(0.3)) giveUp(dock, order);
  }
}

const partsOf = (order: Order): Parts => order.lines.map((line) => ({ line, quantity: line.quantity }));

/** An order that was cancelled after it had been confirmed. */
function giveUp(dock: Dock, order: Order): void {
  const picking = dock.open(order, order.orderedAt, null);
  dock.fill(order, picking, { at: order.expectedAt, parts: partsOf(order) }, 'cancel');
}

function receive(ground: Ground, random: Random, dock: Dock, order: Order): void {
  const all = partsOf(order);
  const course = courseOf(order, random);
  const arrival = atHour(order.expectedAt + random.int(-1, 4) * DAY, 8 + random.int(0, 7), random.int(0, 59));
  const picking = order.lines.some(isGoods) ? dock.open(order, order.orderedAt, null) : null;
  if (arrival >= ground.today || course === 'late') {
    if (picking !== null) dock.fill(order, picking, { at: order.expectedAt, parts: all }, 'assigned');
    return;
  }
  if (picking === null) return arrive(order, { at: arrival, parts: all });
  const first = { at: arrival, parts: course === 'full' ? all : firstOf(all) };
  arrive(order, first);
  dock.fill(order, picking, first, 'done');
  const parts = restOf(all, first.parts);
  if (parts.length === 0) return;
  const backorder = dock.open(order, arrival, picking);
  const later = arrival + random.int(3, 12) * DAY;
  const complete = course === 'in two' && later < ground.today;
  const second = { at: complete ? later : order.expectedAt, parts };
  if (complete) arrive(order, second);
  dock.fill(order, backorder, second, complete ? 'done' : 'assigned');
}

function courseOf({ number }: Order, random: Random): Course {
  const chance = random.next();
  if (number === COMPLETE_ORDER) return 'full';
  if (number === UNFINISHED_ORDER) return 'begun';
  return chance < 0.84 ? 'full' : chance < 0.91 ? 'begun' : chance < 0.97 ? 'in two' : 'late';
}

/** Services whole, goods about half; of the first line at least something, so that no delivery is empty. */
const firstOf = (parts: Parts): Parts =>
  parts
    .map(({ line, quantity }, index) => {
      const half = index === 0 ? Math.min(quantity, Math.ceil(quantity / 2)) : Math.floor(quantity / 2);
      return { line, quantity: isGoods(line) ? half : quantity };
    })
    .filter(({ quantity }) => quantity > 0);

function restOf(all: Parts, came: Parts): Parts {
  const arrived = new Map(came.map(({ line, quantity }) => [line, quantity]));
  return all
    .map(({ line, quantity }) => ({ line, quantity: quantity - (arrived.get(line) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}

/** Counts a delivery as received. */
function arrive(order: Order, delivery: Delivery): void {
  order.deliveries.push(delivery);
  for (const { line, quantity } of delivery.parts) {
    line.received += quantity;
    touch(line.row, delivery.at);
  }
  touch(order.row, delivery.at);
}
