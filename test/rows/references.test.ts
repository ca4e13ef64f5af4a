import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isUnionType } from 'graphql';
import { createIdentity, type Party } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import type { ExecutableSubgraph } from '../../platform/subgraph.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { executable } from '../../subgraphs/execute.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import type { FakeFhir } from '../fakes/fhir.ts';
import { startBillingOffice } from '../harness/billing-office.ts';
import { SMALL_FACILITIES, startClinic } from '../harness/clinic.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { rootFields } from '../harness/row-sets.ts';
import { type ScimServer, startSandboxScim } from '../harness/scim-servers.ts';
import { openTestOwners } from '../harness/test-owners.ts';

const PARTIES: readonly Party[] = [
  { kind: 'supplier', id: encodeId('Supplier', 9) },
  { kind: 'payer', id: encodeId('Payer', 'payer-3') },
];

/** Lists of each subgraph whose rows a reference can name, and the other keys by which it can. */
const referred = subgraphs.flatMap(({ name, schema, connector }) => {
  const { lists } = rootFields(schema);
  const union = schema.getType('_Entity');
  const named = isUnionType(union) ? union.getTypes() : [];
  const entities = lists.filter(
    ({ row, field }) =>
      named.includes(row) && 'id' in row.getFields() && field.args.every(({ name: arg }) => arg !== 'facility'),
  );
  const isFhir = connector.billing !== undefined || connector.scheduling !== undefined;
  return entities
    .filter(({ isPaged }) => isPaged)
    .map((list) => ({
      subgraph: name,
      list,
      keys: ['id', ...(isFhir ? ['number', 'code'].filter((key) => key in list.row.getFields()) : [])],
    }));
});

describe('a reference that a party makes', () => {
  let odoo: OdooServer;
  let hr: ScimServer;
  let clinic: FakeFhir;
  let office: FakeFhir;
  let opened: Awaited<ReturnType<typeof openTestOwners>>;
  let parts: ReadonlyMap<string, ExecutableSubgraph>;

  beforeAll(async () => {
    [odoo, hr] = [await startSandboxOdoo(), await startSandboxScim()];
    [clinic, office] = [await startClinic(SMALL_FACILITIES), await startBillingOffice(SMALL_FACILITIES)];
    opened = await openTestOwners(subgraphs, odoo.settings, hr.settings, clinic.url, office.url);
    const made = subgraphs.map((subgraph) => executable(subgraph, { owners: opened.owners, log: silentLog() }));
    parts = new Map(made.map((part) => [part.name, part]));
  }, 60_000);
  afterAll(async () => {
    await opened.close();
    await odoo[Symbol.asyncDispose]();
    await hr[Symbol.asyncDispose]();
    await clinic.stop();
    await office.stop();
  });

  const ask = async (subgraph: string, query: string, party?: Party, variables = {}) => {
    const facts = { subject: 's', client: 'c', audience: 'internal', purpose: 'operations' };
    const identity = createIdentity({
      ...facts,
      scopes: Object.keys(SCOPES),
      facilities: SMALL_FACILITIES,
      ...(party === undefined ? {} : { party }),
    });
    const answer = await parts
      .get(subgraph)
      ?.execute({ query, variables }, { identity, requestId: 'r', deadline: deadlineIn(10 * SECOND) });
    expect([query, answer?.errors]).toEqual([query, undefined]);
    return answer?.data as Readonly<Record<string, unknown>>;
  };

  type Keys = Readonly<Record<string, string | null>>;
  let resolved = 0;

  it.each(referred.map((each) => [`${each.subgraph} ${each.list.row.name}`, each] as const))(
    '%s: leads to what is its own, and to nothing else',
    async (_, { subgraph, list, keys }) => {
      const type = list.row.name;
      const rowsOf = async (party?: Party) => {
        const data = await ask(subgraph, `{ ${list.name}(first: 100) { nodes { ${keys.join(' ')} } } }`, party);
        return (data[list.name] as { readonly nodes: readonly Keys[] }).nodes;
      };
      const all = await rowsOf();
      for (const party of PARTIES) {
        const own = new Set((await rowsOf(party)).map(({ id }) => id));
        const some = [
          ...all.filter(({ id }) => own.has(id)).slice(0, 2),
          ...all.filter(({ id }) => !own.has(id)).slice(0, 3),
        ];
        for (const key of keys) {
          const named = some.filter((row) => row[key] !== null);
          const data = await ask(
            subgraph,
            `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on ${type} { id } } }`,
            party,
            { refs: named.map((row) => ({ __typename: type, [key]: row[key] })) },
          );
          expect([party.kind, key, data['_entities']]).toEqual([
            party.kind,
            key,
            named.map(({ id }) => (own.has(id) ? { id } : null)),
          ]);
          resolved += named.filter(({ id }) => own.has(id)).length;
        }
      }
    },
  );

  it('was made to some of its own', () => {
    expect(resolved).toBeGreaterThan(20);
  });
});
