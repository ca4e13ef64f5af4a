import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeId } from '../../platform/ids.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { BILLED, makeJoinedBooks } from '../harness/joined-books.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { makeOrderBook } from '../harness/order-book.ts';

const NORTH = 'north-facility';
const OCTOBER = 'from: "2026-10-01", to: "2026-10-31"';

interface List<T = Readonly<Record<string, unknown>>> {
  readonly nodes: readonly T[];
}

interface Purchases extends List<{ readonly id: string; readonly order: { readonly state: string } }> {
  readonly totalCount: number;
}

const rowsIn = (data: Readonly<Record<string, unknown>> | null | undefined, name: string): List['nodes'] =>
  ((data?.[name] ?? { nodes: [] }) as List).nodes;

describe('joins between domains', () => {
  let odoo: OdooServer;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    await makeOrderBook(odoo.settings, 12, 3);
    // The number of an appointment that the scheduling platform of the test has.
    await makeJoinedBooks(odoo.settings, `${NORTH}-1-1`);
    await makeJoinedBooks(odoo.settings, 'unknown');
    graph = await startGraph({ odoo: odoo.settings });
  }, 60_000);
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await odoo[Symbol.asyncDispose]();
  });
  beforeEach(() => graph.forget());

  const data = async (query: string, asker?: Parameters<Graph['ask']>[1]) => {
    const { data: found, errors } = await graph.ask(query, asker);
    expect(errors).toEqual([]);
    return found as Record<string, List>;
  };

  it('says which employee placed an order, however Odoo writes the name, and null for a user who is none', async () => {
    const { purchaseOrders } = await data(
      '{ purchaseOrders(first: 50) { nodes { origin buyerUserName buyer { number userName department { code } } } } }',
    );
    const buyers = new Map(purchaseOrders?.nodes.map(({ origin, ...rest }) => [String(origin).split(':')[0], rest]));
    expect(buyers.get('order-book')).toEqual({
      buyerUserName: 'svc.gateway',
      buyer: { number: 'E-0004', userName: 'Svc.Gateway', department: { code: 'GRP-ADM' } },
    });
    expect(buyers.get('seed')).toEqual({ buyerUserName: '__system__', buyer: null });
    expect(graph.calls.map(({ model }) => model)).toEqual(['purchase.order', 'res.users']);
  });

  it('asks nobody who placed an order for a caller who may not see employees', async () => {
    const { data: found, errors } = await graph.ask(
      '{ purchaseOrders(first: 2) { nodes { number buyer { number } } } }',
      {
        scopes: ['procurement:read'],
      },
    );
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['purchaseOrders', 'nodes', '@', 'buyer'], 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ]);
    expect(rowsIn(found, 'purchaseOrders').map(({ buyer }) => buyer)).toEqual([null, null]);
    expect([graph.calls.map(({ model }) => model), graph.hrCalls]).toEqual([['purchase.order'], []]);
  });

  it('lists what was bought of an item: lines of orders that were placed, the newest first', async () => {
    const { items } = await data(`{ items(filter: { code: { eq: "GLV-M" } }) { nodes {
      purchases(first: 5) { totalCount nodes { id order { origin state } } } } } }`);
    const [gloves] = items?.nodes ?? [];
    const { totalCount, nodes } = (gloves?.['purchases'] ?? { totalCount: 0, nodes: [] }) as Purchases;
    // Three of the book and one of the seed in each of two facilities.
    expect([totalCount, nodes.length]).toEqual([8, 5]);
    expect(new Set(nodes.map(({ order }) => order.state))).toEqual(new Set(['CONFIRMED']));
    const local = nodes.map(({ id }) => Number(Buffer.from(id, 'base64url').toString().split(':')[1]));
    expect(local).toEqual(local.toSorted((one, other) => other - one));
  });

  it('goes from an appointment to the goods used for it, and back, and to none where the note names none', async () => {
    const { appointments } = await data(`{ appointments(filter: { number: { eq: "APT-${NORTH}-1-1" } }) { nodes {
      consumption { nodes { purpose cost { amount } appointment { number status } } } } } }`);
    expect(appointments?.nodes).toEqual([
      {
        consumption: {
          nodes: [
            {
              purpose: `APT-${NORTH}-1-1`,
              cost: { amount: '1.05' },
              appointment: { number: `APT-${NORTH}-1-1`, status: expect.any(String) },
            },
          ],
        },
      },
    ]);
    const { consumptions } = await data(
      '{ consumptions(filter: { purpose: { eq: "APT-unknown" } }) { nodes { purpose appointment { id number } } } }',
    );
    expect(consumptions?.nodes).toEqual([{ purpose: 'APT-unknown', appointment: null }]);
  });

  it('keeps what goods cost from whoever may not see the books', async () => {
    const { data: found, errors } = await graph.ask('{ consumptions { nodes { purpose cost { amount } } } }', {
      scopes: ['inventory:read'],
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(rowsIn(found, 'consumptions').map(({ cost }) => cost)).toEqual([null, null]);
  });

  it('says what departments have carried, by the cost center that HR names, and what that carries', async () => {
    const { departments, costCenters } = await data(`{
      departments { nodes { code spend(${OCTOBER}) { facility { code } amount { amount currency } } } }
      costCenters { nodes { code spend(${OCTOBER}) { amount { amount } } departments { totalCount nodes { code } } } } }`);
    const amount = (2 * Number(BILLED)).toFixed(2);
    const carried = [{ facility: { code: NORTH }, amount: { amount, currency: 'USD' } }];
    expect(departments?.nodes).toEqual([
      // Its cost center is not in the books.
      { code: 'GRP-ADM', spend: null },
      { code: 'N-ICU', spend: carried },
      { code: 'S-ICU', spend: carried },
    ]);
    expect(costCenters?.nodes).toEqual([
      {
        code: 'CC-ICU',
        spend: [{ amount: { amount } }],
        departments: { totalCount: 2, nodes: [{ code: 'N-ICU' }, { code: 'S-ICU' }] },
      },
    ]);
  });

  it('asks Odoo once for what all departments have carried in a period', async () => {
    const spent = async (first: number) => {
      graph.forget();
      await data(`{ departments(first: ${first}) { nodes { spend(${OCTOBER}) { amount { amount } } } } }`);
      return graph.calls.map(({ model }) => model);
    };
    expect(await spent(3)).toEqual(['account.analytic.account', 'account.analytic.account', 'account.analytic.line']);
    expect(await spent(2)).toEqual(await spent(3));
  });

  it('refuses a period that ends before it begins', async () => {
    const id = encodeId('Department', 'N-ICU');
    const { errors } = await graph.ask(
      `{ department(id: "${id}") { spend(from: "2026-10-31", to: "2026-10-01") { amount { amount } } } }`,
    );
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['department', 'spend'], 'BAD_USER_INPUT'],
    ]);
  });
});
