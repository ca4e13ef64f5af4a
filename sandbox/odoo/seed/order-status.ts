import type { Order } from './orders.ts';

/** Writes down what came of the orders: quantities received and billed, and the two statuses that follow from them. */
export function settleOrders(orders: readonly Order[]): void {
  for (const order of orders) {
    const { row, state, lines, pickings, bills } = order;
    let left = false;
    for (const line of lines) {
      const service = line.item.category === 'Services';
      // Goods are billed as they come, services as they are ordered (purchase_method).
      const toBill = state === 'purchase' ? (service ? line.quantity : line.received) - line.billed : 0;
      left ||= toBill !== 0;
      line.row['qty_received'] = line.received;
      line.row['qty_received_manual'] = service ? line.received : 0;
      line.row['qty_invoiced'] = line.billed;
      line.row['qty_to_invoice'] = toBill;
    }
    row['invoice_ids'] = bills;
    row['invoice_count'] = bills.length;
    row['invoice_status'] = state !== 'purchase' ? 'no' : left ? 'to invoice' : bills.length > 0 ? 'invoiced' : 'no';
    row['picking_ids'] = pickings.map(({ id }) => id);
    row['receipt_status'] = receiptStatus(order);
    row['effective_date'] = pickings.map((picking) => picking['date_done']).find((date) => date !== false) ?? false;
  }
}

function receiptStatus({ pickings }: Order): 'full' | 'partial' | 'pending' | false {
  const open = pickings.filter((picking) => picking['state'] !== 'cancel');
  if (open.length === 0) return false;
  const done = open.filter((picking) => picking['state'] === 'done').length;
  return done === open.length ? 'full' : done > 0 ? 'partial' : 'pending';
}
