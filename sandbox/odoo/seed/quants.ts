import { type Book, type Draft, textOf } from './book.ts';
import type { Ground } from './ground.ts';
import type { Items } from './items.ts';

/**
 * Stock on hand, derived from the moves alone. Virtual locations have their counterparts too, negative at the vendors',
 * as in Odoo: a list of stock that forgets to ask for internal locations shows them.
 */
export function settleQuants(book: Book, ground: Ground, items: Items): void {
  const kept = new Set(items.goods.filter((item) => item.kept).map((item) => item.product));
  const companies = new Map(book.rows('stock.location').map((location) => [location.id, location['company_id']]));
  const balances = new Map<string, Balance>();
  for (const line of book.rows('stock.move.line')) {
    if (!kept.has(Number(line['product_id']))) continue;
    const quantity = Number(line['quantity']);
    if (line['state'] === 'done') {
      const date = textOf(line, 'date');
      const left = balanceOf(balances, line, 'location_id');
      left.quantity -= quantity;
      if (left.since === '') left.since = date;
      const arrived = balanceOf(balances, line, 'location_dest_id');
      arrived.quantity += quantity;
      if (date > arrived.since) arrived.since = date;
    } else if (companies.get(Number(line['location_id'])) !== false) {
      balanceOf(balances, line, 'location_id').reserved += quantity;
    }
  }
  for (const { product, location, lot, quantity: exact, reserved, since, expires } of balances.values()) {
    const quantity = Math.round(exact * 1000) / 1000;
    if (quantity === 0 && reserved === 0) continue;
    const quant = book.add('stock.quant', ground.start, {
      product_id: product,
      location_id: location,
      lot_id: lot,
      company_id: companies.get(location) ?? false,
      quantity,
      reserved_quantity: reserved,
      in_date: since,
      expiration_date: expires,
      inventory_quantity: 0,
      inventory_diff_quantity: 0,
      inventory_quantity_set: false,
      package_id: false,
      owner_id: false,
      user_id: false,
    });
    quant['create_date'] = since;
    quant['write_date'] = since;
  }
}

interface Balance {
  readonly product: number;
  readonly location: number;
  readonly lot: number | false;
  readonly expires: string | false;
  quantity: number;
  reserved: number;
  since: string;
}

function balanceOf(balances: Map<string, Balance>, line: Draft, side: 'location_id' | 'location_dest_id'): Balance {
  const [product, location] = [Number(line['product_id']), Number(line[side])];
  const lot = typeof line['lot_id'] === 'number' && line['lot_id'];
  const key = `${location}:${product}:${lot}`;
  const existing = balances.get(key);
  if (existing !== undefined) return existing;
  const expires = typeof line['expiration_date'] === 'string' && line['expiration_date'];
  const balance: Balance = { product, location, lot, expires, quantity: 0, reserved: 0, since: '' };
  balances.set(key, balance);
  return balance;
}
