import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { json2, type Json2, jsonRpc } from './client.ts';

let odoo: OdooSandbox;
let admin: Json2;
beforeEach(async () => {
  odoo = await startOdooSandbox({ seed: smallSeed() });
  admin = json2(odoo, SMALL_USERS.admin.apiKey);
});
afterEach(() => odoo.stop());

const count = () => admin<number>('res.partner', 'search_count', { domain: [] });

describe('the server', () => {
  it('closes the connection after each answer, as Odoo does', async () => {
    const connection = await new Promise((resolve, reject) => {
      request(`${odoo.url}/web/health`, { headers: { Connection: 'keep-alive' } }, (response) => {
        response.resume().on('end', () => resolve(response.headers.connection));
      })
        .on('error', reject)
        .end();
    });
    expect(connection).toBe('close');
  });

  it('logs calls by model, method and body, until told to forget them', async () => {
    await count();
    await jsonRpc(odoo, SMALL_USERS.admin)('res.users', 'context_get');
    expect(odoo.calls.all).toEqual([
      { model: 'res.partner', method: 'search_count', body: { domain: [] } },
      { model: 'res.users', method: 'context_get', body: { args: [], kwargs: {} } },
    ]);
    odoo.calls.reset();
    expect(odoo.calls.all).toEqual([]);
  });

  it('as 14 has neither JSON-2 nor a health check', async () => {
    await using old = await startOdooSandbox({ seed: smallSeed(14), version: 14 });
    for (const path of ['/json/2/res.partner/search_count', '/web/health', '/json/version']) {
      expect((await fetch(old.url + path)).status).toBe(404);
    }
  });

  it('keeps one sandbox apart from another on the same seed', async () => {
    const seed = smallSeed();
    await using one = await startOdooSandbox({ seed });
    await using other = await startOdooSandbox({ seed });
    await json2(one, SMALL_USERS.admin.apiKey)('res.partner', 'write', { ids: [9], vals: { name: 'Changed' } });
    expect(await json2(other, SMALL_USERS.admin.apiKey)('res.partner', 'read', { ids: [9], fields: ['name'] })).toEqual(
      [{ id: 9, name: 'Acme Medical Supply' }],
    );
    expect(one.instance).not.toBe(other.instance);
  });
});

describe('faults', () => {
  it('answers a status with a page that is no JSON, as often as asked', async () => {
    odoo.faults.status(502, 1);
    await expect(count()).rejects.toThrow('is not valid JSON');
    expect(await count()).toBeGreaterThan(0);
  });

  it('answers 200 with a page that is no JSON', async () => {
    odoo.faults.html(1);
    await expect(count()).rejects.toThrow('is not valid JSON');
  });

  it('promises a body and sends half of it', async () => {
    odoo.faults.halfBody(1);
    await expect(count()).rejects.toThrow();
  });

  it('does the work and hangs up', async () => {
    const before = await count();
    odoo.faults.dropAfterWrite(1);
    await expect(admin('res.partner', 'create', { vals_list: [{ name: 'Done' }] })).rejects.toThrow('fetch failed');
    expect(await count()).toBe(before + 1);
  });

  it('fails with a named error before doing anything', async () => {
    const before = await count();
    odoo.faults.error('psycopg2.errors.SerializationFailure', 'could not serialize access', 1);
    await expect(admin('res.partner', 'create', { vals_list: [{ name: 'Not done' }] })).rejects.toThrow(
      'SerializationFailure',
    );
    expect(await count()).toBe(before);
  });

  it('takes no connections until it is healthy again, at the same address', async () => {
    await odoo.faults.refuse();
    await expect(count()).rejects.toThrow('fetch failed');
    await odoo.faults.clear();
    expect(await count()).toBeGreaterThan(0);
  });

  it('never answers, and is stopped all the same', async () => {
    odoo.faults.hang(1);
    const hanging = count();
    const outcome = expect(hanging).rejects.toThrow('fetch failed');
    expect(await count()).toBeGreaterThan(0);
    await odoo.stop();
    await outcome;
  });

  it('answers late, and forgets about it when stopped', async () => {
    odoo.faults.slow(1);
    expect(await count()).toBeGreaterThan(0);
    odoo.faults.slow(3_600_000, 1);
    const outcome = expect(count()).rejects.toThrow('fetch failed');
    expect(await count()).toBeGreaterThan(0);
    await odoo.stop();
    await outcome;
  });
});
