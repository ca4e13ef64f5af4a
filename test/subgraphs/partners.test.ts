import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphQLSchema } from 'graphql';
import { createGeneration } from '../../gateway/supergraph/generation.ts';
import { encodeId } from '../../platform/ids.ts';
import { AUDIENCES, type AudienceName } from '../../policies/audiences.ts';
import { questionOf } from '../harness/contract-questions.ts';
import { type Group, SMALL_GROUP, startGroup } from '../harness/group.ts';
import { supergraphText } from '../harness/test-owners.ts';

const FACILITY = 'harbor-clinic';

const registered = (audience: string, more: object) => ({
  id: audience,
  name: audience,
  owner: 'nobody',
  audience,
  scopes: '*',
  facilities: '*',
  ...more,
});

const CLIENTS = {
  clients: [
    registered('internal', { purposes: ['operations'] }),
    registered('supplier', { purposes: ['operations'], party: encodeId('Supplier', 17) }),
    registered('payer', { purposes: ['payment'], party: encodeId('Payer', 'org-pay-001') }),
    registered('reporting', { purposes: ['reporting'] }),
  ],
};

const PARTNERS: readonly AudienceName[] = ['supplier', 'payer', 'reporting'];

const product = createGeneration(supergraphText());

let group: Group;
const directory = mkdtempSync(join(tmpdir(), 'caregraph-'));
beforeAll(async () => {
  writeFileSync(join(directory, 'clients.json'), JSON.stringify(CLIENTS));
  group = await startGroup(SMALL_GROUP, { CLIENTS_FILE: join(directory, 'clients.json') });
}, 120_000);
afterAll(async () => {
  await group?.[Symbol.asyncDispose]();
  await product.planner.close();
  rmSync(directory, { recursive: true });
});

const schemaOf = (audience: AudienceName): GraphQLSchema => {
  const schema = product.by(AUDIENCES[audience].contract)?.schema;
  if (schema === undefined) throw new Error(`no contract for ${audience}`);
  return schema;
};

const rootFields = (schema: GraphQLSchema) => Object.values(schema.getQueryType()?.getFields() ?? {});

const ask = (client: string, query: string) => group.graph.ask(query, { client, facilities: [FACILITY] });

describe.each(PARTNERS)('the contract of %s', (audience) => {
  it('is answered field by field: nothing of it is refused, and nothing fails', async () => {
    const literals = { ID: JSON.stringify(encodeId('Facility', FACILITY)), Date: '"2026-01-01"' };
    for (const field of rootFields(schemaOf(audience))) {
      const { status, errors } = await ask(audience, questionOf(field, 2, literals));
      expect([field.name, status, errors.map(({ path, extensions }) => [extensions.code, path])]).toEqual([
        field.name,
        200,
        [],
      ]);
    }
  }, 60_000);

  it('is all that can be asked: every other root field is refused as unknown', async () => {
    const inside = new Set(rootFields(schemaOf(audience)).map(({ name }) => name));
    const outside = rootFields(product.schema).filter(({ name }) => !inside.has(name));
    expect(outside.length).toBeGreaterThan(0);
    for (const field of outside) {
      const { status, errors } = await ask(audience, questionOf(field, 0));
      expect([field.name, status, errors[0]?.extensions.code]).toEqual([field.name, 400, 'GRAPHQL_VALIDATION_FAILED']);
    }
  }, 60_000);

  it('names nothing in its descriptions that is not in it', () => {
    const whole = new Set(namesIn(product.schema));
    const own = new Set(namesIn(schemaOf(audience)));
    for (const [coordinate, description] of descriptionsIn(schemaOf(audience)))
      for (const [word] of description.matchAll(/\b[A-Z][A-Za-z]+\.[a-z][A-Za-z]+\b/g))
        expect([coordinate, word, whole.has(word) && !own.has(word)]).toEqual([coordinate, word, false]);
  });
});

describe('a supplier', () => {
  it('reads its orders with lines, items, receipts and bills, and none of another', async () => {
    const query = `{ purchaseOrders(first: 50) { totalCount nodes {
      number supplier { id } lines(first: 1) { nodes { item { code name } } } receipts(first: 1) { totalCount } bills(first: 1) { totalCount }
    } } }`;
    const { data, errors } = await ask('supplier', query);
    expect(errors).toEqual([]);
    const orders = data?.['purchaseOrders'] as { nodes: { supplier: { id: string } }[] } | undefined;
    const nodes = orders?.nodes ?? [];
    expect(nodes.length).toBeGreaterThan(0);
    expect(new Set(nodes.map(({ supplier }) => supplier.id))).toEqual(new Set([encodeId('Supplier', 17)]));
  });
});

const namesIn = (schema: GraphQLSchema): readonly string[] =>
  Object.values(schema.getTypeMap()).flatMap((type) =>
    'getFields' in type ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );

const descriptionsIn = (schema: GraphQLSchema): readonly (readonly [coordinate: string, description: string])[] =>
  Object.values(schema.getTypeMap()).flatMap((type) => [
    [type.name, type.description ?? ''] as const,
    ...('getFields' in type ? Object.values<Described>(type.getFields()) : []).flatMap((field) =>
      [field, ...(field.args ?? [])].map((one) => [`${type.name}.${one.name}`, one.description ?? ''] as const),
    ),
  ]);

interface Described {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly args?: readonly Described[];
}
