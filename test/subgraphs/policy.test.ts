import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  parse,
} from 'graphql';
import { createIdentity } from '../../platform/identity.ts';
import { silentLog } from '../../platform/log.ts';
import type { ExecutableSubgraph } from '../../platform/subgraph.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { sightOf } from '../../policies/audiences.ts';
import { readCatalogue } from '../../policies/catalogue.ts';
import { createMaskKeys } from '../../policies/mask-keys.ts';
import { rulesFromSchema } from '../../policies/from-schema.ts';
import { SCOPES } from '../../policies/scopes.ts';
import type { Subgraph } from '../../subgraphs/define-subgraph.ts';
import { executable } from '../../subgraphs/execute.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import type { FakeFhir } from '../fakes/fhir.ts';
import { startBillingOffice } from '../harness/billing-office.ts';
import { startClinic } from '../harness/clinic.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { type ScimServer, startSandboxScim } from '../harness/scim-servers.ts';
import { openTestOwners, supergraphText } from '../harness/test-owners.ts';
import { neededArgs } from '../harness/walk-schema.ts';

const CLASSES = new Map(readCatalogue(supergraphText()).map(({ coordinate, classes }) => [coordinate, classes[0]]));

const BOTH = ['north-facility', 'south-facility'];

interface Caller {
  readonly scopes?: readonly string[];
  readonly facilities?: readonly string[];
  readonly audience?: string;
  readonly purpose?: string;
}

/** Types a reference can name and that are listed by the same subgraph, so that an id of one can be had. */
const listedEntities = ({ schema }: Subgraph): readonly { readonly type: GraphQLObjectType; readonly list: string }[] =>
  Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
    const connection = getNamedType(field.type);
    if (!isObjectType(connection) || !connection.name.endsWith('Connection')) return [];
    if (field.args.some(isRequiredArgument)) return [];
    const type = getNamedType(connection.getFields()['nodes']?.type);
    const entities = schema.getType('_Entity');
    const isEntity = isObjectType(type) && isUnionType(entities) && entities.getTypes().includes(type);
    return isEntity && 'id' in type.getFields() ? [{ type, list: field.name }] : [];
  });

/** A selection of one field that asks as little as can be. */
const leafOf = (type: GraphQLObjectType, name: string): string => {
  const field = type.getFields()[name];
  const called = `${name}${field === undefined ? '' : neededArgs(field)}`;
  return isLeafType(getNamedType(field?.type)) ? called : `${called} { __typename }`;
};

describe.each(subgraphs)('the $name subgraph, asked directly', (subgraph) => {
  let odoo: OdooServer;
  let hr: ScimServer;
  let clinic: FakeFhir;
  let office: FakeFhir;
  let opened: Awaited<ReturnType<typeof openTestOwners>>;
  let part: ExecutableSubgraph;

  beforeAll(async () => {
    [odoo, hr, clinic, office] = await Promise.all([
      startSandboxOdoo(),
      startSandboxScim(),
      startClinic(BOTH),
      startBillingOffice(BOTH),
    ]);
    opened = await openTestOwners([subgraph], odoo.settings, hr.settings, clinic.url, office.url);
    part = executable(subgraph, { owners: opened.owners, log: silentLog() });
  });
  afterAll(async () => {
    await opened.close();
    await odoo[Symbol.asyncDispose]();
    await hr[Symbol.asyncDispose]();
    await clinic.stop();
    await office.stop();
  });

  const ask = (
    query: string,
    { scopes = Object.keys(SCOPES), facilities = BOTH, audience = 'internal', purpose = 'operations' }: Caller = {},
    variables = {},
  ) =>
    part.execute(
      { query, variables },
      {
        identity: createIdentity({
          audience,
          purpose,
          subject: 's',
          client: 'c',
          scopes,
          facilities,
        }),
        requestId: 'r',
        deadline: deadlineIn(10 * SECOND),
      },
    );

  const idsOf = async (list: string, caller?: Caller): Promise<string[]> => {
    const { data } = await ask(`{ ${list}(first: 100) { nodes { id } } }`, caller);
    return (data?.[list] as { nodes: { id: string }[] } | null)?.nodes.map(({ id }) => id) ?? [];
  };

  const refer = (type: GraphQLObjectType, id: string, fields: string, caller?: Caller) =>
    ask(`query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on ${type.name} { ${fields} } } }`, caller, {
      refs: [{ __typename: type.name, id }],
    });

  for (const { type, list } of listedEntities(subgraph))
    describe(type.name, () => {
      it('gives no field away through _entities to a caller without scopes', async () => {
        const [id] = await idsOf(list);
        if (id === undefined) return;
        for (const name of Object.keys(type.getFields())) {
          const { data, errors } = await refer(type, id, leafOf(type, name), { scopes: [] });
          const [entity] = (data?.['_entities'] ?? [null]) as (Record<string, unknown> | null)[];
          expect([name, entity?.[name] ?? null]).toEqual([name, null]);
          expect(errors?.map(({ extensions }) => extensions?.['code'])).toContain('UNAUTHORIZED_FIELD_OR_TYPE');
        }
      });

      it('resolves a reference to a record of the caller, and takes one of another facility for missing', async () => {
        const [all, north] = [await idsOf(list), await idsOf(list, { facilities: ['north-facility'] })];
        const mine = north[0];
        const foreign = all.find((id) => !north.includes(id));
        if (mine !== undefined)
          expect((await refer(type, mine, 'id', { facilities: ['north-facility'] })).data).toEqual({
            _entities: [{ id: mine }],
          });
        if (foreign !== undefined)
          expect((await refer(type, foreign, 'id', { facilities: ['north-facility'] })).data).toEqual({
            _entities: [null],
          });
      });

      it('masks by reference what it masks in a list', async () => {
        const support = { purpose: 'support' };
        const fields = Object.values(type.getFields())
          .filter((field) => isLeafType(getNamedType(field.type)))
          .map(({ name }) => name)
          .join(' ');
        const listed = await ask(`{ ${list}(first: 1) { nodes { ${fields} } } }`, support);
        const [row] = (listed.data?.[list] as { nodes: { id: string }[] } | undefined)?.nodes ?? [];
        if (row === undefined) return;
        expect((await refer(type, row.id, fields, support)).data).toEqual({ _entities: [row] });
      });

      it('takes a reference to what the caller may see nothing of for one to a missing record', async () => {
        const [id] = await idsOf(list);
        const stranger = { audience: 'supplier', purpose: 'operations' };
        const ofClass = CLASSES.get(`${type.name}.id`) ?? '';
        if (id === undefined || sightOf(ofClass, stranger.audience, stranger.purpose) !== 'removed') return;
        expect(await refer(type, id, 'id', stranger)).toEqual({ data: { _entities: [null] } });
        // Or it is not in the contract at all.
        const { data } = await ask(`{ ${list}(first: 1) { nodes { id } } }`, stranger);
        expect(data?.[list] ?? null).toBeNull();
      });

      it('takes an id that is none for a missing record', async () => {
        for (const id of [
          '',
          'nonsense',
          'UHVyY2hhc2VPcmRlcjox ',
          Buffer.from(`${type.name}:999999999`).toString('base64url'),
          Buffer.from(`${type.name}:99999999999`).toString('base64url'),
        ]) {
          const { data, errors } = await refer(type, id, 'id');
          expect([id, data, errors]).toEqual([id, { _entities: [null] }, undefined]);
        }
      });
    });

  it('shows nothing to a caller without a facility', async () => {
    for (const { list } of listedEntities(subgraph))
      expect([list, await idsOf(list, { facilities: [] })]).toEqual([list, []]);
  });

  it('shows nothing to a caller of a facility that does not exist', async () => {
    for (const { list } of listedEntities(subgraph))
      expect([list, await idsOf(list, { facilities: ['*', 'nowhere', 'NORTH-FACILITY'] })]).toEqual([list, []]);
  });

  it('runs without masks for who sees everything, and with one set of them for who sees alike', () => {
    const [keys, others] = [createMaskKeys(), createMaskKeys()];
    const schemaFor = (audience: string, purpose: string) => subgraph.schemaFor({ audience, purpose }, keys);
    expect(schemaFor('internal', 'payroll')).toBe(subgraph.schema);
    expect(schemaFor('internal', 'support')).toBe(schemaFor('internal', 'reporting'));
    expect(schemaFor('operator', 'audit')).toBe(schemaFor('operator', 'audit'));
    expect(schemaFor('nobody', 'payroll')).not.toBe(subgraph.schema);
    expect(subgraph.schemaFor({ audience: 'nobody', purpose: '' }, others)).not.toBe(schemaFor('nobody', ''));
  });

  it('has a rule for every type it has', () => {
    const types = Object.values(subgraph.schema.getTypeMap()).filter(
      (type) => isObjectType(type) && !type.name.startsWith('__'),
    );
    const ruled = Object.keys(rulesFromSchema(parse(subgraph.sdl)).tree);
    expect(ruled).toEqual(expect.arrayContaining(types.map(({ name }) => name)));
  });
});
