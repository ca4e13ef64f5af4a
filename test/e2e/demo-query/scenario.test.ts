import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../platform/config.ts';
import { encodeId } from '../../../platform/ids.ts';
import { silentLog } from '../../../platform/log.ts';
import { DEMO_CALLS, DEMO_QUERY, demoQuery } from '../../../sandbox/demo-query.ts';
import { type Embedded, startEmbedded } from '../../../sandbox/embedded.ts';
import { WHOLE_APPOINTMENT } from '../../../sandbox/fhir/seed/story.ts';
import { buyers } from '../../../sandbox/story/people.ts';

const NORTH = 'north-hospital';
const OWNERS = ['scheduling', 'billing', 'odoo', 'hr'] as const;

type Owner = (typeof OWNERS)[number];

interface Nodes<T> {
  readonly nodes: readonly T[];
}
interface Named {
  readonly code: string;
  readonly name: string;
}
interface Amount {
  readonly amount: string;
}
interface Appointment {
  readonly number: string;
  readonly practitioner: { readonly employee: { readonly department: Named } };
  readonly claim: {
    readonly number: string;
    readonly total: Amount;
    readonly ledgerEntries: Nodes<{
      readonly number: string;
      readonly lines: Nodes<Record<'debit' | 'credit', Amount>>;
    }>;
  } | null;
  readonly consumption: Nodes<{
    readonly quantity: { readonly value: string };
    readonly cost: Amount;
    readonly item: Named & {
      readonly purchases: Nodes<{
        readonly order: { readonly number: string; readonly buyer: { name: string; department: Named } };
      }>;
    };
  }>;
  readonly charges: Nodes<{ readonly costCenter: Named & { readonly departments: Nodes<Named> } }>;
}

describe('the demo query', () => {
  let dataDir: string;
  let product: Embedded;
  const calls: Record<Owner, string[]> = { scheduling: [], billing: [], odoo: [], hr: [] };

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'caregraph-demo-'));
    // The worker would ask the same owners meanwhile.
    const config = loadConfig({ PORT: '0', CAREGRAPH_DATA: dataDir, IDENTITIES_EVERY: '0' });
    product = await startEmbedded(config, silentLog());
    await product.ready;
    const { odoo, hr, scheduling, billing } = product.owners;
    odoo?.onCall(({ model, method, attempt }) => {
      if (attempt > 0 && method !== 'fields_get') calls.odoo.push(model);
    });
    hr?.onCall(({ resource, operation, attempt }) => {
      if (attempt > 0 && operation !== 'discover') calls.hr.push(resource);
    });
    scheduling?.onCall(({ type }) => calls.scheduling.push(type));
    billing?.onCall(({ type }) => calls.billing.push(type));
    // What describes models and facilities is asked for once, by whoever comes first.
    await ask(DEMO_QUERY);
  }, 120_000);
  afterAll(async () => {
    await product?.stop();
    await rm(dataDir, { recursive: true, force: true });
  }, 30_000);

  const ask = async (query: string): Promise<readonly Appointment[]> => {
    for (const owner of OWNERS) calls[owner].length = 0;
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await product.token([NORTH])}` },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await response.json()) as {
      readonly data: { readonly appointments: Nodes<Appointment> };
      readonly errors?: unknown;
    };
    expect(errors).toBeUndefined();
    return data.appointments.nodes;
  };

  it('goes from an appointment to its claim in the books, and to who bought what was used for it', async () => {
    const [appointment, ...others] = await ask(DEMO_QUERY);
    expect([appointment?.number, others]).toEqual([WHOLE_APPOINTMENT.number, []]);
    const { claim, consumption, charges, practitioner } = appointment as Appointment;
    expect(claim?.number).toBe(WHOLE_APPOINTMENT.claim);
    // The invoice and what pays it, each balanced, and each for what was claimed.
    expect(claim?.ledgerEntries.nodes).toHaveLength(2);
    for (const { lines } of claim?.ledgerEntries.nodes ?? []) {
      const sum = (side: 'debit' | 'credit') =>
        lines.nodes.reduce((total, line) => total + Number(line[side].amount), 0);
      expect([sum('debit'), sum('credit')]).toEqual([Number(claim?.total.amount), Number(claim?.total.amount)]);
    }
    expect(consumption.nodes.length).toBeGreaterThan(1);
    const [buyer] = buyers();
    for (const { quantity, cost, item } of consumption.nodes) {
      expect(Number(quantity.value)).toBeGreaterThan(0);
      expect(Number(cost.amount)).toBeGreaterThan(0);
      expect(item.purchases.nodes.map(({ order }) => order.buyer)).toEqual([
        {
          name: `${buyer?.givenName} ${buyer?.familyName}`,
          department: { code: 'GRP-ADM', name: 'Group administration' },
        },
      ]);
    }
    // Whoever gave the care works in the department that carries what was charged.
    const { department } = practitioner.employee;
    const { costCenter } = charges.nodes[0] ?? {};
    expect(costCenter).toEqual({
      code: `CC-${department.code}`,
      name: department.name,
      departments: { nodes: [department] },
    });
  });

  it('asks each owner as often as its page says', async () => {
    await ask(DEMO_QUERY);
    const sorted = Object.fromEntries(OWNERS.map((owner) => [owner, calls[owner].toSorted()]));
    expect(sorted).toEqual(DEMO_CALLS);
  });

  it.each([5, 50, 200])('asks no owner more often for %i appointments', async (count) => {
    const facility = `facility: { eq: "${encodeId('Facility', NORTH)}" }, status: [COMPLETED]`;
    const found = await ask(demoQuery(facility, count));
    expect(found).toHaveLength(count);
    for (const owner of OWNERS) expect(calls[owner].length).toBeLessThanOrEqual(DEMO_CALLS[owner].length);
    if (count < 200) return;
    // They are of all kinds: claimed and not, with and without goods.
    expect(found.filter(({ claim }) => claim !== null).length).toBeGreaterThan(5);
    expect(found.filter(({ consumption }) => consumption.nodes.length > 0).length).toBeGreaterThan(5);
  });
});
