import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Graph, startGraph } from '../harness/graph.ts';
import { ODOO_SERVERS, type OdooServer } from '../harness/odoo-servers.ts';
import { makeOrderBook } from '../harness/order-book.ts';

/** Orders with everything around them, as the promise of the product has it. */
const ORDERS = (first: number, lines: number) => `{
  purchaseOrders(first: ${first}, orderBy: { field: ORDERED_AT, direction: DESC }) {
    nodes {
      number state total { amount currency } facility { code } supplier { name code }
      lines(first: ${lines}) {
        nodes {
          ordered { value unit } unitPrice { amount }
          item { code name unit { name } category { fullName } stockLevels { nodes { location { fullName } onHand { value unit } } } }
        }
      }
      bills {
        nodes { number settlement total { amount } journalEntry { number date lines { nodes { account { code name } debit { amount } credit { amount } } } } }
      }
    }
  }
}`;

interface Answer {
  readonly purchaseOrders: {
    readonly nodes: readonly {
      lines: { nodes: unknown[] };
      bills: { nodes: { journalEntry: { lines: { nodes: unknown[] } } }[] };
    }[];
  };
}

describe.each(ODOO_SERVERS)('calls to $title', ({ start }) => {
  const test = start === undefined ? it.skip : it;
  let server: OdooServer;
  let graph: Graph;

  beforeAll(async () => {
    if (start === undefined) return;
    server = await start();
    await makeOrderBook(server.settings, 30, 3);
    graph = await startGraph({ odoo: server.settings });
  }, 180_000);
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  /** Asks, and tells the calls it took. */
  const cost = async (query: string, facilities: readonly string[]) => {
    graph.forget();
    const { data, errors } = await graph.ask(query, { facilities });
    expect(errors).toEqual([]);
    return { data: data as unknown as Answer, calls: graph.calls.map(({ model, method }) => `${model}/${method}`) };
  };

  test('are ten at most for fifty orders with lines, items, stock, supplier, bills and entries', async () => {
    const { data, calls } = await cost(ORDERS(50, 50), ['north-facility']);
    const { nodes } = data.purchaseOrders;
    expect(nodes.length).toBeGreaterThanOrEqual(30);
    expect(nodes.flatMap(({ lines }) => lines.nodes).length).toBeGreaterThanOrEqual(120);
    expect(
      nodes.flatMap(({ bills }) => bills.nodes.flatMap(({ journalEntry }) => journalEntry.lines.nodes)).length,
    ).toBeGreaterThan(5);
    expect(calls.length).toBeLessThanOrEqual(10);
  });

  test('are one more for a second facility, whose accounts have codes of their own', async () => {
    const { data, calls } = await cost(ORDERS(200, 50), ['north-facility', 'south-facility']);
    expect(data.purchaseOrders.nodes.length).toBeGreaterThanOrEqual(60);
    expect(calls.length).toBeLessThanOrEqual(11);
  });

  test('do not depend on how many orders and lines there are', async () => {
    const few = await cost(ORDERS(31, 1), ['north-facility']);
    const many = await cost(ORDERS(50, 50), ['north-facility']);
    expect(many.calls.toSorted()).toEqual(few.calls.toSorted());
  });
});
