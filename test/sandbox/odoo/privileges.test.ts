import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { jsonRpc } from './client.ts';

interface Recorded {
  readonly results: readonly {
    readonly user: 'gateway' | 'purchase_only';
    readonly op: string;
    readonly ok: boolean;
    readonly error: string | null;
  }[];
}

type Call = ReturnType<typeof jsonRpc>;
type Try = (call: Call, at: Records) => Promise<unknown>;

/** What earlier operations of the same user left for later ones. */
interface Records {
  order: number;
  bill: number;
  payment: number;
  reversal: number;
  quant: number;
}

const counting =
  (model: string): Try =>
  (call) =>
    call(model, 'search_count', [[]]);

const onBill = (bill: number) => ({ context: { active_model: 'account.move', active_ids: [bill] } });

/** The recorded operations as calls that both versions understand. */
const OPERATIONS: Readonly<Record<string, Try>> = {
  'read partners': counting('res.partner'),
  'create partner': (call) => call('res.partner', 'create', [{ name: 'P' }]),
  'read products': counting('product.product'),
  'create product': (call) => call('product.product', 'create', [{ name: 'P' }]),
  'read quants': counting('stock.quant'),
  'read qty_available': (call) => call('product.product', 'read', [[1], ['qty_available']]),
  'read pickings': counting('stock.picking'),
  'read moves (account)': counting('account.move'),
  'read accounts': counting('account.account'),
  'read payments': counting('account.payment'),
  'read employees': counting('hr.employee'),
  'read employees public': counting('hr.employee.public'),
  'read departments': counting('hr.department'),
  'read users': counting('res.users'),
  'read leads': counting('crm.lead'),
  'read ir.model.data': counting('ir.model.data'),
  'create ir.model.data': (call) =>
    call('ir.model.data', 'create', [
      { module: 'gateway', name: `n${Math.random()}`, model: 'res.partner', res_id: 9 },
    ]),
  'load() a partner with an external id': (call) =>
    call('res.partner', 'load', [['id', 'name'], [['gateway.loaded', 'Loaded']]]),
  fields_get: (call) => call('account.move', 'fields_get'),
  'ir.model.fields': counting('ir.model.fields'),
  'create PO': async (call, at) => {
    at.order = await call<number>('purchase.order', 'create', [
      { partner_id: 9, order_line: [[0, 0, { product_id: 1, product_qty: 2 }]] },
    ]);
  },
  'confirm PO': (call, at) => call('purchase.order', 'button_confirm', [[at.order]]),
  'validate receipt': async (call, at) => {
    const [picking] = await call<number[]>('stock.picking', 'search', [[['purchase_id', '=', at.order]]]);
    const moves = await call<number[]>('stock.move', 'search', [[['picking_id', '=', picking]]]);
    const { quantity_done: old } = await call<Record<string, unknown>>('stock.move', 'fields_get', [['quantity_done']]);
    await call('stock.move', 'write', [
      moves,
      old === undefined ? { quantity: 2, picked: true } : { quantity_done: 2 },
    ]);
    await call('stock.picking', 'button_validate', [[picking]]);
  },
  'create bill from PO': async (call, at) => {
    at.bill = (await call<{ res_id: number }>('purchase.order', 'action_create_invoice', [[at.order]])).res_id;
  },
  'write bill': (call, at) => call('account.move', 'write', [[at.bill], { invoice_date: '2026-03-01' }]),
  'post bill': (call, at) => call('account.move', 'action_post', [[at.bill]]),
  'payment wizard': async (call, at) => {
    at.payment = await call<number>('account.payment.register', 'create', [{}], onBill(at.bill));
  },
  pay: (call, at) => call('account.payment.register', 'action_create_payments', [[at.payment]]),
  'reversal wizard': async (call, at) => {
    at.reversal = await call<number>('account.move.reversal', 'create', [{ journal_id: 2 }], onBill(at.bill));
  },
  reverse: (call, at) => call('account.move.reversal', 'reverse_moves', [[at.reversal]]),
  'count stock (inventory_mode)': async (call, at) => {
    const counted = { product_id: 2, location_id: 5, inventory_quantity: 333 };
    at.quant = await call<number>('stock.quant', 'create', [counted], { context: { inventory_mode: true } });
  },
  'apply inventory': (call, at) => call('stock.quant', 'action_apply_inventory', [[at.quant]]),
  'journal entry create': (call) => call('account.move', 'create', [{ move_type: 'entry' }]),
  'create webhook rule': counting('base.automation'),
};

for (const version of [19, 14] as const) {
  describe(`lets users do in ${version} what Odoo ${version} let them do`, () => {
    const url = new URL(`../../fixtures/odoo/recorded/privileges.v${version}.json`, import.meta.url);
    const { results } = JSON.parse(readFileSync(url, 'utf8')) as Recorded;
    const records = { gateway: empty(), purchase_only: empty() };
    let odoo: OdooSandbox;
    beforeAll(async () => {
      odoo = await startOdooSandbox({ seed: smallSeed(version), version });
    });
    afterAll(() => odoo.stop());

    for (const { user, op, ok, error } of results) {
      it(`${user}: ${op}`, async () => {
        const call = jsonRpc(odoo, user === 'gateway' ? SMALL_USERS.gateway : SMALL_USERS.purchaseOnly);
        const outcome = (OPERATIONS[op] ?? (() => Promise.reject(new Error(`no such operation: ${op}`))))(
          call,
          records[user],
        );
        if (ok) await outcome;
        else await expect(outcome).rejects.toThrow(error?.split(':')[0] ?? 'refused');
      });
    }
  });
}

function empty(): Records {
  return { order: 0, bill: 0, payment: 0, reversal: 0, quant: 0 };
}
