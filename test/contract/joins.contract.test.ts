import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createIdentity } from '../../platform/identity.ts';
import { silentLog } from '../../platform/log.ts';
import type { ExecutableSubgraph } from '../../platform/subgraph.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { executable } from '../../subgraphs/execute.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import type { Owners } from '../../subgraphs/owners.ts';
import { BILLED, INVOICED, type JoinedBooks, makeJoinedBooks, USED } from '../harness/joined-books.ts';
import { ODOO_SERVERS, type OdooServer } from '../harness/odoo-servers.ts';
import { openTestOwners } from '../harness/test-owners.ts';

const NORTH = 'north-facility';
const SOUTH = 'south-facility';
const parts = subgraphs.filter(({ name }) => ['finance', 'inventory', 'procurement'].includes(name));

type Entity = Readonly<Record<string, unknown>>;
interface Page<T> {
  readonly totalCount: number;
  readonly nodes: readonly T[];
}

describe.each(ODOO_SERVERS)('what other systems are joined to on $title', ({ title, start }) => {
  const test = start === undefined ? it.skip : it;
  let server: OdooServer;
  let owners: Owners;
  let close: () => Promise<void>;
  let books: JoinedBooks;
  let calls: string[];

  beforeAll(async () => {
    if (start === undefined) return;
    server = await start();
    // Runs on the same server find what the runs before them have left.
    books = await makeJoinedBooks(server.settings, `${Date.now()}-${title.length}`);
    ({ owners, close } = await openTestOwners(parts, server.settings));
    owners.odoo?.onCall(({ model, method, attempt }) => {
      if (attempt > 0 && method !== 'fields_get') calls.push(model);
    });
  }, 120_000);
  afterAll(async () => {
    await close?.();
    await server?.[Symbol.asyncDispose]();
  });

  /** What the subgraph has of entities, asked for as a gateway asks. */
  const refer = async (
    name: string,
    type: string,
    keys: readonly Entity[],
    below: string,
    facilities: readonly string[] = [NORTH, SOUTH],
  ): Promise<readonly (Entity | null)[]> => {
    calls = [];
    const subgraph = parts.find((part) => part.name === name);
    if (subgraph === undefined) throw new Error(`no subgraph ${name}`);
    const part: ExecutableSubgraph = executable(subgraph, { owners, log: silentLog() });
    const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on ${type} { ${below} } } }`;
    const variables = { refs: keys.map((key) => ({ __typename: type, ...key })) };
    const identity = createIdentity({
      audience: 'internal',
      purpose: 'operations',
      subject: 's',
      client: 'c',
      scopes: Object.keys(SCOPES),
      facilities,
    });
    const envelope = { identity, requestId: 'r', deadline: deadlineIn(20 * SECOND) };
    const { data, errors } = await part.execute({ query, variables }, envelope);
    expect(errors ?? []).toEqual([]);
    return (data?.['_entities'] ?? []) as readonly (Entity | null)[];
  };

  const numbers = (...given: readonly string[]): readonly Entity[] => given.map((number) => ({ number }));

  test('finds what was used for an appointment, and what it was worth', async () => {
    const below = `consumption { totalCount nodes { item { code } quantity { value } purpose facility { code } cost { amount currency } } }`;
    const [used, none] = await refer('inventory', 'Appointment', numbers(books.appointment, 'APT-NOWHERE'), below);
    expect(used?.['consumption']).toEqual({
      totalCount: 1,
      nodes: [
        {
          item: { code: 'SYR-10' },
          quantity: { value: String(USED) },
          purpose: books.appointment,
          facility: { code: NORTH },
          // Syringes cost 0.35.
          cost: { amount: '1.05', currency: 'USD' },
        },
      ],
    });
    expect(none).toEqual({ consumption: { totalCount: 0, nodes: [] } });
    // Until 18 a movement does not know its worth itself.
    const layers = title.includes('14') ? ['stock.valuation.layer'] : [];
    expect(calls.toSorted()).toEqual(['product.product', 'stock.move', ...layers]);
  });

  test('finds the entries of a claim: its invoice, what takes it back, and what pays it', async () => {
    const below = `ledgerEntries { totalCount nodes { number reference journal { kind } lines { totalCount } } } invoices { nodes { kind total { amount } } }`;
    const [claim, open, none] = await refer('finance', 'Claim', numbers(books.claim, books.openClaim, 'CLM-0'), below);
    const entries = claim?.['ledgerEntries'] as Page<{ journal: { kind: string } }> | undefined;
    expect(entries?.nodes.map(({ journal }) => journal.kind).toSorted()).toEqual(['BANK', 'SALES', 'SALES']);
    expect(entries?.totalCount).toBe(3);
    expect(claim?.['invoices']).toEqual({
      nodes: [
        { kind: 'CREDIT_NOTE', total: { amount: INVOICED } },
        { kind: 'INVOICE', total: { amount: INVOICED } },
      ],
    });
    expect(open?.['ledgerEntries']).toMatchObject({ totalCount: 1, nodes: [{ reference: books.openClaim }] });
    expect(none).toEqual({ ledgerEntries: { totalCount: 0, nodes: [] }, invoices: { nodes: [] } });
    expect(calls.toSorted()).toEqual([
      'account.journal',
      // Documents, entries, and the documents as invoices.
      'account.move',
      'account.move',
      'account.move',
      // The other side of the matches, and how many lines there are.
      'account.move.line',
      'account.move.line',
      'account.partial.reconcile',
    ]);
  });

  test('costs the same calls for one claim as for many', async () => {
    const below = 'ledgerEntries(first: 5) { nodes { number date } }';
    await refer('finance', 'Claim', numbers(books.claim), below);
    const one = [...calls];
    const many = [books.claim, books.openClaim, ...Array.from({ length: 60 }, (_, index) => `CLM-${index}`)];
    await refer('finance', 'Claim', numbers(...many), below);
    expect(calls).toEqual(one);
    expect(one).toHaveLength(4);
  });

  test('adds up what a cost center carries in posted entries, by days', async () => {
    const spentOn = async (from: string, to: string, facilities?: readonly string[]) => {
      const below = `spend(from: "${from}", to: "${to}") { facility { code } amount { amount currency } }`;
      const [department] = await refer(
        'finance',
        'Department',
        [{ code: 'N-ICU', costCenterCode: 'CC-ICU' }],
        below,
        facilities,
      );
      return department?.['spend'];
    };
    // In the books a bill may stand on the last day of its month.
    const amounts = (await spentOn('2026-10-01', '2026-10-31')) as { facility: Entity; amount: { amount: string } }[];
    expect(amounts.map(({ facility }) => facility)).toEqual([{ code: NORTH }]);
    // Every run on the server has left one bill there.
    expect((Number(amounts[0]?.amount.amount) * 100) % (Number(BILLED) * 100)).toBe(0);
    expect(calls).toEqual(['account.analytic.account', 'account.analytic.account', 'account.analytic.line']);
    expect(await spentOn('2026-09-01', '2026-09-30')).toEqual([]);
    expect(await spentOn('2026-10-01', '2026-10-31', [SOUTH])).toEqual([]);
  });

  test('shows nothing of it to callers of another facility', async () => {
    const consumption = 'consumption { nodes { id } }';
    expect(await refer('inventory', 'Appointment', numbers(books.appointment), consumption, [SOUTH])).toEqual([
      { consumption: { nodes: [] } },
    ]);
    const entries = 'ledgerEntries { nodes { id } } invoices { nodes { id } }';
    expect(await refer('finance', 'Claim', numbers(books.claim), entries, [SOUTH])).toEqual([
      { ledgerEntries: { nodes: [] }, invoices: { nodes: [] } },
    ]);
  });
});
