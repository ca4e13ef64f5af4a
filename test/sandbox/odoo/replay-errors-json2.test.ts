import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { expectAlike } from './alike.ts';
import { json2, type Json2 } from './client.ts';
import { type Exchange, recorded } from './recorded.ts';
import { Replay } from './replay.ts';

const UNRECORDED: Readonly<Record<string, (admin: Json2, replay: Replay) => Promise<void>>> = {
  'unlink a referenced record': async (admin) => {
    const lines = [[0, 0, { name: 'x', price_unit: 1 }]];
    await admin('account.move', 'create', {
      vals_list: [{ move_type: 'in_invoice', partner_id: 9, invoice_line_ids: lines }],
    });
  },
  'UserError: post an empty move': async (admin, replay) => {
    const [move] = await admin<number[]>('account.move', 'create', { vals_list: [{ move_type: 'entry' }] });
    replay.know('account.move', 8, move ?? 0);
  },
  'confirm an empty purchase order': async (admin, replay) => {
    const [order] = await admin<number[]>('purchase.order', 'create', { vals_list: [{ partner_id: 9 }] });
    replay.know('purchase.order', 7, order ?? 0);
  },
};

/** The recording keeps a description where the thing itself was too large. */
const ABRIDGED: Readonly<Record<string, (exchange: Exchange) => Exchange>> = {
  '130 MiB body': (exchange) => ({
    ...exchange,
    request: { ...exchange.request, body: { domain: [['name', '=', 'x'.repeat(4 * 2 ** 20)]], fields: ['name'] } },
  }),
};

describe('refuses what Odoo 19 refused over JSON-2', () => {
  let odoo: OdooSandbox;
  let replay: Replay;
  beforeAll(async () => {
    odoo = await startOdooSandbox({ seed: smallSeed() });
    replay = new Replay(odoo, 19);
  });
  afterAll(() => odoo.stop());

  for (const exchange of recorded('errors-json2.v19')) {
    it(exchange.name, async () => {
      await UNRECORDED[exchange.name]?.(json2(odoo, SMALL_USERS.admin.apiKey), replay);
      const answer = await replay.play(ABRIDGED[exchange.name]?.(exchange) ?? exchange);
      if (exchange.name !== 'body is an array') return expectAlike(answer, exchange);
      // Recorded as "<10 records with every readable field>".
      expect(answer.status).toBe(200);
      expect(answer.body).toHaveLength(10);
      expect(Object.keys((answer.body as object[])[0] ?? {}).length).toBeGreaterThan(150);
    });
  }
});
