import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../platform/root.ts';
import { startFhirSandbox, type FhirSandbox } from '../../sandbox/fhir/server.ts';
import type { Resource } from '../../sandbox/fhir/resource.ts';
import { composeProduct } from '../../scripts/compose.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { fleet } from '../fixtures/fleet/index.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';

/** What the one line of subgraphs/index.ts would make of it. */
const withFleet = [...subgraphs, fleet] as const;

const [NORTH, SOUTH] = ['north-facility', 'south-facility'];

const at = { versionId: '1', lastUpdated: '2026-10-01T08:00:00.000Z' };
const identified = (kind: string, value: string) => [{ system: `urn:caregraph:${kind}`, value }];

const facility = (code: string): readonly Resource[] => [
  { resourceType: 'Organization', id: code, meta: at, identifier: identified('facility', code), name: code },
  ...[1, 2, 3].map(
    (number): Resource => ({
      resourceType: 'Location',
      id: `${code}-${number}`,
      meta: at,
      identifier: identified('plate', `${code.toUpperCase()}-${number}`),
      name: `Ambulance ${number} of ${code}`,
      type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MOBL' }] }],
      managingOrganization: { reference: `Organization/${code}` },
    }),
  ),
  // A place that does not move is none of the domain's.
  {
    resourceType: 'Location',
    id: `${code}-yard`,
    meta: at,
    name: 'Yard',
    managingOrganization: { reference: `Organization/${code}` },
  },
];

interface Vehicles {
  readonly nodes: readonly {
    readonly id: string;
    readonly plate: string;
    readonly facility: { readonly code: string };
  }[];
}

describe('a further domain, of one folder and one line', () => {
  let odoo: OdooServer;
  let platform: FhirSandbox;
  let graph: Graph;

  beforeAll(async () => {
    const seed = { fingerprint: 'fleet/1', resources: [NORTH, SOUTH].flatMap(facility) };
    [odoo, platform] = await Promise.all([
      startSandboxOdoo(),
      startFhirSandbox({ domain: 'scheduling', seed, token: 'test-token' }),
    ]);
    const { supergraphSdl } = composeProduct(withFleet);
    graph = await startGraph({
      odoo: odoo.settings,
      scheduling: platform.url,
      env: { FHIR_SCHEDULING_TOKEN: 'test-token' },
      parts: { subgraphs: withFleet, supergraphSdl },
    });
  }, 60_000);
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
    await platform?.stop();
    await odoo?.[Symbol.asyncDispose]();
  });

  const data = async (query: string, facilities: readonly string[]) => {
    const reply = await graph.ask(query, { facilities });
    expect(reply.errors).toEqual([]);
    return reply.data as Readonly<Record<string, unknown>>;
  };
  const LIST = '{ vehicles { totalCount nodes { id plate facility { code } } } }';
  const plates = (code: string): readonly string[] => [1, 2, 3].map((number) => `${code.toUpperCase()}-${number}`);

  it('has the files that every other has', () => {
    const filesOf = (...path: string[]) => readdirSync(join(ROOT, ...path)).toSorted();
    expect(filesOf('test', 'fixtures', 'fleet')).toEqual(filesOf('subgraphs', 'scheduling'));
  });

  it('is linted like any other', () => {
    const sdl = fleet.sdl.replace(/(type Vehicle .*\n.*) @classification\(class: INTERNAL\)/, '$1');
    const careless = { name: 'fleet', sdl };
    expect(careless.sdl).not.toBe(fleet.sdl);
    expect(() => composeProduct([...subgraphs, careless])).toThrow(/Vehicle\.plate/);
  });

  it('answers the rows of the caller, and no others', async () => {
    for (const facilities of [[NORTH], [SOUTH], [NORTH, SOUTH]]) {
      const { nodes } = (await data(LIST, facilities))['vehicles'] as Vehicles;
      expect(nodes.map(({ plate }) => plate).toSorted()).toEqual(facilities.flatMap(plates).toSorted());
    }
    expect((await data(LIST, []))['vehicles']).toEqual({ totalCount: 0, nodes: [] });
    const [foreign] = ((await data(LIST, [SOUTH]))['vehicles'] as Vehicles).nodes;
    expect(await data(`{ vehicle(id: "${foreign?.id}") { plate } }`, [NORTH])).toEqual({ vehicle: null });
    expect(await data(`{ vehicle(id: "${foreign?.id}") { plate } }`, [SOUTH])).toEqual({
      vehicle: { plate: foreign?.plate },
    });
  });

  it('is joined to what the other domains say of a facility, in both directions', async () => {
    const { facilities } = await data(
      '{ facilities { code vehicles(first: 1) { totalCount nodes { plate facility { name openOrders(first: 1) { nodes { number } } } } } } }',
      [NORTH],
    );
    expect(facilities).toEqual([
      {
        code: NORTH,
        vehicles: {
          totalCount: 3,
          nodes: [
            {
              plate: 'NORTH-FACILITY-1',
              facility: { name: 'North Facility', openOrders: { nodes: [{ number: expect.any(String) }] } },
            },
          ],
        },
      },
    ]);
  });

  it('is guarded by its scopes, at the gateway and by itself', async () => {
    const { data: found, errors } = await graph.ask(LIST, { facilities: [NORTH], scopes: ['finance:read'] });
    expect(found?.['vehicles']).toBeNull();
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  it('is in the catalogue of the graph', async () => {
    const { catalogue } = await data(
      '{ catalogue { fields(filter: { type: ["Vehicle"] }) { nodes { coordinate class owners { system } subgraphs } } } }',
      [NORTH],
    );
    expect((catalogue as { fields: { nodes: unknown[] } }).fields.nodes).toContainEqual({
      coordinate: 'Vehicle.plate',
      class: 'INTERNAL',
      owners: [{ system: 'SCHEDULING' }],
      subgraphs: ['fleet'],
    });
  });

  it('has its owner in its health', async () => {
    const { dependencies } = (await (await fetch(`${graph.url}/readyz`)).json()) as {
      dependencies: readonly { readonly name: string; readonly dependencies?: unknown }[];
    };
    expect(dependencies).toContainEqual({
      name: 'fleet',
      status: 'ok',
      dependencies: [{ name: 'scheduling', status: 'ok' }],
    });
  });
});
