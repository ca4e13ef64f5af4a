import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeId } from '../../platform/ids.ts';
import { fhirSeed } from '../../sandbox/fhir/seed/index.ts';
import { type FhirSandbox, startFhirSandbox } from '../../sandbox/fhir/server.ts';
import { WHOLE_APPOINTMENT } from '../../sandbox/fhir/seed/story.ts';
import type { FakeFhir } from '../fakes/fhir.ts';
import { type FaultyProxy, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { startBillingOffice } from '../harness/billing-office.ts';
import { startClinic } from '../harness/clinic.ts';
import { eventually } from '../harness/eventually.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { expectSameCalls } from '../harness/list-calls.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { apiSchema, filtersOf, ordersOf, rootLists, selectAll } from '../harness/walk-schema.ts';

type Row = Readonly<Record<string, never>>;
type Page = {
  readonly nodes: readonly Row[];
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
};

const OWN = [
  'Payer',
  'Coverage',
  'Authorization',
  'Charge',
  'Claim',
  'ClaimResponse',
  'Remittance',
  'PatientInvoice',
  'PatientAccount',
];
const lists = rootLists(apiSchema()).filter(({ node }) => OWN.includes(node.name));
const firstOf = <T>(page: Page | undefined): T => {
  if (page?.nodes[0] === undefined) throw new Error('there is no row');
  return page.nodes[0] as unknown as T;
};
const dataOf = async (graph: Graph, query: string, asker?: Parameters<Graph['ask']>[1]) => {
  const reply = await graph.ask(query, asker);
  expect(reply.errors).toEqual([]);
  return reply.data as Record<string, Page>;
};

describe('billing, on the sandbox', () => {
  const [NORTH, HARBOR] = ['north-hospital', 'harbor-clinic'];
  let odoo: OdooServer;
  let scheduling: FhirSandbox;
  let billing: FhirSandbox;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    scheduling = await startFhirSandbox({ domain: 'scheduling', seed: fhirSeed('scheduling'), token: 'visits' });
    billing = await startFhirSandbox({ domain: 'billing', seed: fhirSeed('billing'), token: 'bills' });
    graph = await startGraph({
      odoo: odoo.settings,
      scheduling: scheduling.url,
      billing: billing.url,
      env: { FHIR_SCHEDULING_TOKEN: 'visits', FHIR_BILLING_TOKEN: 'bills' },
    });
    // Thousands of resources are made.
  }, 60_000);
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await billing.stop();
    await scheduling.stop();
    await odoo[Symbol.asyncDispose]();
  });

  const both = { facilities: [NORTH, HARBOR] };
  const data = (query: string, asker: Parameters<Graph['ask']>[1] = { facilities: [NORTH] }) =>
    dataOf(graph, query, asker);

  it('leads from an appointment to its charges, its claim, the answer and the payment', async () => {
    const { number, claim } = WHOLE_APPOINTMENT;
    const { appointments } = await data(`{ appointments(filter: { number: { eq: "${number}" } }) { nodes {
      number practitioner { number } patient { number }
      charges(first: 10) { totalCount nodes { number status serviceCode serviceName quantity { value unit }
        amount { amount currency } occurredAt occurredOn enteredAt patient { number } practitioner { number name }
        appointment { number status } costCenter { code } claim { number } facility { code } } }
      claim { number status created from to total { amount currency } payer { code name } facility { code }
        coverage { number order payer { code } patient { number } } patient { number name }
        lines { sequence serviceCode serviceName quantity { value } unitPrice { amount } amount { amount } servicedOn }
        appointments { number status } charges(first: 50) { nodes { number appointment { number } } }
        responses { nodes { number status outcome disposition submitted { amount } benefit { amount } paidOn claim { number } payer { code } } }
        remittances { totalCount nodes { number status outcome created paidOn amount { amount } paymentName payer { code } facility { code }
          lines { claim { number } response { number } amount { amount } date } } } } } } }`);
    const visit = firstOf<Visit>(appointments);
    expect(visit.claim).toMatchObject({
      number: claim,
      status: 'ACTIVE',
      total: { amount: expect.stringMatching(/^\d+\.\d\d$/), currency: 'USD' },
      facility: { code: NORTH },
      patient: visit.patient,
      coverage: { patient: visit.patient, payer: { code: visit.claim.payer.code } },
    });
    expect(visit.claim.appointments).toContainEqual({ number, status: 'COMPLETED' });
    expect(visit.charges.totalCount).toBeGreaterThan(0);
    const billed = visit.claim.charges.nodes.filter(({ appointment }) => appointment.number === number);
    expect(new Set(billed.map((each) => each.number))).toEqual(new Set(visit.charges.nodes.map((each) => each.number)));
    for (const charge of visit.charges.nodes)
      expect(charge).toMatchObject({
        status: 'BILLED',
        claim: { number: claim },
        appointment: { number, status: 'COMPLETED' },
        practitioner: { number: visit.practitioner.number, name: expect.any(String) },
        patient: visit.patient,
        costCenter: { code: expect.stringMatching(/^CC-NH-/) },
        facility: { code: NORTH },
        amount: { amount: expect.stringMatching(/^\d+\.\d\d$/), currency: 'USD' },
        quantity: { value: expect.stringMatching(/^\d+$/), unit: null },
      });
    const cents = (amount: string) => Math.round(Number(amount) * 100);
    const sum = (amounts: readonly { amount: { amount: string } }[]) =>
      amounts.reduce((total, { amount }) => total + cents(amount.amount), 0);
    expect(sum(visit.claim.lines)).toBe(cents(visit.claim.total.amount));
    expect(visit.claim.responses.nodes).toMatchObject([{ outcome: 'COMPLETE', claim: { number: claim } }]);
    const remitted = visit.claim.remittances.nodes;
    expect(remitted.length).toBeGreaterThan(0);
    expect(visit.claim.remittances.totalCount).toBe(remitted.length);
    expect(sum(remitted)).toBe(cents(visit.claim.responses.nodes[0]?.benefit.amount ?? ''));
    for (const each of remitted)
      expect(each).toMatchObject({
        lines: [{ claim: { number: claim }, response: { number: claim.replace('CLM', 'CLR') }, amount: each.amount }],
        payer: { code: visit.claim.payer.code },
        paymentName: expect.any(String),
      });
  });

  it('leads from a patient to coverages, claims, invoices, accounts and what is open', async () => {
    const { patientAccounts } = await data(
      '{ patientAccounts(first: 200) { nodes { balance { amount } patient { number } } } }',
    );
    const owing = patientAccounts?.nodes.find(
      ({ balance }) => (balance as unknown as { amount: string }).amount !== '0.00',
    ) as unknown as {
      balance: { amount: string };
      patient: { number: string };
    };
    const { patients } = await data(`{ patients(filter: { number: { eq: "${owing.patient.number}" } }) { nodes { number
      balance { facility { code } amount { amount currency } }
      coverages { nodes { number order status typeCode patient { number } } }
      authorizations { nodes { number inForce authorizationRequired authorizationNumber created coverage { number } } }
      claims { nodes { patient { number } facility { code } } } invoices { nodes { number status total { amount } charges { nodes { number amount { amount } } } } }
      accounts { nodes { number status coverages { nodes { number order } } } } } } }`);
    const found = firstOf<Account>(patients);
    expect(found).toMatchObject({
      number: owing.patient.number,
      balance: [{ facility: { code: NORTH }, amount: { amount: owing.balance.amount, currency: 'USD' } }],
    });
    const covers = found.coverages.nodes;
    const [account] = found.accounts.nodes;
    const ordered = covers.map(({ number, order }) => ({ number, order })).toSorted((a, b) => a.order - b.order);
    expect(account?.coverages.nodes).toEqual(ordered);
    const invoices = found.invoices.nodes;
    const open = invoices.filter(({ status }) => status === 'ISSUED');
    const total = open.reduce((sum, each) => sum + Number(each.total.amount), 0);
    expect(total.toFixed(2)).toBe(owing.balance.amount);
    for (const { total: of, charges } of invoices)
      expect(charges.nodes.reduce((sum, { amount }) => sum + Number(amount.amount), 0).toFixed(2)).toBe(of.amount);
  });

  it('gives two facilities what it gives each of them, and payers to all', async () => {
    const count = async (facilities: readonly string[]) => {
      const fields = lists.map(({ name }) => `${name}(first: 0) { totalCount }`).join(' ');
      const found = await data(`{ ${fields} }`, { facilities });
      return Object.fromEntries(Object.entries(found).map(([name, page]) => [name, page.totalCount]));
    };
    const [north, harbor, together, none] = await Promise.all(
      [[NORTH], [HARBOR], both.facilities, []].map((facilities) => count(facilities)),
    );
    for (const { name } of lists) {
      const [one, other] = [north?.[name] ?? 0, harbor?.[name] ?? 0];
      expect([name, together?.[name], one > 0, other > 0]).toEqual([
        name,
        name === 'payers' ? one : one + other,
        true,
        true,
      ]);
      expect([name, none?.[name]]).toEqual([name, 0]);
    }
  });

  it.each(lists.filter(({ name }) => name !== 'payers'))(
    'hides what is elsewhere in $name by id and number',
    async ({ name, node }) => {
      const single = `${node.name.slice(0, 1).toLowerCase()}${node.name.slice(1)}`;
      const { [name]: page } = await data(`{ ${name}(first: 1) { nodes { id number } } }`, { facilities: [HARBOR] });
      const { id, number } = firstOf<{ id: string; number: string }>(page);
      const query = `{ ${single}(id: "${id}") { number } ${name}(filter: { number: { eq: "${number}" } }) { totalCount nodes { id } } }`;
      expect(await data(query)).toEqual({ [single]: null, [name]: { totalCount: 0, nodes: [] } });
      expect(await data(query, both)).toEqual({ [single]: { number }, [name]: { totalCount: 1, nodes: [{ id }] } });
    },
  );

  it.each(lists)('takes every filter of $name', async (list) => {
    for (const { key, literal } of filtersOf(list))
      await data(`{ ${list.name}(first: 1, filter: { ${key}: ${literal} }) { totalCount nodes { id } } }`);
  });

  it('filters by what the rows then are', async () => {
    const { payers } = await data('{ payers(filter: { code: { eq: "PAY-003" } }) { nodes { id name } } }');
    const { id: payer } = firstOf<{ id: string }>(payers);
    const found = await data(`{
      claims(first: 200, filter: { payer: { eq: "${payer}" }, status: [ACTIVE], created: { from: "2026-10-01", to: "2026-10-31" } }) { nodes { status created payer { code } } }
      claimResponses(first: 50, filter: { outcome: [PARTIAL, ERROR] }) { nodes { outcome } }
      charges(first: 50, filter: { appointment: { eq: "${WHOLE_APPOINTMENT.number}" } }) { nodes { appointment { number } } }
      remittances(first: 50, filter: { outcome: [QUEUED] }) { nodes { outcome } }
      patientInvoices(first: 50, filter: { status: [CANCELLED] }) { nodes { status } }
      coverages(first: 50, filter: { status: [CANCELLED], payer: { eq: "${payer}" } }) { nodes { status payer { code } } }
      authorizations(first: 50, filter: { outcome: [QUEUED] }) { nodes { outcome inForce } } }`);
    const nodes = (name: string) => found[name]?.nodes as unknown as Record<string, never>[];
    for (const name of Object.keys(found)) expect([name, nodes(name).length > 0]).toEqual([name, true]);
    for (const each of nodes('claims')) {
      expect(each).toMatchObject({ status: 'ACTIVE', payer: { code: 'PAY-003' } });
      expect(each['created']).toMatch(/^2026-10-/);
    }
    expect(new Set(nodes('claimResponses').map(({ outcome }) => outcome))).toEqual(new Set(['PARTIAL', 'ERROR']));
    expect(
      nodes('charges').every(
        (each) => (each['appointment'] as unknown as { number: string }).number === WHOLE_APPOINTMENT.number,
      ),
    ).toBe(true);
    expect(nodes('remittances').every(({ outcome }) => outcome === 'QUEUED')).toBe(true);
    expect(nodes('patientInvoices').every(({ status }) => status === 'CANCELLED')).toBe(true);
    expect(
      nodes('coverages').every(
        ({ status, payer: by }) => status === 'CANCELLED' && (by as unknown as { code: string }).code === 'PAY-003',
      ),
    ).toBe(true);
    expect(nodes('authorizations').every(({ inForce }) => inForce === null)).toBe(true);
  });

  const paged = lists.flatMap((list) =>
    ordersOf(list).flatMap((field) =>
      ['ASC', 'DESC'].map((direction) => ({ name: list.name, list, field, direction })),
    ),
  );
  it.each(paged)('pages through $name by $field $direction without a gap', async ({ name, field, direction }) => {
    // A day of charges is enough of them.
    const filter =
      name === 'charges'
        ? 'filter: { occurredAt: { from: "2026-10-01T00:00:00Z", before: "2026-10-20T00:00:00Z" } }, '
        : '';
    const seen: string[] = [];
    let after: string | null = null;
    let total = 0;
    do {
      const reply = await graph.ask(
        `query ($after: String) { ${name}(${filter}first: 90, after: $after, orderBy: { field: ${field}, direction: ${direction} }) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { facilities: [HARBOR], variables: { after } },
      );
      expect(reply.errors).toEqual([]);
      const page = reply.data?.[name] as Page;
      seen.push(...page.nodes.map(({ id }) => String(id)));
      total = page.totalCount;
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect([new Set(seen).size, seen.length]).toEqual([total, total]);
    expect(total).toBeGreaterThan(0);
  });
});

interface Account {
  readonly coverages: { nodes: { number: string; order: number }[] };
  readonly accounts: { nodes: { coverages: { nodes: object[] } }[] };
  readonly invoices: {
    nodes: { status: string; total: { amount: string }; charges: { nodes: { amount: { amount: string } }[] } }[];
  };
}

interface Visit {
  readonly practitioner: { number: string };
  readonly patient: { number: string };
  readonly charges: { totalCount: number; nodes: { number: string }[] };
  readonly claim: {
    payer: { code: string };
    total: { amount: string };
    lines: { amount: { amount: string } }[];
    appointments: object[];
    charges: { nodes: { number: string; appointment: { number: string } }[] };
    responses: { nodes: { benefit: { amount: string } }[] };
    remittances: { totalCount: number; nodes: { amount: { amount: string } }[] };
  };
}

const FACILITY = 'north-facility';
const BOTH = [FACILITY, 'south-facility'];
const MANY = { practitioners: 30, patients: 40, appointments: 4 };

describe('billing, in the graph', () => {
  let odoo: OdooServer;
  let clinic: FakeFhir;
  let office: FakeFhir;
  let proxy: FaultyProxy;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    clinic = await startClinic(BOTH, MANY);
    office = await startBillingOffice(BOTH, MANY, { publicUrl: () => `${proxy.url}/fhir/R4` });
    proxy = await startFaultyProxy(new URL(office.url).origin);
    graph = await startGraph({
      odoo: odoo.settings,
      scheduling: clinic.url,
      billing: `${proxy.url}/fhir/R4`,
      env: { FHIR_BILLING_DEADLINE: '1500' },
    });
    await graph.ask('{ payers(first: 1) { nodes { id } } }');
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await proxy.stop();
    await office.stop();
    await clinic.stop();
    await odoo[Symbol.asyncDispose]();
  });
  beforeEach(() => graph.forget());

  const data = (query: string, asker?: Parameters<Graph['ask']>[1]) => dataOf(graph, query, asker);

  it('shows nothing that is clinical, and asks the owner for none of it', async () => {
    office.forget();
    for (const { name, node } of lists)
      expect(JSON.stringify(await data(`{ ${name}(first: 3) { nodes ${selectAll(node, 2)} } }`))).not.toContain(
        'SECRET',
      );
    const asked = office.requests.flatMap(({ query, body }) => [
      ...query.getAll('_elements'),
      ...[...body.matchAll(/_elements=([^&"]*)/g)].map(([, elements = '']) => decodeURIComponent(elements)),
    ]);
    expect(asked.length).toBeGreaterThan(0);
    for (const word of ['diagnosis', 'procedure', 'reason', 'note', 'bodysite'])
      expect(asked.flatMap((each) => each.split(','))).not.toContain(word);
  });

  it('takes the newest claim of an appointment that stands', async () => {
    const number = `APT-${FACILITY}-1-1`;
    const own = office.get('Claim', `clm-${FACILITY}-1-1`);
    const another = (id: string, over: object) =>
      office.put({ ...own, id, identifier: [{ system: 'urn:caregraph:claim', value: id }], ...over } as never);
    another('older', { created: '2026-01-01' });
    another('void', { created: '2026-12-01', status: 'cancelled' });
    another('wrong', { created: '2026-12-02', status: 'entered-in-error' });
    const query = `{ appointments(filter: { number: { eq: "${number}" } }) { nodes { claim { number } } } }`;
    expect((await data(query))['appointments']?.nodes).toEqual([{ claim: { number: `CLM-${FACILITY}-1-1` } }]);
    another('newer', { created: '2026-11-30' });
    expect((await data(query))['appointments']?.nodes).toEqual([{ claim: { number: 'newer' } }]);
    for (const id of ['older', 'void', 'wrong', 'newer']) office.remove('Claim', id);
  });

  it('calls a code that it does not know UNMAPPED, finds it as such, and notes it', async () => {
    office.put({
      ...office.get('ChargeItem', `chg-${FACILITY}-1-1-1`),
      id: 'odd',
      identifier: [],
      status: 'in-dispute',
    } as never);
    office.put({
      ...office.get('Invoice', `inv-${FACILITY}-1-1`),
      id: 'odd',
      identifier: [],
      status: 'disputed',
    } as never);
    const found = await data(`{ charge(id: "${encodeId('Charge', 'odd')}") { status }
      patientInvoices(filter: { status: [UNMAPPED] }) { totalCount nodes { id status } } }`);
    expect(found).toEqual({
      charge: { status: 'UNMAPPED' },
      patientInvoices: { totalCount: 1, nodes: [{ id: encodeId('PatientInvoice', 'odd'), status: 'UNMAPPED' }] },
    });
    office.remove('ChargeItem', 'odd');
    office.remove('Invoice', 'odd');
  });

  it('takes an amount without its currency for none, and has no balance where the owner says none', async () => {
    office.put({
      ...office.get('ChargeItem', `chg-${FACILITY}-1-1-1`),
      id: 'bare',
      priceOverride: { value: 3 },
    } as never);
    office.put({ ...office.get('Account', `acc-${FACILITY}-1`), extension: undefined } as never);
    const found = await data(`{ charge(id: "${encodeId('Charge', 'bare')}") { amount { amount } }
      patients(filter: { number: { eq: "PAT-${FACILITY}-1" } }) { nodes { balance { amount { amount } } accounts { nodes { balance { amount } } } } } }`);
    expect(found).toEqual({
      charge: { amount: null },
      patients: { nodes: [{ balance: [], accounts: { nodes: [{ balance: null }] } }] },
    });
    office.remove('ChargeItem', 'bare');
  });

  it('adds up what is open at each facility that keeps an account, and shows those of the caller', async () => {
    const account = office.get('Account', `acc-${FACILITY}-2`);
    const elsewhere = { reference: 'Organization/org-south-facility' };
    office.put({ ...account, id: 'second' } as never);
    office.put({ ...account, id: 'third', owner: elsewhere } as never);
    office.put({ ...account, id: 'mistake', status: 'entered-in-error' } as never);
    const query = `{ patients(filter: { number: { eq: "PAT-${FACILITY}-2" } }) { nodes { balance { facility { code } amount { amount currency } } } } }`;
    const balanceFor = async (facilities: readonly string[]) =>
      firstOf<{ balance: object[] }>((await data(query, { facilities }))['patients']).balance;
    const [own, other] = [
      { facility: { code: FACILITY }, amount: { amount: '4.20', currency: 'USD' } },
      { facility: { code: 'south-facility' }, amount: { amount: '2.10', currency: 'USD' } },
    ];
    expect(await balanceFor([FACILITY])).toEqual([own]);
    expect(await balanceFor(BOTH)).toEqual(expect.arrayContaining([own, other]));
    for (const id of ['second', 'third', 'mistake']) office.remove('Account', id);
  });

  it('reaches claims from a facility, and only from one of the caller', async () => {
    const query =
      '{ facilities { code claims(first: 1, filter: { status: [ACTIVE] }) { totalCount nodes { facility { code } } } } }';
    const found = (await data(query, { facilities: [FACILITY] })) as unknown as { facilities: unknown };
    expect(found.facilities).toEqual([
      { code: FACILITY, claims: { totalCount: 120, nodes: [{ facility: { code: FACILITY } }] } },
    ]);
  });

  it('names the patient of another facility in no claim at this one', async () => {
    office.put({
      ...office.get('Claim', `clm-${FACILITY}-1-1`),
      id: 'guest',
      patient: { reference: 'Patient/pat-south-facility-1' },
      insurance: [{ sequence: 1, focal: true, coverage: { reference: 'Coverage/cov-south-facility-1-1' } }],
    } as never);
    const query = `{ claim(id: "${encodeId('Claim', 'guest')}") { total { amount } patient { number } coverage { number } } }`;
    expect(await data(query, { facilities: [FACILITY] })).toEqual({
      claim: { total: { amount: '121.50' }, patient: null, coverage: null },
    });
    office.remove('Claim', 'guest');
  });

  it('asks nothing of the owner for a caller without the scope', async () => {
    const reply = await graph.ask(
      '{ claims(first: 1) { nodes { number } } appointments(first: 1) { nodes { claim { number } } } }',
      {
        scopes: ['scheduling:read'],
      },
    );
    expect(new Set(reply.errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['UNAUTHORIZED_FIELD_OR_TYPE']),
    );
    expect(graph.billingCalls).toEqual([]);
  });

  it.each([
    ['is silent', (p: FaultyProxy) => p.hang(), 'SOR_TIMEOUT'],
    ['answers a page', (p: FaultyProxy) => p.html(200), 'SOR_CONTRACT_BROKEN'],
    ['answers 500', (p: FaultyProxy) => p.status(500, { text: 'SECRET' }), 'SOR_UNAVAILABLE'],
    ['is away', (p: FaultyProxy) => p.drop(), 'SOR_UNAVAILABLE'],
  ])('leaves the rest of the answer when the owner %s, and is whole again after', async (_, harm, code) => {
    const query = `{ appointments(filter: { number: { eq: "APT-${FACILITY}-1-1" } }) { nodes { number claim { number } } } }`;
    harm(proxy);
    const reply = await graph.ask(query);
    expect(reply.data).toEqual({ appointments: { nodes: [{ number: `APT-${FACILITY}-1-1`, claim: null }] } });
    expect(reply.errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['appointments', 'nodes', 0, 'claim'], code],
    ]);
    expect(JSON.stringify(reply)).not.toMatch(/SECRET|127\.0\.0\.1|<html/i);
    proxy.heal();
    expect(await eventually(async () => (await graph.ask(query)).errors.length === 0)).toBe(true);
  });
});

describe('the number of calls to billing', () => {
  let odoo: OdooServer;
  let clinic: FakeFhir;
  let office: FakeFhir;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    clinic = await startClinic(BOTH, MANY);
    office = await startBillingOffice(BOTH, MANY);
    graph = await startGraph({ odoo: odoo.settings, scheduling: clinic.url, billing: office.url });
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await office.stop();
    await clinic.stop();
    await odoo[Symbol.asyncDispose]();
  });

  const data = (query: string) => dataOf(graph, query);

  it.each(lists)('is no larger for 50 of $name than for 5, with all around them', (list) =>
    expectSameCalls(graph, list, { calls: ({ billingCalls }) => billingCalls.length, depth: 2, nested: () => 2 }),
  );

  it.each(['patients', 'appointments'])('nor for 50 of %s', async (name) => {
    const around =
      name === 'patients'
        ? 'coverages { nodes { number payer { code } } } authorizations { nodes { number } } claims { totalCount nodes { number patient { number } } } invoices(first: 3) { nodes { number } } accounts { nodes { number } } balance { amount { amount } }'
        : 'charges { nodes { number claim { number } } } claim { number responses { nodes { number } } remittances { nodes { number } } charges { nodes { number } } }';
    const callsFor = async (first: number) => {
      graph.forget();
      await data(`{ ${name}(first: ${first}) { nodes { ${around} } } }`);
      return graph.billingCalls.length;
    };
    const [few, many] = [await callsFor(5), await callsFor(50)];
    expect(few).toBeGreaterThan(0);
    expect(many).toBeLessThanOrEqual(few);
  });
});
