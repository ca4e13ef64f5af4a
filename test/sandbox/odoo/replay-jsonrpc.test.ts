import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { expectAlike } from './alike.ts';
import { json2, type Json2 } from './client.ts';
import { recorded } from './recorded.ts';
import { Replay } from './replay.ts';

type Steps = Readonly<Record<string, (admin: Json2, replay: Replay) => Promise<void>>>;

const makeBill = async (admin: Json2, partner: number, values: object = {}): Promise<number> => {
  const lines = [[0, 0, { name: 'x', quantity: 1, price_unit: 5 }]];
  const bill = { move_type: 'in_invoice', partner_id: partner, invoice_line_ids: lines, ...values };
  const [move = 0] = await admin<number[]>('account.move', 'create', { vals_list: [bill] });
  return move;
};

/** Posted before it was taken back. */
const FLOW: Steps = {
  'account.move.reversal create': async (admin, replay) => {
    await admin('account.move', 'action_post', { ids: [replay.ids.get('account.move')?.get(5)] });
  },
};

const ERRORS: Steps = {
  'unlink a referenced record': async (admin) => void (await makeBill(admin, 9)),
  'UserError: post an empty move': async (admin, replay) => {
    const [move] = await admin<number[]>('account.move', 'create', { vals_list: [{ move_type: 'entry' }] });
    replay.know('account.move', 10, move ?? 0);
  },
  'confirm an empty purchase order': async (admin, replay) => {
    const [order] = await admin<number[]>('purchase.order', 'create', { vals_list: [{ partner_id: 9 }] });
    replay.know('purchase.order', 9, order ?? 0);
  },
};

const SERIALIZATION = [
  'psycopg2.errors.SerializationFailure',
  'could not serialize access due to concurrent update\n',
] as const;

const BEHAVIOUR: Steps = {
  // Two clients kept one row hot: the sandbox has no concurrency to lose, so its fault switch answers instead.
  'serialization failure after 5 tries (JSON-2)': async (_admin, { odoo }) => odoo.faults.error(...SERIALIZATION, 1),
  'serialization failure after 5 tries (JSON-RPC)': async (_admin, { odoo }) => odoo.faults.error(...SERIALIZATION, 1),
  'expired key': async (admin) => void (await admin('res.users', 'write', { ids: [6], vals: { active: false } })),
};

/** What cannot be played here, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'inbound webhook (no authentication but the uuid)': 'an automation rule is Python that an administrator wrote',
  'inbound webhook, record not found': 'the same',
  'two databases, no X-Odoo-Database': 'a sandbox has one database, with which the header may be left out',
  'two databases, ?db= in the query': 'the same',
};

for (const [file, steps] of [
  ['jsonrpc.v19', FLOW],
  ['errors-jsonrpc.v19', ERRORS],
  ['behaviour.v19', BEHAVIOUR],
] as const) {
  describe(`answers what Odoo 19 answered: ${file}`, () => {
    let odoo: OdooSandbox;
    let replay: Replay;
    beforeAll(async () => {
      odoo = await startOdooSandbox({ seed: smallSeed() });
      replay = new Replay(odoo, 19);
    });
    afterAll(() => odoo.stop());

    for (const exchange of recorded(file)) {
      if (exchange.name in EXCEPTIONS) continue;
      it(exchange.name, async () => {
        await steps[exchange.name]?.(json2(odoo, SMALL_USERS.admin.apiKey), replay);
        expectAlike(await replay.play(exchange), exchange);
      });
    }
  });
}
