import { amountOf } from './amounts.ts';
import { type Book, type Draft, textOf } from './book.ts';
import { instantOf } from './calendar.ts';
import type { Distribution } from './cost-centers.ts';

const DOCUMENTS: Readonly<Record<string, string>> = {
  in_invoice: 'vendor_bill',
  in_refund: 'vendor_bill',
  in_receipt: 'vendor_bill',
  out_invoice: 'invoice',
  out_refund: 'invoice',
};

/**
 * What posting leaves on the cost centers: for each posted line, one line for each center it is spread over, costs
 * negative. From 17 on Odoo has a column for each plan; the plan of the cost centers is the second one.
 */
export function bookAnalyticLines(book: Book): void {
  const kinds = new Map(book.rows('account.move').map((move) => [move.id, textOf(move, 'move_type')]));
  for (const line of book.rows('account.move.line')) {
    const distribution = line['analytic_distribution'];
    if (line['parent_state'] !== 'posted' || distribution === false || distribution === undefined) continue;
    const category = DOCUMENTS[kinds.get(Number(line['move_id'])) ?? ''] ?? 'other';
    for (const [center, amount] of shares(line, distribution as Distribution))
      book.add('account.analytic.line', instantOf(textOf(line, 'date')), {
        name: line['name'] || '/',
        date: line['date'] ?? false,
        x_plan2_id: center,
        amount: amountOf(amount),
        unit_amount: line['quantity'] ?? 0,
        product_id: line['product_id'] ?? false,
        product_uom_id: line['product_uom_id'] ?? false,
        general_account_id: line['account_id'] ?? false,
        partner_id: line['partner_id'] ?? false,
        ref: line['ref'] ?? false,
        move_line_id: line.id,
        company_id: line['company_id'] ?? false,
        category,
      });
  }
}

/** In cents; what rounding leaves goes to the last. */
function shares(line: Draft, distribution: Distribution): readonly (readonly [center: number, amount: number])[] {
  const whole = Math.round(-Number(line['balance']) * 100);
  const parts = Object.entries(distribution);
  let left = whole;
  return parts.map(([center, percent], index) => {
    const amount = index === parts.length - 1 ? left : Math.round((whole * percent) / 100);
    left -= amount;
    return [Number(center), amount] as const;
  });
}
