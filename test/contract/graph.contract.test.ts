import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '../../platform/ids.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { ODOO_SERVERS, type OdooServer } from '../harness/odoo-servers.ts';
import { apiSchema, filtersOf, ordersOf, type RootList, rootLists, selectAll } from '../harness/walk-schema.ts';

const NORTH = 'north-facility';
const SOUTH = 'south-facility';
const facilityId = (code: string): string => encodeId('Facility', code);

/** Lists that need more than paging arguments. */
const NEEDED: Readonly<Record<string, string>> = { accounts: `facility: "${facilityId(NORTH)}", ` };

/** Those of Odoo; what our own store has needs no second implementation to be held to. */
const lists = rootLists(apiSchema()).filter(({ node }) => 'id' in node.getFields());
const call = ({ name }: RootList, args: string): string => `${name}(${NEEDED[name] ?? ''}${args})`;

type Rows = readonly { readonly id: string }[];

describe.each(ODOO_SERVERS)('the graph on $title', ({ start }) => {
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

  /** The answer's data, after making sure that nothing went wrong. What people are paid is asked for too. */
  const data = async (query: string, asker?: Parameters<Graph['ask']>[1]) => {
    const reply = await graph.ask(query, { purpose: 'payroll', ...asker });
    expect(reply.errors).toEqual([]);
    return reply.data as unknown as Record<string, unknown>;
  };

  const rowsOf = async (list: RootList, args: string, facilities?: readonly string[]): Promise<Rows> => {
    const found = await data(
      `{ list: ${call(list, args)} { nodes { id } } }`,
      facilities === undefined ? {} : { facilities },
    );
    return (found['list'] as { nodes: Rows } | null)?.nodes ?? [];
  };

  test('finds a facility in each company, coded by its name', () => {
    expect(graph.facilities).toEqual(expect.arrayContaining([NORTH, SOUTH]));
  });

  describe.each(lists)('$name', (list) => {
    test('answers every field of its rows, two levels deep, without an error', async () => {
      await data(`{ ${call(list, 'first: 3')} { totalCount nodes ${selectAll(list.node, 2)} } }`);
    });

    const filters = filtersOf(list);
    if (filters.length > 0) {
      test.each(filters)('takes the filter $key', async ({ literal, key }) => {
        await data(`{ ${call(list, `first: 2, filter: { ${key}: ${literal} }`)} { totalCount nodes { __typename } } }`);
      });
    }

    const orders = [
      '',
      ...ordersOf(list).flatMap((field) =>
        ['ASC', 'DESC'].map((by) => `, orderBy: { field: ${field}, direction: ${by} }`),
      ),
    ];

    test.each(orders)('pages through all rows once, in the order of the whole list%s', async (orderBy) => {
      const whole = await rowsOf(list, `first: 23${orderBy}`);
      const paged: string[] = [];
      let after = '';
      for (let page = 0; page < 10; page += 1) {
        const found = await data(
          `{ list: ${call(list, `first: 5${orderBy}${after === '' ? '' : `, after: "${after}"`}`)} { nodes { id } pageInfo { hasNextPage endCursor } } }`,
        );
        const { nodes, pageInfo } = found['list'] as {
          nodes: Rows;
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
        paged.push(...nodes.map(({ id }) => id));
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      expect(paged.slice(0, whole.length)).toEqual(whole.map(({ id }) => id));
      expect(new Set(paged).size).toBe(paged.length);
    });

    test('shows two facilities what it shows each of them, and nothing else', async () => {
      if (list.name === 'accounts') return;
      const ids = async (facilities: readonly string[]) =>
        (await rowsOf(list, 'first: 200', facilities)).map(({ id }) => id);
      const [north, south, both, none] = await Promise.all([ids([NORTH]), ids([SOUTH]), ids([NORTH, SOUTH]), ids([])]);
      expect(new Set([...north, ...south])).toEqual(new Set(both));
      expect(none).toEqual([]);
    });

    test('hides a record of another facility from a look-up by id and from a filter by id', async () => {
      const one = list.node.name.charAt(0).toLowerCase() + list.node.name.slice(1);
      const found = await data(`{ list: ${call(list, 'first: 200')} { nodes { id } } }`);
      const [all, north] = [(found['list'] as { nodes: Rows }).nodes, await rowsOf(list, 'first: 200', [NORTH])];
      const visible = new Set(north.map(({ id }) => id));
      const hidden = all.find(({ id }) => !visible.has(id));
      const shown = all.find(({ id }) => visible.has(id));
      const look = async (id: string) =>
        (await data(`{ found: ${one}(id: "${id}") { id } }`, { facilities: [NORTH] }))['found'];
      if (shown !== undefined) expect(await look(shown.id)).toEqual({ id: shown.id });
      if (hidden === undefined) return;
      expect(await look(hidden.id)).toBeNull();
      if (filtersOf(list).some(({ key }) => key === 'id')) {
        expect(await rowsOf(list, `filter: { id: { in: ["${hidden.id}"] } }`, [NORTH])).toEqual([]);
      }
    });
  });

  test('reads what depends on the company per facility', async () => {
    const { items } = await data(
      '{ items(filter: { code: { eq: "GLV-M" } }) { nodes { costs { facility { code } amount { amount } } stock { facility { code } onHand { value unit } } } } }',
    );
    const [gloves] = (items as { nodes: { costs: unknown[]; stock: unknown[] }[] }).nodes;
    expect(gloves?.costs).toEqual([
      { facility: { code: NORTH }, amount: { amount: '8.50' } },
      { facility: { code: SOUTH }, amount: { amount: '0.00' } },
    ]);
    expect(gloves?.stock).toEqual([
      { facility: { code: NORTH }, onHand: { value: '120', unit: 'Units' } },
      { facility: { code: SOUTH }, onHand: { value: '120', unit: 'Units' } },
    ]);
  });

  test('tells an account apart by facility', async () => {
    const accountsOf = async (code: string) => {
      const { accounts } = await data(
        `{ accounts(facility: "${facilityId(code)}", filter: { code: { startsWith: "6" } }) { nodes { id code facility { code } } } }`,
      );
      return (accounts as { nodes: { id: string; code: string; facility: { code: string } }[] }).nodes;
    };
    const [north, south] = await Promise.all([accountsOf(NORTH), accountsOf(SOUTH)]);
    expect(north.length).toBeGreaterThan(0);
    expect(new Set(north.map(({ facility }) => facility.code))).toEqual(new Set([NORTH]));
    expect(north.map(({ id }) => id)).not.toEqual(expect.arrayContaining(south.map(({ id }) => id)));
  });

  test('finds the seeded bill with a balanced entry', async () => {
    const { vendorBills } = await data(`{ vendorBills(filter: { reference: { eq: "INV-SEED-north" } }) { nodes {
      kind state settlement untaxed { amount currency } tax { amount } total { amount }
      supplier { code } facility { code } journalEntry { lines { nodes { debit { amount } credit { amount } account { code } } } } } } }`);
    const [bill] = (vendorBills as { nodes: Record<string, unknown>[] }).nodes;
    expect(bill).toMatchObject({
      kind: 'BILL',
      state: 'POSTED',
      settlement: 'NOT_PAID',
      supplier: { code: 'V-003' },
      facility: { code: NORTH },
    });
    const amount = (key: string) => Number((bill?.[key] as { amount: string } | undefined)?.amount);
    expect(amount('untaxed')).toBe(180);
    expect(amount('total')).toBeCloseTo(amount('untaxed') + amount('tax'), 2);
    const entry = bill?.['journalEntry'] as
      | { lines: { nodes: Record<'debit' | 'credit', { amount: string }>[] } }
      | undefined;
    const nodes = entry?.lines.nodes ?? [];
    expect(nodes.length).toBeGreaterThan(1);
    const sum = (side: 'debit' | 'credit') => nodes.reduce((total, line) => total + Number(line[side].amount), 0);
    expect(sum('debit')).toBeCloseTo(sum('credit'), 2);
    expect(sum('debit')).toBeCloseTo(amount('total'), 2);
  });

  test('takes % and _ in a text filter for what they are', async () => {
    const { wild, plain } = await data(
      '{ wild: suppliers(filter: { code: { startsWith: "V_0" } }) { nodes { id } } plain: suppliers(filter: { code: { startsWith: "v-0" } }) { nodes { code } } }',
    );
    expect(wild).toEqual({ nodes: [] });
    expect(plain).toEqual({ nodes: expect.arrayContaining([{ code: 'V-001' }, { code: 'V-002' }, { code: 'V-003' }]) });
  });

  test('answers orders with everything around them in ten calls, and one more for a second facility', async () => {
    graph.forget();
    await data(`{ purchaseOrders(first: 50) { nodes { number supplier { name }
      lines { nodes { ordered { value unit } item { code name stockLevels { nodes { location { fullName } onHand { value } } } } } }
      bills { nodes { number journalEntry { number lines { nodes { account { code name } debit { amount } } } } } } } } }`);
    expect(graph.calls.length).toBeLessThanOrEqual(11);
    graph.forget();
    await data(
      `{ purchaseOrders(first: 50) { nodes { number supplier { name }
      lines { nodes { ordered { value unit } item { code name stockLevels { nodes { location { fullName } onHand { value } } } } } }
      bills { nodes { number journalEntry { number lines { nodes { account { code name } debit { amount } } } } } } } } }`,
      { facilities: [NORTH] },
    );
    expect(graph.calls.length).toBeLessThanOrEqual(10);
  });

  test('takes the names of places, units and categories from the reference, and they are the same as from the record', async () => {
    const shape = (more: string) =>
      `{ items(first: 5) { nodes { unit { name ${more} } category { fullName ${more} } stockLevels { nodes { location { fullName ${more} } } } } } }`;
    graph.forget();
    const short = await data(shape(''));
    expect(graph.calls.map(({ model }) => model)).toEqual(['product.product', 'stock.quant']);
    const long = await data(
      shape('extra: __typename')
        .replaceAll('fullName extra', 'fullName parent { id } extra')
        .replaceAll('name extra', 'name ratio extra'),
    );
    const onlyNames = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (key, inner: unknown) =>
          ['parent', 'ratio', 'extra'].includes(key) ? undefined : inner,
        ),
      );
    expect(onlyNames(long)).toEqual(short);
  });

  test('does not ask Odoo for what the caller may not see', async () => {
    graph.forget();
    const { data: found, errors } = await graph.ask(
      '{ purchaseOrders(first: 5) { nodes { number bills { nodes { number } } } } }',
      {
        scopes: ['procurement:read'],
      },
    );
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['purchaseOrders', 'nodes', '@', 'bills'], 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ]);
    const orders = found?.['purchaseOrders'] as { nodes: { bills: null }[] } | undefined;
    expect(orders?.nodes.every(({ bills }) => bills === null)).toBe(true);
    expect(graph.calls.map(({ model }) => model)).toEqual(['purchase.order']);
  });
});
