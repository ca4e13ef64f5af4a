import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, isEnumType } from 'graphql';
import { loadConfig } from '../../platform/config.ts';
import { encodeId } from '../../platform/ids.ts';
import { Secret } from '../../platform/secret.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { mappingsOf } from '../../subgraphs/mappings.ts';
import { SMALL_USERS } from '../fixtures/odoo/small-seed.ts';
import { type Graph, startGraph } from '../harness/graph.ts';
import { type IdentitySystems, startIdentitySystems, startKeeper } from '../harness/identity-systems.ts';
import { type StoreDirectory, storeDirectory } from '../harness/store-directory.ts';

const createInvoice = async ({ odoo }: IdentitySystems, values: object): Promise<void> => {
  const response = await fetch(`${odoo.url}/json/2/account.move/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SMALL_USERS.admin.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ vals_list: [values], context: { allowed_company_ids: [1] } }),
  });
  if (!response.ok) throw new Error(`Odoo answered ${response.status}: ${await response.text()}`);
};

interface Identifier {
  readonly system: string;
  readonly kind: string;
  readonly value: string;
  readonly checkedAt: string;
}

describe('what the worker has found', () => {
  let systems: IdentitySystems;
  let directory: StoreDirectory;
  let graph: Graph;
  const began = new Date().toISOString();

  beforeAll(async () => {
    [systems, directory] = await Promise.all([startIdentitySystems(), storeDirectory()]);
    const keeper = await startKeeper(systems, directory.settings);
    await keeper.run();
    await keeper[Symbol.asyncDispose]();
    const { odoo, hr } = loadConfig(systems.env);
    const [none, noKey] = ['', new Secret('')];
    graph = await startGraph({
      odoo: { ...odoo, url: odoo.url ?? none, db: odoo.db ?? none, apiKey: odoo.apiKey ?? noKey },
      hr: { url: hr.scimUrl ?? none, token: hr.scimToken ?? noKey },
      scheduling: systems.scheduling.url,
      billing: systems.billing.url,
      store: directory.settings,
      env: systems.env,
    });
  }, 60_000);
  afterAll(async () => {
    await graph?.[Symbol.asyncDispose]();
    await systems?.[Symbol.asyncDispose]();
    await directory?.remove();
  });

  const data = async <T>(query: string, asker?: Parameters<Graph['ask']>[1]): Promise<T> => {
    const reply = await graph.ask(query, asker);
    expect(reply.errors).toEqual([]);
    return reply.data as T;
  };
  const values = (identifiers: readonly Identifier[] | undefined) =>
    (identifiers ?? []).map(({ system, kind, value }) => `${system} ${kind} ${value}`);

  it('stands at people, payers and suppliers, with its age', async () => {
    const page = '{ nodes { identifiers { system kind value checkedAt } } }';
    const found = await data<Record<string, { nodes: { identifiers: Identifier[] }[] }>>(
      `{ practitioners(filter: { number: { eq: "PR-004" } }) ${page}
         employees(filter: { number: { eq: "E-0005" } }) ${page}
         payers(filter: { code: { eq: "PAY-001" } }) ${page}
         suppliers(filter: { code: { eq: "SUP-1" } }) ${page} }`,
    );
    const of = (list: string) => found[list]?.nodes[0]?.identifiers;
    expect(values(of('practitioners'))).toEqual([
      'hr employeeNumber E-0005',
      'scheduling number PR-004',
      'scheduling practitioner pra-4',
    ]);
    expect(values(of('employees'))[0]).toBe('hr number E-0005');
    expect(values(of('payers')).slice(0, 2)).toEqual(['billing number PAY-001', 'billing organization pay-1']);
    expect(values(of('payers'))[2]).toMatch(/^odoo partner \d+$/);
    expect(values(of('suppliers'))[0]).toBe('odoo number SUP-1');
    for (const { checkedAt } of of('practitioners') ?? []) {
      expect(checkedAt >= began).toBe(true);
      expect(checkedAt <= new Date().toISOString()).toBe(true);
    }
  });

  it('costs no call to any owner but for the rows, however many there are', async () => {
    graph.forget();
    await data('{ practitioners { nodes { number identifiers { value } } } }');
    expect(graph.schedulingCalls).toHaveLength(1);
    expect([graph.calls, graph.hrCalls, graph.billingCalls]).toEqual([[], [], []]);
  });

  it('is asked for a thing by type and id, and the other way round by what a system calls it', async () => {
    const id = encodeId('Patient', 'two');
    const query = `{ identifiersOf(type: "Patient", id: "${id}") { system kind value checkedAt }
      crossReferences(type: "Patient", system: "billing", kind: "patient", value: "b-two") { id source checkedAt } }`;
    const found = await data<{ identifiersOf: Identifier[]; crossReferences: object[] }>(query);
    expect(values(found.identifiersOf)).toEqual([
      'billing patient b-two',
      'scheduling number PT-2',
      'scheduling patient two',
    ]);
    expect(found.crossReferences).toEqual([{ id, source: 'identities', checkedAt: expect.stringMatching(/^20.*Z$/) }]);
    // The record is of the south.
    expect(await data(query, { facilities: ['north-facility'] })).toEqual({ identifiersOf: [], crossReferences: [] });
  });

  it('shows nobody a part that is of another facility', async () => {
    const query =
      '{ practitioners(filter: { number: { eq: "PR-004" } }) { nodes { identifiers { system kind value } } } }';
    const found = await data<{ practitioners: { nodes: { identifiers: Identifier[] }[] } }>(query, {
      facilities: ['south-facility'],
    });
    expect(values(found.practitioners.nodes[0]?.identifiers)).toEqual([
      'scheduling number PR-004',
      'scheduling practitioner pra-4',
    ]);
  });

  it('joins payers to the ledger, in one call for all of them', async () => {
    const { payers: before } = await data<{ payers: { nodes: { identifiers: Identifier[] }[] } }>(
      '{ payers(filter: { code: { eq: "PAY-001" } }) { nodes { identifiers(system: "odoo") { system kind value } } } }',
    );
    const partner = Number(before.nodes[0]?.identifiers[0]?.value);
    await createInvoice(systems, { move_type: 'out_invoice', partner_id: partner, ref: 'CLM-1', company_id: 1 });
    const query = '{ payers { nodes { code customerInvoices { totalCount nodes { reference } } } } }';
    graph.forget();
    const found = await data<{ payers: { nodes: object[] } }>(query);
    expect(found.payers.nodes).toEqual([
      { code: 'PAY-001', customerInvoices: { totalCount: 1, nodes: [{ reference: 'CLM-1' }] } },
      { code: 'PAY-002', customerInvoices: null },
    ]);
    expect(graph.calls).toHaveLength(1);
    const south = await data<{ payers: { nodes: object[] } }>(query, { facilities: ['south-facility'] });
    expect(south.payers.nodes[0]).toEqual({ code: 'PAY-001', customerInvoices: { totalCount: 0, nodes: [] } });
  });

  it('is for those who have the scope', async () => {
    const { data: answer, errors } = await graph.ask('{ practitioners { nodes { number identifiers { value } } } }', {
      scopes: ['scheduling:read'],
    });
    expect(answer).toMatchObject({
      practitioners: { nodes: expect.arrayContaining([{ number: 'PR-004', identifiers: null }]) },
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  it('lists what may be there twice, and what systems contradict each other in', async () => {
    const found = await data<Record<string, { nodes: object[] }>>(
      `{ duplicateCandidates(type: "Patient") { nodes { reasons checkedAt } }
         dataQualityFindings(filter: { type: "Patient" }) { nodes { source field code count standing } } }`,
    );
    expect(found['duplicateCandidates']?.nodes).toEqual([
      { reasons: ['NAME', 'BIRTH_DATE'], checkedAt: expect.stringMatching(/^20.*Z$/) },
    ]);
    expect(found['dataQualityFindings']?.nodes).toEqual(
      expect.arrayContaining([
        { source: 'billing', field: 'number', code: 'DANGLING', count: 1, standing: true },
        { source: 'billing', field: 'facility', code: 'CONTRADICTED', count: 1, standing: true },
      ]),
    );
  });

  it('says by which tables words become those of enums', async () => {
    const { mappings } = await data<{ mappings: readonly object[] }>(
      '{ mappings(type: "Employee") { system name version enum usedFor entries { source canonical } } }',
    );
    expect(mappings).toEqual([
      expect.objectContaining({
        system: 'HR',
        name: 'scim.employmentStatus',
        version: 1,
        enum: 'EmploymentStatus',
        usedFor: ['Employee.employmentStatus'],
        entries: expect.arrayContaining([{ source: 'on-leave', canonical: 'ON_LEAVE' }]),
      }),
    ]);
  });
});

/** Odoo says by two columns what kind an item is; and a code of findings is a word of our own. */
const WITHOUT_TABLE = new Set(['ItemKind', 'DataQualityCode']);

describe('the mapping tables', () => {
  const mappings = mappingsOf(subgraphs);

  it('are there for every enum that can be UNMAPPED, and lead to values it has', () => {
    const enums = new Map<string, ReadonlySet<string>>();
    for (const { sdl } of subgraphs)
      for (const type of Object.values(buildSchema(sdl, { assumeValidSDL: true }).getTypeMap()))
        if (isEnumType(type) && type.getValue('UNMAPPED') && !WITHOUT_TABLE.has(type.name))
          enums.set(type.name, new Set(type.getValues().map(({ name }) => name)));
    expect([...enums.keys()].filter((name) => !mappings.some((one) => one.enum === name))).toEqual([]);
    expect(enums.size).toBeGreaterThan(20);
    const strange = mappings.flatMap((one) =>
      one.entries
        .filter(({ canonical }) => !enums.get(one.enum)?.has(canonical))
        .map(({ canonical }) => [one.enum, canonical]),
    );
    expect(strange).toEqual([]);
  });

  it('are told apart by system, name, version and enum', () => {
    const keys = mappings.map(({ system, name, version, enum: type }) => [system, name, version, type].join(' '));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
