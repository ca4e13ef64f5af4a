import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { json2, type Json2 } from './client.ts';

describe('domains', () => {
  let odoo: OdooSandbox;
  let admin: Json2;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ seed: smallSeed() });
    admin = json2(odoo, SMALL_USERS.admin.apiKey);
  });
  afterAll(() => odoo.stop());
  const search = (model: string, domain: unknown, more: object = {}) =>
    admin<number[]>(model, 'search', { domain, order: 'id', ...more });

  const partners: readonly [string, unknown[], number[]][] = [
    ['equality', [['ref', '=', 'V-001']], [9]],
    [
      'inequality includes the empty',
      [
        ['ref', '!=', 'V-001'],
        ['id', 'in', [9, 10, 13]],
      ],
      [10, 13],
    ],
    [
      'in a list with False includes the empty',
      [
        ['ref', 'in', ['V-001', false]],
        ['id', 'in', [9, 10, 13]],
      ],
      [9, 13],
    ],
    [
      'not in a list with False excludes the empty',
      [
        ['ref', 'not in', ['V-001', false]],
        ['id', 'in', [9, 10, 13]],
      ],
      [10],
    ],
    [
      '= False',
      [
        ['ref', '=', false],
        ['id', '>', 8],
      ],
      [13],
    ],
    [
      '0 equals False',
      [
        ['supplier_rank', '=', false],
        ['id', 'in', [9, 12]],
      ],
      [12],
    ],
    ['ilike takes wildcards', [['name', 'ilike', 'med_cal']], [9]],
    ['like minds the case', [['name', 'like', 'acme']], []],
    ['=like takes the whole value', [['name', '=like', 'Acme%']], [9]],
    [
      'not ilike',
      [
        ['name', 'not ilike', 'acme'],
        ['supplier_rank', '>', 0],
      ],
      [10, 11],
    ],
    ['comparison', [['supplier_rank', '>=', 1]], [9, 10, 11]],
    ['prefix or', ['|', ['ref', '=', 'V-001'], ['ref', '=', 'V-002']], [9, 10]],
    ['prefix not over or', ['!', '|', ['ref', '=', 'V-001'], ['ref', '=', 'V-002'], ['supplier_rank', '>', 0]], [11]],
    [
      'a condition that is always true',
      [
        [1, '=', 1],
        ['id', '=', 9],
      ],
      [9],
    ],
    [
      '=? with nothing asks for nothing',
      [
        ['ref', '=?', false],
        ['id', '=', 9],
      ],
      [9],
    ],
  ];
  for (const [name, domain, ids] of partners) {
    it(name, async () => expect(await search('res.partner', domain)).toEqual(ids));
  }

  const others: readonly [string, string, unknown[], number[]][] = [
    [
      'a dotted path',
      'purchase.order',
      [
        ['partner_id.ref', '=', 'V-001'],
        ['state', '=', 'draft'],
      ],
      [2, 4],
    ],
    [
      'a dotted path over lines',
      'purchase.order',
      [['order_line.product_id.default_code', '=', 'SYR-10']],
      [1, 2, 3, 4],
    ],
    [
      'any: conditions on the same line',
      'purchase.order',
      [
        [
          'order_line',
          'any',
          [
            ['product_id', '=', 1],
            ['product_qty', '>', 50],
          ],
        ],
      ],
      [],
    ],
    ['not any', 'purchase.order', [['order_line', 'not any', [['product_id', '=', 3]]]], [1, 2, 3, 4]],
    [
      'a many2one by name',
      'purchase.order',
      [
        ['partner_id', 'ilike', 'acme'],
        ['company_id', '=', 1],
      ],
      [1, 2],
    ],
    ['child_of', 'stock.quant', [['location_id', 'child_of', 4]], [1, 3, 5]],
    [
      'a related field',
      'account.move.line',
      [
        ['parent_state', '=', 'posted'],
        ['move_type', '=', 'in_invoice'],
        ['company_id', '=', 2],
      ],
      [4, 5, 6],
    ],
    [
      'a computed field',
      'purchase.order',
      [
        ['amount_total', '>', 592],
        ['receipt_status', '=', 'pending'],
      ],
      [1, 3],
    ],
    ['a day against moments covers the day', 'purchase.order', [['date_order', '<=', '2026-11-21']], [1, 2, 3, 4]],
    ['a moment with a T', 'purchase.order', [['date_order', '>=', '2026-11-21T03:24:44']], [3, 4]],
    ['no line at all', 'purchase.order', [['picking_ids', '=', false]], [2, 4]],
  ];
  for (const [name, model, domain, ids] of others) {
    it(name, async () => expect(await search(model, domain)).toEqual(ids));
  }

  it('refuses a moment with a zone, and a domain that is none', async () => {
    await expect(search('purchase.order', [['date_order', '>', '2026-01-01T00:00:00Z']])).rejects.toThrow('ValueError');
    await expect(search('purchase.order', ['&', ['id', '=', 1]])).rejects.toThrow('malformed');
    await expect(search('purchase.order', ['name', '=', 'x'])).rejects.toThrow('invalid item');
  });

  it('orders by several fields, by what a many2one points at, and with nothing last', async () => {
    expect(await search('purchase.order', [], { order: 'company_id desc, id' })).toEqual([3, 4, 1, 2]);
    expect(await search('res.partner', [['id', 'in', [9, 10, 12, 13]]], { order: 'ref desc' })).toEqual([
      13, 10, 9, 12,
    ]);
    expect(await search('res.partner', [['id', 'in', [9, 10, 12, 13]]], { order: 'ref' })).toEqual([12, 9, 10, 13]);
  });

  it('pages through an order without gaps', async () => {
    const pages = await Promise.all(
      [0, 2, 4].map((offset) => search('res.partner', [], { order: 'name, id', offset, limit: 2 })),
    );
    expect(pages.flat()).toEqual(await search('res.partner', [], { order: 'name, id', limit: 6 }));
  });
});

describe('companies', () => {
  let odoo: OdooSandbox;
  let gateway: Json2;
  beforeEach(async () => {
    odoo = await startOdooSandbox({ seed: smallSeed() });
    gateway = json2(odoo, SMALL_USERS.gateway.apiKey);
  });
  afterEach(() => odoo.stop());
  const south = { context: { allowed_company_ids: [2] } };

  it('bound what lists, paths, lines and links show', async () => {
    expect(await gateway('purchase.order', 'search', { domain: [], order: 'id', ...south })).toEqual([3, 4]);
    expect(await gateway('purchase.order.line', 'search_count', { domain: [], ...south })).toBe(4);
    expect(
      await gateway('product.product', 'read', { ids: [1], fields: ['stock_quant_ids', 'seller_ids'], ...south }),
    ).toEqual([{ id: 1, stock_quant_ids: [7, 8], seller_ids: [] }]);
    expect(
      await gateway('product.product', 'search', { domain: [['stock_quant_ids.company_id', '=', 1]], ...south }),
    ).toEqual([]);
  });

  it('refuse a record of another company by id, and one that is not the user’s in the context', async () => {
    await expect(gateway('purchase.order', 'read', { ids: [1], fields: ['name'], ...south })).rejects.toThrow(
      /switching to the company: North/,
    );
    const only = json2(odoo, SMALL_USERS.purchaseOnly.apiKey);
    await expect(only('purchase.order', 'search', { domain: [], ...south })).rejects.toThrow(
      'unauthorized or invalid companies',
    );
  });

  it('decide values that depend on them, and keep those of the others on writing', async () => {
    const read = (context: object) =>
      gateway('product.product', 'read', { ids: [1], fields: ['standard_price'], ...context });
    await gateway('product.product', 'write', { ids: [1], vals: { standard_price: 9.5 }, ...south });
    expect(await read(south)).toEqual([{ id: 1, standard_price: 9.5 }]);
    expect(await read({ context: { allowed_company_ids: [1] } })).toEqual([{ id: 1, standard_price: 8.5 }]);
    const accounts = { domain: [['id', '=', 82]], fields: ['code'] };
    expect(await gateway('account.account', 'search_read', { ...accounts, ...south })).toEqual([
      { id: 82, code: '600000' },
    ]);
    expect(await gateway('account.account', 'search_read', accounts)).toEqual([{ id: 82, code: false }]);
  });

  it('share what has none', async () => {
    expect(await gateway('res.partner', 'search_count', { domain: [['supplier_rank', '>', 0]], ...south })).toBe(3);
  });
});

describe('writing', () => {
  let odoo: OdooSandbox;
  let admin: Json2;
  beforeEach(async () => {
    odoo = await startOdooSandbox({ seed: smallSeed() });
    admin = json2(odoo, SMALL_USERS.admin.apiKey);
  });
  afterEach(() => odoo.stop());
  const read = (model: string, id: number, ...fields: string[]) =>
    admin<Record<string, unknown>[]>(model, 'read', { ids: [id], fields }).then(([row]) => row);

  it('is seen in the order of other models that point at what was written', async () => {
    await admin('purchase.order', 'write', { ids: [4], vals: { partner_id: 10 } });
    const ordered = () => admin<number[]>('purchase.order', 'search', { domain: [], order: 'partner_id desc, id' });
    expect(await ordered()).toEqual([4, 1, 2, 3]);
    await admin('res.partner', 'write', { ids: [10], vals: { name: 'Aaron Pharma' } });
    expect(await ordered()).toEqual([1, 2, 3, 4]);
  });

  it('stores a many2one that is no plain id as empty, and answers true', async () => {
    await admin('res.partner', 'write', { ids: [9], vals: { country_id: 75 } });
    for (const country of [[75, 'France'], '75', 'France']) {
      expect(await admin('res.partner', 'write', { ids: [9], vals: { country_id: country } })).toBe(true);
      expect(await read('res.partner', 9, 'country_id')).toEqual({ id: 9, country_id: false });
    }
  });

  it('tells an empty text from none', async () => {
    await admin('res.partner', 'write', { ids: [9], vals: { ref: '', email: false } });
    expect(await read('res.partner', 9, 'ref', 'email')).toEqual({ id: 9, ref: '', email: false });
  });

  it('applies every x2many command', async () => {
    const [a, b] = await admin<number[]>('res.partner.category', 'create', {
      vals_list: [{ name: 'A' }, { name: 'B' }],
    });
    const tags = async (...commands: unknown[]) => {
      await admin('res.partner', 'write', { ids: [9], vals: { category_id: commands } });
      return (await read('res.partner', 9, 'category_id'))?.['category_id'];
    };
    expect(await tags([4, a], [4, b])).toEqual([a, b]);
    expect(await tags([3, a])).toEqual([b]);
    expect(await tags([6, 0, [a]])).toEqual([a]);
    expect(await tags([1, a, { name: 'Z' }], [0, 0, { name: 'C' }])).toHaveLength(2);
    expect(await tags([5])).toEqual([]);
    expect(await tags([4, b], [2, b])).toEqual([]);
    expect(await admin('res.partner.category', 'search_count', { domain: [] })).toBe(2);
  });

  it('moves the stamp of an order with its lines, its receipt and its bill', async () => {
    const stamps = async () => (await read('purchase.order', 2, 'write_date'))?.['write_date'];
    const seeded = await stamps();
    await admin('purchase.order.line', 'write', { ids: [3], vals: { product_qty: 7 } });
    expect(await stamps()).not.toBe(seeded);
  });

  it('sums an order as Odoo does: taxes once for each tax of the whole', async () => {
    const line = { product_id: 1, product_qty: 3, price_unit: 0.35 };
    const [order = 0] = await admin<number[]>('purchase.order', 'create', {
      vals_list: [
        {
          partner_id: 9,
          order_line: [
            [0, 0, line],
            [0, 0, line],
          ],
        },
      ],
    });
    expect(await read('purchase.order', order, 'amount_untaxed', 'amount_tax', 'amount_total')).toEqual({
      id: order,
      amount_untaxed: 2.1,
      amount_tax: 0.32,
      amount_total: 2.42,
    });
  });

  it('follows an order from request to payment', async () => {
    const order = {
      partner_id: 9,
      order_line: [
        [0, 0, { product_id: 1, product_qty: 10 }],
        [0, 0, { product_id: 5, product_qty: 1 }],
      ],
    };
    const [id = 0] = await admin<number[]>('purchase.order', 'create', {
      vals_list: [order],
      context: { allowed_company_ids: [1] },
    });
    const status = () => read('purchase.order', id, 'state', 'receipt_status', 'invoice_status');
    expect(await status()).toMatchObject({ state: 'draft', receipt_status: false, invoice_status: 'no' });
    await admin('purchase.order', 'button_confirm', { ids: [id] });
    // The service is billed by what was ordered, so there is something to bill already.
    expect(await status()).toMatchObject({
      state: 'purchase',
      receipt_status: 'pending',
      invoice_status: 'to invoice',
    });
    const before = await read('product.product', 1, 'qty_available', 'incoming_qty');
    const [picking] = await admin<number[]>('stock.picking', 'search', { domain: [['purchase_id', '=', id]] });
    await admin('stock.picking', 'button_validate', { ids: [picking] });
    expect(await status()).toMatchObject({ receipt_status: 'full', invoice_status: 'to invoice' });
    expect(await read('product.product', 1, 'qty_available', 'incoming_qty')).toEqual({
      id: 1,
      qty_available: Number(before?.['qty_available']) + 10,
      incoming_qty: Number(before?.['incoming_qty']) - 10,
    });
    const { res_id: bill } = await admin<{ res_id: number }>('purchase.order', 'action_create_invoice', { ids: [id] });
    expect(await status()).toMatchObject({ invoice_status: 'invoiced' });
    await admin('account.move', 'write', { ids: [bill], vals: { invoice_date: '2026-02-01' } });
    await admin('account.move', 'action_post', { ids: [bill] });
    const context = { active_model: 'account.move', active_ids: [bill] };
    const [wizard] = await admin<number[]>('account.payment.register', 'create', { vals_list: [{}], context });
    await admin('account.payment.register', 'action_create_payments', { ids: [wizard] });
    expect(await read('account.move', bill, 'payment_state', 'amount_residual')).toEqual({
      id: bill,
      payment_state: 'paid',
      amount_residual: 0,
    });
    const lines = await admin<{ debit: number; credit: number }[]>('account.move.line', 'search_read', {
      domain: [],
      fields: ['debit', 'credit'],
    });
    expect(lines.reduce((sum, { debit, credit }) => sum + debit - credit, 0)).toBeCloseTo(0, 6);
  });

  it('changes stock by what was counted, with a move behind it', async () => {
    const moves = await admin<number>('stock.move', 'search_count', { domain: [['is_inventory', '=', true]] });
    await admin('stock.quant', 'write', { ids: [1], vals: { inventory_quantity_auto_apply: 100 } });
    expect(await read('stock.quant', 1, 'quantity')).toEqual({ id: 1, quantity: 100 });
    expect(await admin('stock.move', 'search_count', { domain: [['is_inventory', '=', true]] })).toBe(moves + 1);
  });
});
