import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { json2, type Json2 } from './client.ts';
import { recorded } from './recorded.ts';
import { Replay } from './replay.ts';
import { expectAlike } from './alike.ts';

/** Steps that the recording took without keeping them: each makes the record that the named exchange works on. */
const UNRECORDED: Readonly<Record<string, (admin: Json2, replay: Replay) => Promise<void>>> = {
  'action_create_payments: the rest': async (admin, replay) => {
    const context = { active_model: 'account.move', active_ids: [replay.ids.get('account.move')?.get(3)] };
    const [wizard] = await admin<number[]>('account.payment.register', 'create', { vals_list: [{}], context });
    replay.know('account.payment.register', 2, wizard ?? 0);
  },
  'button_validate on a lot-tracked product without a lot': async (admin, replay) => {
    const lines = [[0, 0, { product_id: 3, product_qty: 5 }]];
    const [order] = await admin<number[]>('purchase.order', 'create', {
      vals_list: [{ partner_id: 9, order_line: lines }],
    });
    await admin('purchase.order', 'button_confirm', { ids: [order] });
    const [picking] = await admin<number[]>('stock.picking', 'search', { domain: [['purchase_id', '=', order]] });
    const [line] = await admin<number[]>('stock.move.line', 'search', { domain: [['picking_id', '=', picking]] });
    replay.know('stock.picking', 5, picking ?? 0);
    replay.know('stock.move.line', 15, line ?? 0);
  },
  'purchase.order button_cancel': async (admin, replay) => {
    const [order] = await admin<number[]>('purchase.order', 'create', { vals_list: [{ partner_id: 9 }] });
    replay.know('purchase.order', 7, order ?? 0);
  },
  'button_confirm above the approval limit, as a plain purchase user': async (admin, replay) => {
    const vals = { po_double_validation: 'two_step', po_double_validation_amount: 1000 };
    await admin('res.company', 'write', { ids: [1], vals });
    const lines = [[0, 0, { product_id: 1, product_qty: 1000, price_unit: 8.5 }]];
    const [order] = await admin<number[]>('purchase.order', 'create', {
      vals_list: [{ partner_id: 9, company_id: 1, order_line: lines }],
    });
    replay.know('purchase.order', 10, order ?? 0);
  },
};

describe('answers what Odoo 19 answered over JSON-2', () => {
  let odoo: OdooSandbox;
  let replay: Replay;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ seed: smallSeed() });
    replay = new Replay(odoo, 19);
  });
  afterAll(() => odoo.stop());

  for (const exchange of recorded('json2.v19')) {
    it(exchange.name, async () => {
      await UNRECORDED[exchange.name]?.(json2(odoo, SMALL_USERS.admin.apiKey), replay);
      expectAlike(await replay.play(exchange), exchange);
    });
  }
});
