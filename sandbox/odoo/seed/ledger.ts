import { bookAnalyticLines } from './analytic-lines.ts';
import { billExpenses, billOrders, creditBills } from './bills.ts';
import type { Book } from './book.ts';
import type { CostCenters } from './cost-centers.ts';
import type { Claim } from './documents.ts';
import { bookRoutine } from './general-entries.ts';
import type { Ground } from './ground.ts';
import { invoicePayers } from './invoices.ts';
import type { Items } from './items.ts';
import { settleResiduals } from './matching.ts';
import { numberEntries } from './numbering.ts';
import type { Order } from './orders.ts';
import { payClaims } from './payments.ts';
import { COMPLETE_ORDER, UNFINISHED_ORDER } from './story.ts';
import type { Payer, Supplier } from './suppliers.ts';

/** All entries together, at scale 1. A much smaller group has a few more than its share: its bank books weekly too. */
const ENTRIES = 5000;

/** Who and what the books are about. */
export interface Business {
  readonly suppliers: readonly Supplier[];
  readonly payers: readonly Payer[];
  readonly items: Items;
  readonly centers: CostCenters;
  readonly orders: readonly Order[];
}

/** The books of a year: bills, credit notes, invoices, payments, bank statements and the monthly routine. */
export function keepBooks(book: Book, ground: Ground, scale: number, business: Business): void {
  const { orders, suppliers, centers } = business;
  const billed = billOrders(book, ground, orders);
  const orderOf = new Map(orders.flatMap((order) => order.bills.map((bill) => [bill, order] as const)));
  const expenses = billExpenses(book, ground, scale, suppliers, centers);
  const credits = creditBills(book, ground, scale, billed, orderOf);
  const invoices = invoicePayers(book, ground, scale, business);
  const claims = [...billed, ...expenses, ...credits, ...invoices];
  const billsOf = (number: number): readonly Claim[] =>
    billed.filter(({ entry }) => orderOf.get(entry.row.id)?.number === number);
  const story = { paid: billsOf(COMPLETE_ORDER), partlyPaid: billsOf(UNFINISHED_ORDER) };
  const payments = payClaims(book, ground, claims, story);
  const wanted = Math.round(ENTRIES * scale);
  const written = claims.length + payments.length;
  const routine = bookRoutine(book, ground, Math.max(ground.facilities.length, wanted - written), centers);
  const entries = [...claims.map(({ entry }) => entry), ...payments, ...routine];
  settleResiduals(book, entries);
  numberEntries(entries, book.rows('account.journal'));
  bookAnalyticLines(book);
  nameAfterEntries(book);
}

/** A payment bears the number of its entry. */
function nameAfterEntries(book: Book): void {
  const names = new Map(book.rows('account.move').map((move) => [move.id, move['name']]));
  for (const payment of book.rows('account.payment')) {
    payment['name'] = names.get(Number(payment['move_id'])) ?? false;
  }
}
