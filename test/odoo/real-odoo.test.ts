import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../../platform/errors.ts';
import { connectOdoo } from '../../platform/odoo/client.ts';
import { checkContract } from '../../platform/odoo/contract.ts';
import { anyOf, not } from '../../platform/odoo/domain.ts';
import { faultOf } from '../../platform/odoo/faults.ts';
import type { OdooClient, OdooSettings, Protocol } from '../../platform/odoo/types.ts';
import { within } from './scripted-odoo.ts';

/** What the file named by the environment holds. */
interface Server {
  readonly url: string;
  readonly db: string;
  readonly users: { readonly gateway: { readonly login: string; readonly api_key: string } };
}

const servers: readonly { readonly env: string; readonly major: number; readonly protocol: Protocol }[] = [
  { env: 'CONTRACT_ODOO19', major: 19, protocol: 'json-2' },
  { env: 'CONTRACT_ODOO19', major: 19, protocol: 'json-rpc' },
  { env: 'CONTRACT_ODOO14', major: 14, protocol: 'json-rpc' },
];

const settingsOf = (env: string, protocol: Protocol, key?: string): OdooSettings => {
  const { url, db, users } = JSON.parse(readFileSync(process.env[env] ?? '', 'utf8')) as Server;
  const { login, api_key: apiKey } = users.gateway;
  return { url, db, login, protocol, apiKey: { reveal: () => key ?? apiKey } };
};

const useClient = async (
  env: string,
  protocol: Protocol,
  run: (client: OdooClient) => Promise<void>,
): Promise<void> => {
  const client = await connectOdoo(settingsOf(env, protocol));
  try {
    await run(client);
  } finally {
    await client.close();
  }
};

const failing = (call: Promise<unknown>) =>
  call.then(
    () => ['ok', undefined],
    (error: unknown) => [codeOf(error), faultOf(error)?.odooName],
  );

const ORDERS = ['name', 'partner_id', 'date_order', 'amount_total', 'order_line', 'origin', 'state'];

// Reads only: the server is shared with others.
for (const { env, major, protocol } of servers) {
  const suite = process.env[env] === undefined ? describe.skip : describe;
  suite(`a real Odoo ${major} over ${protocol}`, () => {
    it('is recognised', () =>
      useClient(env, protocol, ({ server }) => {
        expect(server).toEqual({ version: `${major}.0`, major, protocol, uid: expect.any(Number) });
        return Promise.resolve();
      }));

    it('answers reads in normalised form', () =>
      useClient(env, protocol, async (client) => {
        const options = { domain: [], fields: ORDERS, order: 'id', limit: 5 };
        const rows = await client.searchRead('purchase.order', options, within());
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) {
          expect(Object.keys(row)).toEqual(['id', ...ORDERS]);
          expect(Object.values(row)).not.toContain(false);
          expect(row['partner_id']).toEqual({ id: expect.any(Number), name: expect.any(String) });
          expect(row['date_order']).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
          expect(row['amount_total']).toEqual(expect.any(Number));
        }
        const all = await client.searchRead(
          'purchase.order',
          { ...options, fields: ['partner_id'], limit: 'all', names: false },
          within(),
        );
        expect(all.length).toBe(await client.searchCount('purchase.order', [], within()));
      }));

    it('understands the domains we build', () =>
      useClient(env, protocol, async (client) => {
        const count = (domain: Parameters<OdooClient['searchCount']>[1]) =>
          client.searchCount('purchase.order', domain, within());
        const draft = [['state', '=', 'draft']] as const;
        const all = await count([]);
        expect(await count(anyOf())).toBe(0);
        expect(await count(not(anyOf()))).toBe(all);
        expect(await count(anyOf(draft, not(draft)))).toBe(all);
        expect((await count(draft)) + (await count(not(draft)))).toBe(all);
      }));

    it('leaves missing ids out of a read', () =>
      useClient(env, protocol, async (client) => {
        const rows = await client.read('res.partner', [1, 2_147_483_647], ['name'], within(), { names: false });
        expect(rows.map(({ id }) => id)).toEqual([1]);
      }));

    it('groups with keys as asked', () =>
      useClient(env, protocol, async (client) => {
        const options = {
          domain: [],
          groupBy: ['partner_id', 'date_order:month'],
          aggregates: ['__count', 'amount_total:sum', 'amount_total:max'],
        };
        const [group] = await client.readGroup('purchase.order', options, within());
        expect(group).toEqual({
          partner_id: { id: expect.any(Number), name: expect.any(String) },
          'date_order:month': expect.stringMatching(/^\d{4}-\d{2}-01T00:00:00Z$/),
          __count: expect.any(Number),
          'amount_total:sum': expect.any(Number),
          'amount_total:max': expect.any(Number),
        });
      }));

    it('keeps to the companies of the call', () =>
      useClient(env, protocol, async (client) => {
        const companies = async (allowed: number[]) => {
          const options = { domain: [], fields: ['company_id'], order: 'id', limit: 'all' } as const;
          const rows = await client.searchRead('purchase.order', options, within(20_000, { companies: allowed }));
          return new Set(rows.map((row) => (row['company_id'] as { id: number }).id));
        };
        const mine = await client.searchRead(
          'res.company',
          { domain: [], fields: ['name'], order: 'id', limit: 'all' },
          within(),
        );
        expect(mine.length).toBeGreaterThan(0);
        expect([...(await companies([1]))]).toEqual([1]);
        expect(await failing(companies([2_147_483_647]))).toEqual(['SOR_ACCESS', 'odoo.exceptions.AccessError']);
      }));

    it('resolves names that changed over the versions', () =>
      useClient(env, protocol, async (client) => {
        const needs = {
          lot: { model: ['stock.lot', 'stock.production.lot'], fields: { name: 'name' } },
          picking: { model: 'stock.picking', fields: { moves: ['move_ids', 'move_lines'] } },
        } as const;
        const { lot, picking } = await checkContract(client, needs);
        const expected = major >= 16 ? ['stock.lot', 'move_ids'] : ['stock.production.lot', 'move_lines'];
        expect([lot.model, picking.fields.moves]).toEqual(expected);
        expect((await client.describe(['no.such.model'])).size).toBe(0);
      }));

    it('has its errors told apart', () =>
      useClient(env, protocol, async (client) => {
        const query = (model: string, method: string, args = {}) =>
          failing(client.query(model, method, { args }, within()));
        const search = { fields: ['name'], limit: 1 };
        expect(await query('res.partner', 'search_read', { ...search, domain: [['no_such_field', '=', 1]] })).toEqual([
          'SOR_CONTRACT_BROKEN',
          'builtins.ValueError',
        ]);
        expect((await query('res.partner', 'no_such_method'))[0]).toBe('SOR_CONTRACT_BROKEN');
        expect((await query('ir.config_parameter', 'search_read', { domain: [], fields: ['key'], limit: 1 }))[0]).toBe(
          'SOR_ACCESS',
        );
        // Writes nothing: there is no such record.
        const nobody = client.write('res.partner', [2_147_483_647], { name: 'Nobody Invented' }, within());
        expect(await failing(nobody)).toEqual(['NOT_FOUND', 'odoo.exceptions.MissingError']);
      }));

    it('refuses a wrong key and an unknown database', async () => {
      const settings = settingsOf(env, protocol);
      expect((await failing(connectOdoo(settingsOf(env, protocol, 'f'.repeat(40)))))[0]).toBe('SOR_ACCESS');
      expect((await failing(connectOdoo({ ...settings, db: 'no_such_db' })))[0]).toBe('SOR_CONTRACT_BROKEN');
    });
  });
}
