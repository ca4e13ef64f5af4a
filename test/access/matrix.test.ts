import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import { encodeId } from '../../platform/ids.ts';
import { readAccessGraph } from '../../policies/access/access-graph.ts';
import { ALL_SCOPES } from '../../policies/access/access-matrix.ts';
import { accessTo, type FieldGuard, fieldGuards, guardAt } from '../../policies/access/field-access.ts';
import { AUDIENCES, type AudienceName } from '../../policies/audiences.ts';
import { type Client, registeredClients } from '../../policies/clients.ts';
import { identityOf } from '../../policies/identity-of.ts';
import { loadConfig } from '../../platform/config.ts';
import { everyField, everyMutation, type FieldPlace, type FieldsQuery } from '../harness/every-field.ts';
import { type Graph, type Reply, startGraph } from '../harness/graph.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { supergraphText } from '../harness/test-owners.ts';

/** One client of each audience, and what it asks for. */
const CLIENTS: readonly (readonly [client: string, purpose: string])[] = [
  ['explorer', 'operations'],
  ['operations-console', 'audit'],
  ['supplier-portal', 'operations'],
  ['payer-portal', 'payment'],
  ['report-app', 'reporting'],
];

const GIVEN = {
  id: JSON.stringify(encodeId('Facility', 'north-facility')),
  facility: JSON.stringify(encodeId('Facility', 'north-facility')),
  type: '"Facility"',
  of: 'PATIENT',
  system: '"odoo"',
  kind: '"company"',
  value: '"1"',
  number: '"none"',
  code: '"none"',
  from: '"2026-01-01"',
  to: '"2026-11-01"',
  coordinate: '"Employee.name"',
  document: '"{ __typename }"',
};

/** What each mutation can be given without harm. */
const INPUTS = {
  revokeAccess:
    '{ what: TOKEN, issuer: "https://nobody.invalid", value: "x", reason: "to see who may", idempotencyKey: "k" }',
  requestEmergencyAccess:
    '{ reason: "to see who may", scopes: ["no:scope"], facilities: [], minutes: 1, idempotencyKey: "k" }',
  decideEmergencyAccess: '{ id: "none", approve: false }',
  endEmergencyAccess: '{ id: "none" }',
  reviewEmergencyAccess: '{ id: "none", review: "none" }',
};

const access = readAccessGraph(supergraphText());

let odoo: OdooServer;
let graph: Graph;

beforeAll(async () => {
  odoo = await startSandboxOdoo();
  graph = await startGraph({ odoo: odoo.settings, store: 'embedded' });
}, 60_000);
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await odoo[Symbol.asyncDispose]();
});

interface Role {
  readonly client: string;
  readonly purpose: string;
  readonly scopes: readonly string[];
}

const known = registeredClients(loadConfig({}));
const clientOf = ({ client }: Role): Client => known.get(client) as Client;

const documentsIn = (schema: GraphQLSchema): readonly FieldsQuery[] => [
  ...everyField(schema, GIVEN),
  ...everyMutation(schema, INPUTS),
];

/** For each audience what its clients may ask for. */
const documents = new Map<AudienceName, readonly FieldsQuery[]>();
const documentsOf = (role: Role): readonly FieldsQuery[] => {
  const { audience } = clientOf(role);
  const made = documents.get(audience) ?? documentsIn(access.schemaFor(audience) as GraphQLSchema);
  documents.set(audience, made);
  return made;
};

/** What the matrix says of each place: refused, masked, or as it is; nothing is told of what lies below a refusal. */
const expected = (role: Role, places: readonly FieldPlace[]) => {
  const identity = identityOf(clientOf(role), { subject: 'x', scopes: role.scopes, facilities: [] }, role.purpose);
  const denied = new Set<string>();
  const masked = new Set<string>();
  for (const { coordinate, path, through } of places)
    for (const step of [...through, { coordinate, path }]) {
      const { verdict, mask } = accessTo(access, guardAt(access, step.coordinate) as FieldGuard, identity);
      expect([step.coordinate, verdict]).not.toEqual([step.coordinate, 'ABSENT']);
      if (verdict === 'DENIED') denied.add(step.path.join('.'));
      if (mask !== null) masked.add(`${step.path.join('.')} ${mask}`);
      if (verdict === 'DENIED' || mask === 'REMOVED') break;
    }
  return { denied: [...denied].toSorted(), masked: [...masked].toSorted() };
};

const REFUSALS = ['UNAUTHORIZED_FIELD_OR_TYPE', 'MASKED_ARGUMENT', 'FORBIDDEN'];

/** Of whoever may ask, about what was given. Revoking takes gateways that hear of it, which there are none of here. */
const OF_VALUES = ['BAD_USER_INPUT', 'NOT_FOUND', 'SOR_UNAVAILABLE'];

/** What the product says of them. An argument that is about masked values is another matter than the field. */
const told = ({ errors, extensions }: Reply) => {
  const refused = errors.filter(({ extensions: { code } }) => code === 'UNAUTHORIZED_FIELD_OR_TYPE');
  const masked = (extensions?.['masked'] ?? []) as readonly { path: readonly string[]; as: string }[];
  const isStrange = ({ extensions: { code } }: Reply['errors'][number]) => ![...REFUSALS, ...OF_VALUES].includes(code);
  return {
    denied: [...new Set(refused.map(({ path = [] }) => path.join('.')))].toSorted(),
    masked: masked.map(({ path, as }) => `${path.join('.')} ${as}`).toSorted(),
    strange: errors.filter(isStrange),
  };
};

const check = async (role: Role, facilities: readonly string[]): Promise<void> => {
  for (const { query, places } of documentsOf(role)) {
    const reply = await graph.ask(query, { ...role, facilities });
    const { strange, ...found } = told(reply);
    const argued = new Set(reply.errors.filter(isAboutArguments).map(({ path = [] }) => path.join('.')));
    const asked = places.filter(({ path, through }) =>
      [...through, { path }].every((step) => !argued.has(step.path.join('.'))),
    );
    const { denied, masked } = expected(role, asked);
    expect([role, strange]).toEqual([role, []]);
    expect([role, found.denied]).toEqual([role, denied]);
    // Partners are not told, and of what is refused as a whole nothing is seen.
    const isTold = AUDIENCES[clientOf(role).audience].isToldWhy && reply.data != null;
    expect([role, found.masked]).toEqual([role, isTold ? masked : []]);
  }
};

const isAboutArguments = ({ extensions }: Reply['errors'][number]): boolean => extensions.code === 'MASKED_ARGUMENT';

describe('the access matrix', () => {
  it('has every field that can be asked for', () => {
    const reached = new Set(
      documentsIn(access.schema).flatMap(({ places }) => places.map(({ coordinate }) => coordinate)),
    );
    const missing = fieldGuards(access).filter(({ coordinate }) => !reached.has(coordinate));
    expect(missing.map(({ coordinate }) => coordinate)).toEqual([]);
  });

  it.each(CLIENTS)('is what %s sees for %s, with every scope', async (client, purpose) => {
    await check({ client, purpose, scopes: ALL_SCOPES }, graph.facilities);
  });

  it.each([
    ['explorer', 'payroll'],
    ['explorer', 'support'],
  ])('is what %s sees for %s as well', async (client, purpose) => {
    await check({ client, purpose, scopes: ALL_SCOPES }, []);
  });

  it.each(CLIENTS)('is what %s sees for %s, with no scope and with each', async (client, purpose) => {
    for (const scopes of [[], ...ALL_SCOPES.map((scope) => [scope])]) await check({ client, purpose, scopes }, []);
  });
});
