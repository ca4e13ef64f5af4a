import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeId } from '../../platform/ids.ts';
import type { FakeFhir } from '../fakes/fhir.ts';
import { startFaultyProxy, type FaultyProxy } from '../fakes/faulty-proxy.ts';
import { startClinic } from '../harness/clinic.ts';
import { eventually } from '../harness/eventually.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { expectSameCalls } from '../harness/list-calls.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { apiSchema, rootLists, selectAll } from '../harness/walk-schema.ts';

const NORTH = 'north-facility';
const BOTH = [NORTH, 'south-facility'];
const MANY = { practitioners: 30, patients: 40, appointments: 6 };

type Page = { readonly nodes: readonly Record<string, never>[]; readonly totalCount: number };

describe('scheduling, in the graph', () => {
  let odoo: OdooServer;
  let clinic: FakeFhir;
  let proxy: FaultyProxy;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    clinic = await startClinic(BOTH, MANY, { publicUrl: () => `${proxy.url}/fhir/R4` });
    proxy = await startFaultyProxy(new URL(clinic.url).origin);
    graph = await startGraph({
      odoo: odoo.settings,
      scheduling: `${proxy.url}/fhir/R4`,
      env: { FHIR_SCHEDULING_DEADLINE: '1500' },
    });
    await graph.ask('{ rooms(first: 1) { nodes { id } } }');
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await proxy.stop();
    await clinic.stop();
    await odoo[Symbol.asyncDispose]();
  });
  beforeEach(() => graph.forget());

  const data = async (query: string, asker?: Parameters<Graph['ask']>[1]) => {
    const reply = await graph.ask(query, asker);
    expect(reply.errors).toEqual([]);
    return reply.data as Record<string, Page>;
  };

  it('answers an appointment with everybody and everything around it', async () => {
    const { appointments } = await data(`{ appointments(filter: { number: { eq: "APT-${NORTH}-1-2" } }) { nodes {
      number status start end minutes createdAt serviceCode serviceName facility { code name }
      patient { number name gender birthDate identifiers { system value } phone city facility { code } }
      practitioner { number employeeNumber name email } room { code name status facility { code } }
      service { name departmentCode serviceCode } slot { status start schedule { from to practitioner { number } } } } } }`);
    expect(appointments?.nodes).toEqual([
      {
        number: `APT-${NORTH}-1-2`,
        status: 'CANCELLED',
        start: '2026-11-03T09:00:00Z',
        end: '2026-11-03T09:30:00Z',
        minutes: 30,
        createdAt: '2026-10-01T10:00:00Z',
        serviceCode: 'CARE-OPV',
        serviceName: 'Service CARE-OPV',
        facility: { code: NORTH, name: 'North Facility' },
        patient: {
          number: `PAT-${NORTH}-3`,
          name: `Ada Patient ${NORTH} 03`,
          gender: 'MALE',
          birthDate: null,
          identifiers: [{ system: 'urn:caregraph:patient', value: `PAT-${NORTH}-3` }],
          phone: '+1 555-0100',
          city: 'Fairmead',
          facility: { code: NORTH },
        },
        practitioner: {
          number: `PR-${NORTH}-1`,
          employeeNumber: `E-${NORTH}-1`,
          name: `Bea Doctor ${NORTH}-1`,
          email: 'bea@example.test',
        },
        room: { code: `R-${NORTH}-1`, name: `Room ${NORTH}-1`, status: 'ACTIVE', facility: { code: NORTH } },
        service: { name: `Service ${NORTH}-1`, departmentCode: `D-${NORTH}-1`, serviceCode: 'CARE-OPV' },
        slot: {
          status: 'BUSY',
          start: '2026-11-03T09:00:00Z',
          schedule: { from: '2026-11-01', to: '2026-11-30', practitioner: { number: `PR-${NORTH}-1` } },
        },
      },
    ]);
  });

  it('asks the owner for no element that is clinical, and shows none', async () => {
    const lists = rootLists(apiSchema()).filter(({ name }) => ['appointments', 'patients'].includes(name));
    for (const { name, node } of lists) await data(`{ ${name}(first: 3) { nodes ${selectAll(node, 1)} } }`);
    const asked = clinic.requests.flatMap(({ query, body }) =>
      (query.get('_elements') ?? new URLSearchParams(body).get('_elements') ?? '').split(','),
    );
    expect(asked).not.toEqual(expect.arrayContaining(['comment']));
    expect(asked).not.toEqual(expect.arrayContaining(['maritalStatus']));
  });

  it('reaches appointments and rooms from a facility, and only from one of the caller', async () => {
    const query = `{ facilities { code rooms(first: 2) { totalCount nodes { code } }
      appointments(first: 1, filter: { status: [BOOKED] }, orderBy: { field: START, direction: ASC }) { totalCount nodes { status facility { code } } } } }`;
    const found = (await data(query, { facilities: [NORTH] })) as unknown as { facilities: unknown };
    expect(found.facilities).toEqual([
      {
        code: NORTH,
        rooms: { totalCount: 30, nodes: [{ code: expect.any(String) }, { code: expect.any(String) }] },
        appointments: { totalCount: 30, nodes: [{ status: 'BOOKED', facility: { code: NORTH } }] },
      },
    ]);
  });

  it('is reached from an employee by number, and the employee from it', async () => {
    clinic.put({
      resourceType: 'Practitioner',
      id: 'employed',
      identifier: [
        { system: 'urn:caregraph:practitioner', value: 'PR-001' },
        { system: 'urn:caregraph:employee', value: 'E-0001' },
      ],
      name: [{ family: 'Employed' }],
    });
    const query = '{ practitioners(filter: { number: { eq: "PR-001" } }) { nodes { name employeeNumber } } }';
    expect(await data(query)).toEqual({ practitioners: { nodes: [{ name: 'Employed', employeeNumber: 'E-0001' }] } });
    const { employees } = await data('{ employees(first: 200) { nodes { number practitioner { number name } } } }');
    const found = employees?.nodes.filter(({ practitioner }) => practitioner !== null);
    expect(found).toEqual([{ number: 'E-0001', practitioner: { number: 'PR-001', name: 'Employed' } }]);
    clinic.remove('Practitioner', 'employed');
  });

  it('asks nothing of the owner for a caller without the scope', async () => {
    const reply = await graph.ask('{ patients(first: 1) { nodes { name } } }', { scopes: ['finance:read'] });
    expect(reply.errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(graph.schedulingCalls).toEqual([]);
  });

  it('hides the patient of another facility in an appointment at this one', async () => {
    clinic.put({
      resourceType: 'Appointment',
      id: 'guest',
      status: 'booked',
      start: '2026-12-24T09:00:00Z',
      participant: [
        { actor: { reference: 'Patient/pat-south-facility-1' } },
        { actor: { reference: `Location/loc-${NORTH}` } },
      ],
    });
    const query = `{ appointment(id: "${encodeId('Appointment', 'guest')}") { start room { id } patient { name } } }`;
    const found = (await data(query, { facilities: [NORTH] })) as unknown;
    expect(found).toEqual({ appointment: { start: '2026-12-24T09:00:00Z', room: null, patient: null } });
    clinic.remove('Appointment', 'guest');
  });

  it.each([
    ['is silent', (p: FaultyProxy) => p.hang(), ['SOR_TIMEOUT']],
    ['answers a page', (p: FaultyProxy) => p.html(200), ['SOR_CONTRACT_BROKEN']],
    ['answers 500', (p: FaultyProxy) => p.status(500, { text: 'SECRET' }), ['SOR_UNAVAILABLE']],
    ['is away', (p: FaultyProxy) => p.drop(), ['SOR_UNAVAILABLE']],
  ])('leaves the rest of the answer when the owner %s, and is whole again after', async (_, harm, codes) => {
    const query = '{ appointments(first: 1) { nodes { number } } items(first: 1) { nodes { code } } }';
    harm(proxy);
    const reply = await graph.ask(query);
    expect(reply.data).toEqual({ appointments: null, items: { nodes: [{ code: expect.any(String) }] } });
    expect(reply.errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([[['appointments'], codes[0]]]);
    expect(JSON.stringify(reply)).not.toMatch(/SECRET|127\.0\.0\.1|<html/i);
    proxy.heal();
    expect(await eventually(async () => (await graph.ask(query)).errors.length === 0)).toBe(true);
  });
});

describe('the number of calls', () => {
  let odoo: OdooServer;
  let clinic: FakeFhir;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    clinic = await startClinic(BOTH, MANY);
    graph = await startGraph({ odoo: odoo.settings, scheduling: clinic.url });
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await clinic.stop();
    await odoo[Symbol.asyncDispose]();
  });

  const lists = rootLists(apiSchema()).filter(({ node }) =>
    ['Patient', 'Practitioner', 'Room', 'Service', 'Schedule', 'Slot', 'Appointment'].includes(node.name),
  );

  it.each(lists)('is no larger for 50 of $name than for 5, with all around them', (list) =>
    expectSameCalls(graph, list, {
      calls: ({ schedulingCalls }) => schedulingCalls.length,
      depth: 1,
      nested: (rows) => rows,
    }),
  );
});

describe('without a scheduling platform', () => {
  it('its fields say so, the rest is answered, and nothing of it is waited for', async () => {
    await using odoo = await startSandboxOdoo();
    await using graph = await startGraph({ odoo: odoo.settings, scheduling: '' });
    const reply = await graph.ask('{ rooms(first: 1) { nodes { id } } items(first: 1) { nodes { code } } }');
    expect(reply.data).toEqual({ rooms: null, items: { nodes: [{ code: expect.any(String) }] } });
    expect(reply.errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['rooms'], 'SOR_UNAVAILABLE'],
    ]);
    const { dependencies } = (await (await fetch(`${graph.url}/readyz`)).json()) as {
      dependencies: { name: string }[];
    };
    expect(dependencies.find(({ name }) => name === 'scheduling')).toEqual({ name: 'scheduling', status: 'ok' });
  });
});
