import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { collectFindings } from '../../platform/findings.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import type { ScimSettings } from '../../platform/scim/types.ts';
import { Secret } from '../../platform/secret.ts';
import { addCrossReferences } from '../../platform/store/cross-references.ts';
import { replaceDuplicates } from '../../platform/store/duplicates.ts';
import { findDuplicates } from '../../platform/store/find-duplicates.ts';
import { listFindings, saveFindings } from '../../platform/store/findings.ts';
import { openStore } from '../../platform/store/owner.ts';
import { SECOND } from '../../platform/time.ts';
import { readCatalogue } from '../../policies/catalogue.ts';
import { startOdooSandbox } from '../../sandbox/odoo/server.ts';
import { startFakeScim } from '../fakes/scim.ts';
import { SMALL_USERS, smallSeed } from '../fixtures/odoo/small-seed.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { storeDirectory } from '../harness/store-directory.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { userOf } from '../scim/people.ts';

const NORTH = encodeId('Facility', 'north-facility');

interface Connection {
  readonly totalCount: number;
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

describe('governance', () => {
  let odoo: OdooServer;
  let graph: Graph;

  beforeAll(async () => {
    odoo = await startSandboxOdoo();
    graph = await startGraph({
      odoo: odoo.settings,
      store: 'embedded',
    });
  }, 60_000);
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
    await odoo?.[Symbol.asyncDispose]();
  });

  const data = async (query: string, asker?: Parameters<Graph['ask']>[1]) => {
    const reply = await graph.ask(query, asker);
    expect(reply.errors).toEqual([]);
    return reply.data as unknown as Record<string, Connection & readonly unknown[]>;
  };

  describe('a facility', () => {
    it('says what each system calls it, without a call to Odoo', async () => {
      graph.forget();
      const { facilities } = await data(
        '{ facilities { code name identifiers { system kind value validFrom validTo } } }',
        { facilities: ['north-facility'] },
      );
      const since = { validFrom: null, validTo: null };
      expect(facilities).toEqual([
        {
          code: 'north-facility',
          name: 'North Facility',
          identifiers: [
            { system: 'billing', kind: 'organization', value: 'urn:caregraph:facility|north-facility', ...since },
            { system: 'hr', kind: 'facilityCode', value: 'north-facility', ...since },
            { system: 'odoo', kind: 'company', value: '1', ...since },
            { system: 'scheduling', kind: 'organization', value: 'urn:caregraph:facility|north-facility', ...since },
          ],
        },
      ]);
      expect(graph.calls).toEqual([]);
    });

    it('is the same one wherever it is reached', async () => {
      const { purchaseOrders } = await data(
        '{ purchaseOrders(first: 3) { nodes { facility { code identifiers(system: "odoo") { value } } } } }',
        { facilities: ['north-facility'] },
      );
      expect(purchaseOrders?.nodes.length).toBeGreaterThan(0);
      for (const { facility } of purchaseOrders?.nodes ?? [])
        expect(facility).toEqual({ code: 'north-facility', identifiers: [{ value: '1' }] });
    });

    it('is found by what a system calls it, by those who may see it', async () => {
      const query =
        '{ crossReferences(type: "Facility", system: "odoo", kind: "company", value: "1") { type id system source } }';
      const { crossReferences } = await data(query);
      expect(crossReferences).toEqual([{ type: 'Facility', id: NORTH, system: 'odoo', source: 'directory' }]);
      expect((await data(query, { facilities: ['south-facility'] }))['crossReferences']).toEqual([]);
      expect((await data(query, { facilities: [] }))['crossReferences']).toEqual([]);
    });

    it('has identifiers that hold on a day', async () => {
      await addCrossReferences(graph.store, [
        {
          entityType: 'Facility',
          entityId: NORTH,
          system: 'legacy',
          kind: 'site',
          localId: 'N1',
          source: 'a steward',
          validFrom: '2020-01-01',
          validTo: '2024-07-01',
        },
      ]);
      const { facility } = await data(
        `{ facility(id: "${NORTH}") {
          now: identifiers(system: "legacy") { value }
          last: identifiers(system: "legacy", on: "2024-06-30") { value validTo }
          after: identifiers(system: "legacy", on: "2024-07-01") { value } } }`,
      );
      expect(facility).toEqual({ now: [], last: [{ value: 'N1', validTo: '2024-07-01' }], after: [] });
    });

    it('keeps its identifiers from callers without the scope, and answers the rest', async () => {
      const { data: answer, errors } = await graph.ask('{ facilities { code identifiers { value } } }', {
        scopes: ['finance:read'],
        facilities: ['north-facility'],
      });
      expect(answer).toEqual({ facilities: [{ code: 'north-facility', identifiers: null }] });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    });
  });

  it('lists likely duplicates, with what agrees and without the values', async () => {
    const found = findDuplicates([
      { id: 's1', facility: null, name: 'Müller & Söhne GmbH', taxNumber: 'DE 123-456' },
      { id: 's2', facility: 'south-facility', name: 'MULLER, SOHNE', taxNumber: 'de123456' },
      { id: 's3', facility: null, name: 'Somebody Else', taxNumber: 'DE999' },
    ]);
    await replaceDuplicates(graph.store, 'Supplier', found);
    const query =
      '{ duplicateCandidates(type: "Supplier") { totalCount nodes { type leftId rightId score reasons foundAt } } }';
    const { duplicateCandidates } = await data(query);
    expect(duplicateCandidates).toMatchObject({
      totalCount: 1,
      nodes: [{ type: 'Supplier', leftId: 's1', rightId: 's2', score: 100, reasons: ['NAME', 'TAX_NUMBER'] }],
    });
    const north = await data(query, { facilities: ['north-facility'] });
    expect(north['duplicateCandidates']).toEqual({ totalCount: 0, nodes: [] });
  });

  it('counts what is wrong with data', async () => {
    const findings = collectFindings();
    for (const field of ['state', 'state', 'billing'])
      findings.record({ source: 'odoo', type: 'PurchaseOrder', field, code: 'UNMAPPED' });
    await saveFindings(graph.store, findings.take());
    const { dataQualityFindings } = await data(
      '{ dataQualityFindings(filter: { source: "odoo", code: [UNMAPPED] }) { totalCount nodes { type field code count firstSeen lastSeen } } }',
    );
    expect(dataQualityFindings?.nodes).toEqual([
      expect.objectContaining({ type: 'PurchaseOrder', field: 'state', code: 'UNMAPPED', count: 2 }),
      expect.objectContaining({ field: 'billing', count: 1 }),
    ]);
  });

  describe('the catalogue', () => {
    const page = async (args: string): Promise<Connection> => {
      const { catalogue } = await data(
        `{ catalogue { fields(${args}) { totalCount nodes { coordinate class owners { system from } subgraphs freshness { class maxAge } description } pageInfo { hasNextPage endCursor } } } }`,
      );
      return (catalogue as unknown as { fields: Connection }).fields;
    };

    it('is the whole graph, page by page', async () => {
      const expected = readCatalogue(supergraphText()).map(({ coordinate }) => coordinate);
      const coordinates: unknown[] = [];
      for (let after = '', more = true; more; ) {
        const { nodes, pageInfo, totalCount } = await page(`first: 200${after}`);
        expect(totalCount).toBe(expected.length);
        coordinates.push(...nodes.map(({ coordinate }) => coordinate));
        more = pageInfo.hasNextPage;
        after = `, after: "${pageInfo.endCursor}"`;
      }
      expect(coordinates).toEqual(expected);
    });

    it('is asked by type, class, owner and subgraph', async () => {
      const { nodes } = await page(
        'filter: { type: ["Supplier"], class: [PII], owner: [ODOO], subgraph: "procurement" }',
      );
      expect(nodes).toEqual(
        ['Supplier.email', 'Supplier.phone'].map((coordinate) => ({
          coordinate,
          class: 'PII',
          owners: [{ system: 'ODOO', from: null }],
          subgraphs: ['procurement'],
          freshness: { class: 'REAL_TIME', maxAge: null },
          description: null,
        })),
      );
      const batch = (await page('filter: { freshness: BATCH, type: ["CrossReference", "Supplier"] }')).nodes;
      expect(batch.map(({ coordinate }) => coordinate)).toContain('Supplier.identifiers');
      expect(batch.map(({ coordinate }) => coordinate)).not.toContain('Supplier.name');
    });

    it('says what its classes mean', async () => {
      const { catalogue } = await data('{ catalogue { classes { class means rank isPersonal } } }');
      const { classes } = catalogue as unknown as { classes: { class: string; rank: number }[] };
      expect(classes.find((one) => one.class === 'PHI_ADMIN')).toMatchObject({ rank: 4, isPersonal: true });
    });

    it('is for those who have the scope', async () => {
      const { data: answer, errors } = await graph.ask('{ catalogue { classes { means } } }', { scopes: [] });
      expect(answer).toEqual({ catalogue: null });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    });
  });
});

describe('a facility that the configuration describes', () => {
  it('has the identifiers that stand there, several of a kind too, and its code in systems of which it says nothing', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'caregraph-config-')), 'config.json');
    const identifiers = [
      { system: 'scheduling', kind: 'location', value: 'Location/7' },
      { system: 'scheduling', kind: 'location', value: 'Location/8' },
      { system: 'hr', kind: 'facilityCode', value: 'N-01' },
    ];
    await writeFile(file, JSON.stringify({ facilities: { north: { odooCompany: 1, identifiers } } }));
    await using odoo = await startSandboxOdoo();
    await using graph = await startGraph({ odoo: odoo.settings, store: 'embedded', env: { CAREGRAPH_CONFIG: file } });
    const { data } = await graph.ask('{ facilities { code identifiers { system kind value } } }');
    const north = { system: 'scheduling', kind: 'organization', value: 'urn:caregraph:facility|north' };
    expect(data).toEqual({
      facilities: [
        {
          code: 'north',
          identifiers: expect.arrayContaining([...identifiers, north, { system: 'odoo', kind: 'company', value: '1' }]),
        },
      ],
    });
    await rm(dirname(file), { recursive: true });
  });
});

describe('what is found while reading', () => {
  const [login, apiKey] = [SMALL_USERS.gateway.login, new Secret(SMALL_USERS.gateway.apiKey)];
  let directory: Awaited<ReturnType<typeof storeDirectory>>;
  let odoo: Awaited<ReturnType<typeof startOdooSandbox>>;
  beforeAll(async () => {
    const seed = smallSeed();
    const orders = (seed.tables['purchase.order'] ?? []).map((row) => ({ ...row, state: 'on hold' }));
    odoo = await startOdooSandbox({ seed: { ...seed, tables: { ...seed.tables, 'purchase.order': orders } } });
  });
  afterAll(() => odoo.stop());
  beforeEach(async () => {
    directory = await storeDirectory();
  });
  afterEach(() => directory.remove());

  /** What the store holds when a product that was asked something has ended. */
  const foundBy = async (query: string, hr?: ScimSettings) => {
    const settings = { url: odoo.url, db: odoo.db, login, apiKey };
    const graph = await startGraph({ odoo: settings, store: directory.settings, ...(hr !== undefined && { hr }) });
    const { data } = await graph.ask(query);
    // A store that is still on its way when the process ends gets nothing.
    await graph.ask('{ dataQualityFindings { totalCount } }');
    await graph[Symbol.asyncDispose]();
    const store = openStore(directory.settings, silentLog());
    const { nodes } = await listFindings(store.ours(), {}, {}, false);
    await store.close();
    return { data, nodes };
  };

  it('is in the store when the process ends', async () => {
    const { data, nodes } = await foundBy('{ purchaseOrders { nodes { state } } }');
    const { nodes: orders = [] } = (data?.['purchaseOrders'] ?? {}) as { nodes?: object[] };
    expect(new Set(orders.map((order) => JSON.stringify(order)))).toEqual(new Set(['{"state":"UNMAPPED"}']));
    expect(nodes).toMatchObject([{ source: 'odoo', type: 'PurchaseOrder', field: 'state', count: orders.length }]);
  });

  it('is there for words of HR too', async () => {
    const people = ['E-01', 'E-02'].map((number) => userOf({ number, facility: 'north-facility', status: 'seconded' }));
    await using hr = await startFakeScim({ users: people });
    const { data, nodes } = await foundBy('{ employees { nodes { employmentStatus } } }', hr.settings);
    expect(data).toEqual({ employees: { nodes: people.map(() => ({ employmentStatus: 'UNMAPPED' })) } });
    expect(nodes).toMatchObject([
      { source: 'hr', type: 'Employee', field: 'employmentStatus', code: 'UNMAPPED', count: people.length },
    ]);
  });
});

describe('a store that is away', () => {
  it('leaves the rest of the answer, and says at its own fields what is wrong', async () => {
    await using odoo = await startSandboxOdoo();
    await using graph = await startGraph({
      odoo: odoo.settings,
      store: { url: new Secret('postgres://nobody@127.0.0.1:1/none'), dir: '', connections: 1, within: SECOND },
    });
    const { data, errors } = await graph.ask(
      '{ facilities { code identifiers { value } } catalogue { classes { rank } } dataQualityFindings { totalCount } }',
      { facilities: ['north-facility'] },
    );
    expect(data).toMatchObject({
      facilities: [{ code: 'north-facility', identifiers: null }],
      catalogue: { classes: expect.arrayContaining([{ rank: 0 }]) },
      dataQualityFindings: null,
    });
    expect(errors.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      expect.arrayContaining([
        [['facilities', 0, 'identifiers'], 'SOR_UNAVAILABLE'],
        [['dataQualityFindings'], 'SOR_UNAVAILABLE'],
      ]),
    );
  });
});
