import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createIdentity } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import type { ExecutableSubgraph } from '../../platform/subgraph.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { executable } from '../../subgraphs/execute.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { type FaultyProxy, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { openTestOwners } from '../harness/test-owners.ts';
import { eventually } from '../harness/eventually.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { type ScimServer, startSandboxScim } from '../harness/scim-servers.ts';

const NORTH = 'north-facility';

describe('hr in the graph', () => {
  let odoo: OdooServer;
  let scim: ScimServer;
  let proxy: FaultyProxy;
  let graph: Graph;

  beforeAll(async () => {
    [odoo, scim] = await Promise.all([startSandboxOdoo(), startSandboxScim()]);
    proxy = await startFaultyProxy(scim.sandbox.origin);
    const settings = { ...scim.settings, url: scim.settings.url.replace(scim.sandbox.origin, proxy.url) };
    graph = await startGraph({
      odoo: odoo.settings,
      hr: settings,
      env: { SCIM_DEADLINE: '1500', REQUEST_DEADLINE: '6000' },
    });
    await graph.ask('{ employees(first: 1) { nodes { number } } }');
  });
  afterAll(async () => {
    await graph[Symbol.asyncDispose]();
    await proxy.stop();
    await scim[Symbol.asyncDispose]();
    await odoo[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    proxy.heal();
    graph.forget();
  });

  const data = async (query: string, asker?: Parameters<Graph['ask']>[1]) => {
    const { data: found, errors } = await graph.ask(query, asker);
    expect(errors).toEqual([]);
    return found as Record<string, unknown>;
  };

  it('goes from an employee to manager, head, cost center and what the site buys', async () => {
    const { employees } = await data(
      `{ employees(filter: { number: { eq: "E-0005" } }) { nodes {
      number name position { title } employmentStatus fte hireDate practitionerNumber
      facility { code name openOrders(first: 1) { nodes { number } } }
      department { code name head { number } }
      manager { number manager { number manager { number } } }
      costCenter { id code name } compensation { amount { amount currency } per } } } }`,
      { purpose: 'payroll' },
    );
    expect(employees).toEqual({
      nodes: [
        {
          number: 'E-0005',
          name: 'Invented Person 5',
          position: { title: 'Nurse' },
          employmentStatus: 'TERMINATED',
          fte: '0.5',
          hireDate: '2014-03-01',
          practitionerNumber: 'PR-004',
          facility: { code: NORTH, name: expect.any(String), openOrders: { nodes: [{ number: expect.any(String) }] } },
          department: { code: 'N-ICU', name: 'Intensive care, north', head: { number: 'E-0002' } },
          manager: { number: 'E-0002', manager: { number: 'E-0001', manager: null } },
          costCenter: { id: expect.any(String), code: 'CC-ICU', name: 'ICU' },
          compensation: { amount: { amount: '41000.00', currency: 'USD' }, per: 'YEAR' },
        },
      ],
    });
  });

  it('goes from a cost center to those whom it carries, and back', async () => {
    const { costCenters } = await data(
      '{ costCenters { nodes { code employees(first: 2) { totalCount nodes { number costCenter { code name } } } } } }',
    );
    const carried = { code: 'CC-ICU', name: 'ICU' };
    expect(costCenters).toEqual({
      nodes: [
        {
          code: 'CC-ICU',
          employees: {
            totalCount: 40,
            nodes: [
              { number: 'E-0002', costCenter: carried },
              { number: 'E-0003', costCenter: carried },
            ],
          },
        },
      ],
    });
  });

  it('keeps the code of a cost center that finance does not have, and says no more of it', async () => {
    const { department } = await data(
      `{ department(id: "${encodeId('Department', 'GRP-ADM')}") { costCenterCode costCenter { id code name } } }`,
    );
    expect(department).toEqual({
      costCenterCode: 'CC-NOWHERE',
      costCenter: { id: null, code: 'CC-NOWHERE', name: null },
    });
  });

  it.each([
    [
      'employees',
      'employees(first: N) { totalCount nodes { name manager { name } department { name head { name } } reports(first: 3) { nodes { number } } } }',
    ],
    [
      'departments',
      'departments(first: N) { nodes { name head { name } employees(first: 5) { totalCount nodes { name manager { name } } } } }',
    ],
    [
      'cost centers',
      'costCenters(first: N) { nodes { name employees(first: 5) { nodes { name department { name } } } } }',
    ],
    [
      'positions',
      'employees(first: N) { nodes { position { title employees(first: 5) { nodes { name } } } costCenter { name } } }',
    ],
  ])('costs no more calls for 50 %s than for 5', async (_, query) => {
    const count = async (n: number) => {
      graph.forget();
      await data(`{ ${query.replace('N', String(n))} }`);
      return [graph.hrCalls.length, graph.calls.length];
    };
    const [five, fifty] = [await count(5), await count(50)];
    // Fewer, where what is asked for late was already asked for by another of the fifty.
    expect(fifty[0]).toBeLessThanOrEqual(five[0] ?? 0);
    expect(fifty[1]).toBeLessThanOrEqual(five[1] ?? 0);
    expect(five[0]).toBeLessThanOrEqual(6);
  });

  it('shows pay to whoever may see it, and asks for it for nobody else', async () => {
    const query = '{ employees(first: 2) { nodes { number compensation { amount { amount } } } } }';
    const { data: found, errors } = await graph.ask(query, { scopes: ['hr:read'] });
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['employees', 'nodes', '@', 'compensation'], 'UNAUTHORIZED_FIELD_OR_TYPE'],
    ]);
    expect(found).toEqual({
      employees: {
        nodes: [
          { number: 'E-0001', compensation: null },
          { number: 'E-0002', compensation: null },
        ],
      },
    });
    expect(decodeURIComponent(proxy.requests.at(-1)?.path ?? '')).not.toContain('compensation');
    const { errors: without } = await graph.ask(query, { scopes: ['hr:compensation:read'] });
    expect(without.map(({ path }) => path)).toEqual([['employees']]);
  });

  it('shows pay for no purpose that it is not for, and asks for it for none', async () => {
    const query = '{ employees(first: 1) { nodes { number compensation { amount { amount } } } } }';
    expect(await graph.ask(query, { purpose: 'operations' })).toMatchObject({
      data: { employees: { nodes: [{ number: 'E-0001', compensation: null }] } },
      errors: [
        {
          path: ['employees', 'nodes', '@', 'compensation'],
          extensions: {
            code: 'UNAUTHORIZED_FIELD_OR_TYPE',
            needs: [{ kind: 'policy', oneOf: [['forPayroll']], reasons: { forPayroll: expect.any(String) } }],
          },
        },
      ],
    });
    expect(decodeURIComponent(proxy.requests.at(-1)?.path ?? '')).not.toContain('compensation');
    const paid = await graph.ask(query, { purpose: 'payroll' });
    expect(paid.data).toMatchObject({ employees: { nodes: [{ compensation: { amount: { amount: '40000.00' } } }] } });
    expect(paid.extensions).toBeUndefined();
    expect(decodeURIComponent(proxy.requests.at(-1)?.path ?? '')).toContain('compensation');
  });

  it('shows two facilities what it shows each of them, and those of the group to both', async () => {
    const seen = async (...facilities: string[]) => {
      const { employees, departments } = await data(
        '{ employees(first: 200) { nodes { number } } departments { nodes { code } } }',
        { facilities },
      );
      const rows = (list: unknown, key: string) =>
        (list as { nodes: Record<string, string>[] }).nodes.map((row) => row[key]);
      return [...rows(employees, 'number'), ...rows(departments, 'code')];
    };
    const [north, south, both] = [await seen(NORTH), await seen('south-facility'), await seen(NORTH, 'south-facility')];
    expect(new Set([...north, ...south])).toEqual(new Set(both));
    expect(north.filter((row) => south.includes(row))).toContain('GRP-ADM');
    expect(north).not.toContain('S-ICU');
    expect(await seen()).toEqual([]);
  });

  it('lists the employees of a facility, in pages and by filter, and those of the group under none', async () => {
    const { facilities } = await data(`{ facilities { code
      employees(first: 2, filter: { employmentStatus: [ON_LEAVE] }, orderBy: { field: NUMBER, direction: DESC }) {
        totalCount pageInfo { hasNextPage } nodes { number employmentStatus facility { code } } } } }`);
    const [north] = facilities as { code: string; employees: { totalCount: number; nodes: unknown[] } }[];
    expect(north).toEqual({
      code: NORTH,
      employees: {
        totalCount: 4,
        pageInfo: { hasNextPage: true },
        nodes: ['E-0053', 'E-0038'].map((number) => ({
          number,
          employmentStatus: 'ON_LEAVE',
          facility: { code: NORTH },
        })),
      },
    });
  });

  it('hides a manager, a head and a member of another facility like one that does not exist', async () => {
    const { department, costCenters } = await data(
      `{ department(id: "${encodeId('Department', 'S-ICU')}") { code }
         costCenters { nodes { employees(first: 200) { nodes { facility { code } } } } } }`,
      { facilities: [NORTH] },
    );
    expect(department).toBeNull();
    expect(JSON.stringify(costCenters)).not.toContain('south-facility');
  });

  it('finds employees and departments by number and code, within the facilities of the caller', async () => {
    const parts = subgraphs.filter(({ name }) => name === 'hr' || name === 'finance');
    const { owners, close } = await openTestOwners(parts, odoo.settings, scim.settings);
    const identity = createIdentity({
      audience: 'internal',
      purpose: 'operations',
      subject: 's',
      client: 'c',
      scopes: Object.keys(SCOPES),
      facilities: [NORTH],
    });
    const [finance, hr] = parts.map((subgraph) => executable(subgraph, { owners, log: silentLog() }));
    const refer = async (
      part: ExecutableSubgraph | undefined,
      type: string,
      field: string,
      keys: readonly object[],
      below = '',
    ) => {
      const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on ${type} { ${field} ${below} } } }`;
      const variables = { refs: keys.map((key) => ({ __typename: type, ...key })) };
      const envelope = { identity, requestId: 'r', deadline: deadlineIn(5 * SECOND) };
      const { data: found } = (await part?.execute({ query, variables }, envelope)) ?? {};
      const entities = (found?.['_entities'] ?? []) as (Record<string, unknown> | null)[];
      return entities.map((entity) => entity?.[field] ?? null);
    };
    const numbers = ['E-0002', 'E-0003', 'E-0001', '', 'x'].map((number) => ({ number }));
    expect(await refer(hr, 'Employee', 'number', numbers)).toEqual(['E-0002', null, 'E-0001', null, null]);
    const codes = ['N-ICU', 'S-ICU', 'GRP-ADM', 'x'].map((code) => ({ code }));
    expect(await refer(hr, 'Department', 'name', codes)).toEqual([
      'Intensive care, north',
      null,
      'Administration',
      null,
    ]);
    expect(
      await refer(finance, 'CostCenter', 'name', [{ code: 'CC-ICU' }, { code: 'CC-NOWHERE' }, { code: '' }]),
    ).toEqual(['ICU', null, null]);
    const practitioners = ['PR-004', 'PR-014', 'PR-999'].map((number) => ({ number }));
    expect(await refer(hr, 'Practitioner', 'employee', practitioners, '{ number }')).toEqual([
      { number: 'E-0005' },
      null,
      null,
    ]);
    await close();
  });

  it('away leaves the rest of the answer, and says so; it is there again without a restart', async () => {
    proxy.drop();
    const query =
      '{ employees(first: 1) { nodes { number } } costCenters { nodes { code employees { totalCount } } } }';
    const { data: found, errors } = await graph.ask(query);
    expect(found).toEqual({ employees: null, costCenters: { nodes: [{ code: 'CC-ICU', employees: null }] } });
    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['SOR_UNAVAILABLE']));
    proxy.heal();
    expect(await eventually(async () => (await graph.ask(query)).errors.length === 0)).toBe(true);
  });
});
