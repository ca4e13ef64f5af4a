import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultyProxy } from '../fakes/faulty-proxy.ts';
import { startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { eventually } from '../harness/eventually.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';

/** Long enough for a healthy Odoo, short enough for a test of one that hangs. */
const ODOO_DEADLINE = 1500;

const QUERY =
  '{ purchaseOrders(first: 2) { nodes { number } } vendorBills(first: 1) { nodes { number } } items(first: 1) { nodes { code } } }';

/** What all owners have in common is in test/owners/faults.test.ts. */
describe('an Odoo that fails in part', () => {
  let odoo: OdooServer;
  let proxy: FaultyProxy;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    proxy = await startFaultyProxy(odoo.settings.url);
    graph = await startGraph({
      odoo: { ...odoo.settings, url: proxy.url },
      store: 'embedded',
      env: { ODOO_DEADLINE: String(ODOO_DEADLINE), REQUEST_DEADLINE: '6000' },
    });
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await proxy.stop();
    await odoo[Symbol.asyncDispose]();
  });
  beforeEach(() => proxy.heal());

  const onLedger = {
    when: ({ call }: { call: string | null }) =>
      call === 'account.move/search_read' || call === 'purchase.order/search_read',
  };
  const onBills = { when: ({ call }: { call: string | null }) => call?.startsWith('account.') === true };

  const ask = async () => {
    const started = Date.now();
    const reply = await graph.ask(QUERY);
    return { ...reply, took: Date.now() - started };
  };
  const codes = ({ errors }: Awaited<ReturnType<typeof ask>>) => [
    ...new Set(errors.map(({ extensions }) => extensions.code)),
  ];

  /** Asks until the answer is whole again: the supervisor looks again by itself, and nothing is restarted. */
  const recovered = () => eventually(async () => (await ask()).errors.length === 0);

  it.each([
    ['refuses connections', (p: FaultyProxy) => p.drop(onBills), ['SOR_UNAVAILABLE']],
    ['hangs', (p: FaultyProxy) => p.hang(onBills), ['SOR_TIMEOUT']],
    [
      'answers 500',
      (p: FaultyProxy) =>
        p.status(500, { name: 'builtins.RuntimeError', message: 'SECRET', debug: 'Traceback SECRET' }, onBills),
      ['SOR_UNAVAILABLE'],
    ],
    ['answers a page', (p: FaultyProxy) => p.html(502, onBills), ['SOR_UNAVAILABLE', 'SOR_CONTRACT_BROKEN']],
    ['sends half of an answer', (p: FaultyProxy) => p.halfBody(onBills), ['SOR_UNAVAILABLE']],
  ])('in one domain only (%s) leaves the other domains their data, and says so in time', async (_, harm, expected) => {
    harm(proxy);
    const reply = await ask();
    expect(reply.data).toEqual({
      purchaseOrders: { nodes: [{ number: expect.any(String) }, { number: expect.any(String) }] },
      vendorBills: null,
      items: { nodes: [{ code: expect.any(String) }] },
    });
    expect(reply.errors.map(({ path }) => path)).toEqual([['vendorBills']]);
    for (const code of codes(reply)) expect(expected).toContain(code);
    expect(JSON.stringify(reply)).not.toMatch(/SECRET|Traceback|127\.0\.0\.1|<html/i);
    expect(reply.took).toBeLessThan(6000);
    proxy.heal();
    expect(await recovered()).toBe(true);
  });

  it('that takes our key away says that it is ours to mend, and not why', async () => {
    proxy.status(
      401,
      {
        name: 'werkzeug.exceptions.Unauthorized',
        message: 'Invalid apikey SECRET',
        arguments: [],
        context: {},
        debug: 'Traceback SECRET',
      },
      onLedger,
    );
    const reply = await ask();
    expect(codes(reply)).toEqual(['SOR_ACCESS']);
    expect(JSON.stringify(reply)).not.toContain('SECRET');
    proxy.heal();
    expect(await recovered()).toBe(true);
  });

  it('that loses a field between two requests says that the contract is broken', async () => {
    proxy.status(
      500,
      {
        name: 'builtins.ValueError',
        message: "Invalid field 'x' on 'purchase.order'",
        arguments: [],
        context: {},
        debug: 'Traceback',
      },
      onLedger,
    );
    expect(codes(await ask())).toEqual(['SOR_CONTRACT_BROKEN']);
    proxy.heal();
    expect(await recovered()).toBe(true);
  });
});
