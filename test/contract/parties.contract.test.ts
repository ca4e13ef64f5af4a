import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Party } from '../../platform/identity.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { ODOO_SERVERS, type OdooServer } from '../harness/odoo-servers.ts';
import { OWNERSHIP } from '../harness/ownership.ts';
import { readRows, rootFields } from '../harness/row-sets.ts';
import { apiSchema } from '../harness/walk-schema.ts';

const FACILITY = 'north-facility';
/** Pages of a list that are compared: a server that is used for development may have gathered any number of rows. */
const PAGES = 5;

const lists = rootFields(apiSchema()).lists.filter(({ row }) => OWNERSHIP.supplier[row.name] !== undefined);
const listNamed = (name: string) => lists.find((list) => list.name === name) as (typeof lists)[number];

describe.each(ODOO_SERVERS)('suppliers on $title', ({ start }) => {
  const test = start === undefined ? it.skip : it;
  let server: OdooServer;
  let graph: Graph;

  beforeAll(async () => {
    if (start === undefined) return;
    server = await start();
    graph = await startGraph({ odoo: server.settings });
  });
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  test('see what the group knows to be their own, and nothing else', async () => {
    const reading = { facility: FACILITY, pages: PAGES };
    const { rows: suppliers } = await readRows(graph, listNamed('suppliers'), {}, reading);
    const seen = new Map<string, number>();
    for (const id of [...suppliers.keys()].slice(0, 4)) {
      const party: Party = { kind: 'supplier', id };
      for (const list of lists) {
        const ownership = OWNERSHIP.supplier[list.row.name];
        const { rows: all } = await readRows(graph, list, {}, { ...reading, more: ownership?.more });
        const { rows: own, total } = await readRows(graph, list, { party }, reading);
        const expected = [...all].flatMap(([key, row]) => (ownership?.of(row).includes(id) === true ? [key] : []));
        expect([list.name, [...own.keys()].toSorted(), total]).toEqual([list.name, expected.toSorted(), own.size]);
        seen.set(list.name, (seen.get(list.name) ?? 0) + own.size);
      }
    }
    // The seed has of these; what somebody has added since is compared as well.
    for (const name of ['suppliers', 'supplierPrices', 'purchaseOrders', 'goodsReceipts', 'items', 'vendorBills'])
      expect([name, seen.get(name)]).not.toEqual([name, 0]);
  });

  test('are given their bills, orders and items with what belongs to them', async () => {
    const { data } = await graph.ask('{ vendorBills(first: 1) { nodes { id supplier { id } } } }');
    const bills = data?.['vendorBills'] as { nodes: { id: string; supplier: { id: string } }[] } | null | undefined;
    const bill = bills?.nodes[0];
    const party: Party = { kind: 'supplier', id: bill?.supplier.id ?? '' };
    const { data: own, errors } = await graph.ask(
      `{ vendorBill(id: ${JSON.stringify(bill?.id)}) { supplier { id } journalEntry { id } lines { totalCount nodes { account { id } } } } suppliers { nodes { payable { facility { code } amount { amount } } } } }`,
      { party },
    );
    expect(errors).toEqual([]);
    const found = own?.['vendorBill'] as { lines: { totalCount: number; nodes: { account: unknown }[] } };
    expect(found).toMatchObject({ supplier: { id: party.id }, journalEntry: null });
    expect(found.lines.totalCount).toBeGreaterThan(0);
    expect(found.lines.nodes.map(({ account }) => account)).toEqual(found.lines.nodes.map(() => null));
    const group = await graph.ask(
      `{ supplier(id: ${JSON.stringify(party.id)}) { payable { facility { code } amount { amount } } } }`,
    );
    expect(own?.['suppliers']).toEqual({ nodes: [group.data?.['supplier']] });
  });
});
