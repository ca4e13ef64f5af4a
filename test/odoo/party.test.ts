import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createIdentity, type Party } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import { entity } from '../../platform/odoo/entity.ts';
import { members, plain } from '../../platform/odoo/mappings.ts';
import { type OdooOwner, openOdoo } from '../../platform/odoo/owner.ts';
import { ofPartner } from '../../platform/odoo/party.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { startOdooSandbox } from '../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../fixtures/odoo/small-seed.ts';

const [COMPANY, CONTACT, OTHER] = [9, 900, 10];

const order = entity({
  type: 'Order',
  model: 'purchase.order',
  visibility: 'facility',
  party: { supplier: ofPartner('partner_id') },
  fields: { number: plain('name'), lines: members('order_line') },
});
const line = entity({
  type: 'Line',
  model: 'purchase.order.line',
  visibility: 'facility',
  fields: { text: plain('name') },
  relations: ['order_id'],
});
const unit = entity({
  type: 'Unit',
  model: 'uom.uom',
  visibility: 'everyone',
  party: { payer: 'whole' },
  fields: { name: plain('name') },
});

/** A seed in which the first order was placed with somebody who works for the company, and the last with another one. */
const seedWithContact = () => {
  const seed = smallSeed();
  const partners = seed.tables['res.partner'] ?? [];
  const orders = [...(seed.tables['purchase.order'] ?? [])];
  const contact = { id: CONTACT, name: 'Sales at Acme', is_company: false, parent_id: COMPANY, active: true };
  const placed = orders.map((row, at) =>
    at === 0 ? { ...row, partner_id: CONTACT } : at === orders.length - 1 ? { ...row, partner_id: OTHER } : row,
  );
  return { ...seed, tables: { ...seed.tables, 'res.partner': [...partners, contact], 'purchase.order': placed } };
};

describe('a party, in Odoo', () => {
  let sandbox: Awaited<ReturnType<typeof startOdooSandbox>>;
  let owner: OdooOwner;

  beforeAll(async () => {
    sandbox = await startOdooSandbox({ seed: seedWithContact() });
    const { login, apiKey } = SMALL_USERS.gateway;
    owner = openOdoo({
      settings: { url: sandbox.url, db: sandbox.db, login, apiKey: new Secret(apiKey), protocol: 'json-2' },
      entities: [order, line, unit],
      callWithin: 5 * SECOND,
      log: silentLog(),
    });
    await owner.ready;
  }, 30_000);
  afterAll(async () => {
    await owner.close();
    await sandbox.stop();
  });

  const sessionOf = async (party?: Party, facilities: readonly string[] = ['north-facility', 'south-facility']) => {
    const facts = { subject: 's', client: 'c', audience: 'internal', purpose: 'operations', scopes: [], facilities };
    const identity = createIdentity({ ...facts, ...(party === undefined ? {} : { party }) });
    return owner.session({ identity, requestId: 'r', deadline: deadlineIn(10 * SECOND) });
  };
  const supplier = (id: number): Party => ({ kind: 'supplier', id: encodeId('Supplier', id) });
  const rows = (...names: string[]) => ({ rows: new Set(names), counted: true });
  const numbersOf = async (party?: Party, facilities?: readonly string[]) => {
    const page = await (await sessionOf(party, facilities)).list(order, {}, rows('number'));
    expect(page.totalCount).toBe(page.nodes.length);
    return page.nodes.map(({ number }) => number);
  };

  it('has what was ordered of it, and of those who work for it', async () => {
    expect(await numbersOf()).toEqual(['P00001', 'P00002', 'P00003', 'P00004']);
    expect(await numbersOf(supplier(COMPANY))).toEqual(['P00001', 'P00002', 'P00003']);
    expect(await numbersOf(supplier(OTHER))).toEqual(['P00004']);
  });

  it('has, of its own, what is of the facilities', async () => {
    expect(await numbersOf(supplier(COMPANY), ['south-facility'])).toEqual(['P00003']);
    expect(await numbersOf(supplier(COMPANY), [])).toEqual([]);
  });

  it('is a company: somebody who works for one has nothing', async () => {
    expect(await numbersOf(supplier(CONTACT))).toEqual([]);
  });

  it('has nothing of what does not say how it belongs to one, and nothing is asked for it', async () => {
    const calls: string[] = [];
    const stop = owner.onCall(({ model, method }) => calls.push(`${model}/${method}`));
    for (const party of [supplier(COMPANY), { kind: 'payer', id: encodeId('Payer', COMPANY) } as const]) {
      const session = await sessionOf(party);
      expect((await session.list(line, {}, rows('text'))).nodes).toEqual([]);
      expect(await session.find(line, encodeId('Line', 1), new Set(['text']))).toBeNull();
      expect(await session.follow(line, { __typename: 'Line', id: encodeId('Line', 1) }, new Set(['id']))).toBeNull();
      expect((await session.children(line, 'order_id', 1, {}, rows('text'))).totalCount).toBe(0);
      expect(await session.rows(line, [], ['order_id'])).toEqual([]);
      expect(await session.groups(line, [], ['order_id'], ['product_qty:sum'])).toEqual([]);
      expect(session.mayHave(line)).toBe(false);
    }
    stop();
    expect(calls).toEqual([]);
  });

  it('is not told how many members an own record has of what it has none of', async () => {
    const session = await sessionOf(supplier(COMPANY));
    const [own] = (await session.list(order, { first: 1 }, rows('lines'))).nodes;
    expect(own?.['lines']).toEqual([expect.any(Number), expect.any(Number)]);
    const page = await session.members(line, own?.['lines'], { first: 1 }, rows('text'));
    expect([page.nodes, page.totalCount, page.pageInfo.hasNextPage]).toEqual([[], 0, false]);
  });

  it('sees what everybody sees where the entity says so, and another kind of party does not', async () => {
    const units = async (party?: Party) => (await (await sessionOf(party)).list(unit, {}, rows('name'))).totalCount;
    expect(await units({ kind: 'payer', id: encodeId('Payer', 'anybody') })).toBe(await units());
    expect(await units(supplier(COMPANY))).toBe(0);
  });
});
