import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { expectAlike, expectSameKeys } from './alike.ts';
import { jsonRpc } from './client.ts';
import { recorded } from './recorded.ts';
import { Replay } from './replay.ts';

type Admin = ReturnType<typeof jsonRpc>;
type Steps = Readonly<Record<string, (admin: Admin, replay: Replay) => Promise<void>>>;

const makeBill = async (admin: Admin, partner: number, values: object = {}): Promise<number> => {
  const lines = [[0, 0, { name: 'x', quantity: 1, price_unit: 5 }]];
  return admin<number>('account.move', 'create', [
    { move_type: 'in_invoice', partner_id: partner, invoice_line_ids: lines, ...values },
  ]);
};

/** The recorded bill had been posted before it was taken back, and one more order was received in part. */
const FLOW: Steps = {
  'account.move.reversal create': async (admin, replay) => {
    await admin('account.move', 'action_post', [[replay.ids.get('account.move')?.get(5)]]);
  },
  'button_validate skip_immediate with nothing done': async (admin, replay) => {
    const lines = [[0, 0, { product_id: 1, product_qty: 10 }]];
    const order = await admin<number>('purchase.order', 'create', [{ partner_id: 9, order_line: lines }]);
    await admin('purchase.order', 'button_confirm', [[order]]);
    const [picking = 0] = await admin<number[]>('stock.picking', 'search', [[['purchase_id', '=', order]]]);
    const [move] = await admin<number[]>('stock.move', 'search', [[['picking_id', '=', picking]]]);
    await admin('stock.move', 'write', [[move], { quantity_done: 4 }]);
    replay.know('purchase.order', 6, order);
    replay.know('stock.picking', 5, picking);
  },
};

const ERRORS: Steps = {
  'unlink a referenced record': async (admin) => void (await makeBill(admin, 9)),
  'UserError: post an empty move': async (admin, replay) => {
    replay.know('account.move', 8, await admin<number>('account.move', 'create', [{ move_type: 'entry' }]));
  },
  'confirm an empty purchase order': async (admin, replay) => {
    replay.know('purchase.order', 9, await admin<number>('purchase.order', 'create', [{ partner_id: 9 }]));
  },
};

const BEHAVIOUR: Steps = {
  // Two clients kept one row hot: the sandbox has no concurrency to lose, so its fault switch answers instead.
  'serialization failure after 5 tries (JSON-RPC)': async (_admin, { odoo }) =>
    odoo.faults.error(
      'psycopg2.errors.SerializationFailure',
      'could not serialize access due to concurrent update\n',
      1,
    ),
  'create a second vendor bill with the same ref': async (admin) => {
    await makeBill(admin, 11, { invoice_date: '2026-02-05', ref: 'DUP-10' });
  },
};

/** What is compared by its keys alone, and why. */
const EVERY_FIELD: Readonly<Record<string, string>> = {
  'order by a non-stored field': 'every field of every product: which of them are empty depends on the products',
};

for (const [file, steps] of [
  ['jsonrpc.v14', FLOW],
  ['errors-jsonrpc.v14', ERRORS],
  ['behaviour.v14', BEHAVIOUR],
] as const) {
  describe(`answers what Odoo 14 answered: ${file}`, () => {
    let odoo: OdooSandbox;
    let replay: Replay;
    beforeAll(async () => {
      odoo = await startOdooSandbox({ seed: smallSeed(14), version: 14 });
      replay = new Replay(odoo, 14);
      // Ids of the recorded server that were known before the first exchange.
      for (const [model, theirs, ours] of [
        ['res.users', 6, 5],
        ['res.users', 7, 6],
        ['res.partner', 11, 9],
        ['res.partner', 12, 10],
        ['res.partner', 13, 11],
        ['stock.location', 8, 5],
        ['account.account', 25, 29],
      ] as const) {
        replay.know(model, theirs, ours);
      }
    });
    afterAll(() => odoo.stop());

    for (const exchange of recorded(file)) {
      it(exchange.name, async () => {
        await steps[exchange.name]?.(jsonRpc(odoo, SMALL_USERS.admin), replay);
        const answer = await replay.play(exchange);
        if (exchange.name in EVERY_FIELD) expectSameKeys(answer, exchange);
        else expectAlike(answer, exchange);
      });
    }
  });
}
