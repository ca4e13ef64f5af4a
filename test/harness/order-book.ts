import { connectOdoo } from '../../platform/odoo/client.ts';
import type { CallContext, Many2one, OdooSettings } from '../../platform/odoo/types.ts';
import { deadlineIn, MINUTE } from '../../platform/time.ts';

export interface OrderBook {
  /** How many orders were made in each of the first two companies. */
  readonly perCompany: number;
}

const GOODS = ['GLV-M', 'SYR-10', 'VAC-FLU'];

/**
 * Makes purchase orders in the first two companies of an Odoo with the test seed, through our own client: each with four
 * lines, the first few confirmed, billed and posted. They stay; the server is a throw-away one.
 */
export const makeOrderBook = async (settings: OdooSettings, perCompany: number, billed: number): Promise<OrderBook> => {
  const client = await connectOdoo(settings);
  try {
    const within = { deadline: deadlineIn(5 * MINUTE) };
    const [north = 0, south = 0] = await client.companies(within);
    const all: CallContext = { ...within, companies: [north, south] };
    const idOf = async (model: string, field: string, value: string): Promise<number> => {
      const [row] = await client.searchRead(
        model,
        { domain: [[field, '=', value]], fields: ['id'], order: 'id', limit: 1 },
        all,
      );
      if (row === undefined) throw new Error(`no ${model} with ${field} ${value}`);
      return row['id'] as number;
    };
    const vendor = await idOf('res.partner', 'ref', 'V-001');
    const goods = await Promise.all(GOODS.map((code) => idOf('product.product', 'default_code', code)));
    // Billed as ordered, where goods are billed as received.
    const service = { name: 'Order book service', type: 'service', purchase_method: 'purchase', standard_price: 12.5 };
    const products = [...goods, ...(await client.create('product.product', [service], all))];
    for (const company of [north, south]) {
      const ctx = { ...within, companies: [company] };
      const order = (index: number) => ({
        partner_id: vendor,
        company_id: company,
        origin: `order-book:${index}`,
        order_line: products.map((product) => [0, 0, { product_id: product, product_qty: 1 + (index % 7) }]),
      });
      const ids = await client.create(
        'purchase.order',
        Array.from({ length: perCompany }, (_, index) => order(index)),
        ctx,
      );
      const confirmed = ids.slice(0, billed);
      await client.execute('purchase.order', 'button_confirm', { ids: confirmed }, ctx);
      await client.execute('purchase.order', 'action_create_invoice', { ids: confirmed }, ctx);
      const orders = await client.read('purchase.order', confirmed, ['invoice_ids'], ctx);
      const bills = [...new Set(orders.flatMap((row) => row['invoice_ids'] as number[]))];
      await client.write('account.move', bills, { invoice_date: '2026-11-01', date: '2026-11-01' }, ctx);
      await client.execute('account.move', 'action_post', { ids: bills }, ctx);
      const posted = await client.read('account.move', bills, ['state', 'journal_id'], ctx);
      if (!posted.every((bill) => bill['state'] === 'posted' && (bill['journal_id'] as Many2one).id > 0))
        throw new Error('a bill was not posted');
    }
    return { perCompany };
  } finally {
    await client.close();
  }
};
