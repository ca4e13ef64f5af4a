import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  printSchema,
  validateSchema,
} from 'graphql';
import { executeByReference } from '../../../gateway/executor/reference.ts';
import { createGeneration } from '../../../gateway/supergraph/generation.ts';
import { ROOT } from '../../../platform/root.ts';
import { AUDIENCES, type AudienceName } from '../../../policies/audiences.ts';
import { PURPOSES } from '../../../policies/purposes.ts';
import { SCOPES } from '../../../policies/scopes.ts';
import { holding } from '../../harness/identity.ts';
import { shop, stock } from '../hospital.ts';
import { headersOf, ONE_OF_EACH } from '../partners.ts';
import { startGraph, type TestGraph } from '../start-graph.ts';

let graph: TestGraph;
let reference: TestGraph;
let open: TestGraph;
beforeAll(async () => {
  const local = { stock, shop };
  graph = await startGraph({ local, options: { clients: ONE_OF_EACH } });
  reference = await startGraph({ local, options: { clients: ONE_OF_EACH, executePlan: executeByReference } });
  open = await startGraph({ local, open: true });
});
afterAll(async () => {
  for (const one of [graph, reference, open]) await one[Symbol.asyncDispose]();
});

const shown = async (scopes: readonly string[], one = graph): Promise<string> => {
  const headers = await headersOf(one, 'internal', scopes);
  const { body } = await one.ask(getIntrospectionQuery(), { scopes: null, headers: one === open ? {} : headers });
  const schema = buildClientSchema(body.data as IntrospectionQuery);
  expect(validateSchema(schema)).toEqual([]);
  return printSchema(schema);
};

describe('introspection', () => {
  it('shows nothing that the scopes of the caller do not open', async () => {
    const text = await shown([]);
    expect(text).not.toMatch(/cost|batch|margin|Drug|dose|Rating|rating|author|\bGrade\b|code|discard/);
    expect(text).toMatch(/type Safe \{\s+place: String\s+\}/);
    expect(text).toMatch(/union Found = Item \| Supplier/);
  });

  it.each([
    ['a field', ['finance:read'], /margin: Int/],
    ['one of two alternatives', ['audit'], /cost: Int/],
    ['a type, with what returns it', ['pharmacy:read'], /union Found = Item \| Drug \| Supplier/],
    ['a scalar', ['supplier:rate'], /rating: Rating/],
    ['an enum in arguments', ['grade:use'], /grade\(of: Grade, filter: GradeFilter\): String/],
    ['a mutation', ['stock:write'], /discard\(item: ID!\): Item/],
  ])('shows %s to who has the scopes', async (_name, scopes, pattern) => {
    expect(await shown(scopes)).toMatch(pattern);
    expect(await shown(['half'])).not.toMatch(pattern);
  });

  it('shows arguments without those whose types are shut', async () => {
    const text = await shown([]);
    expect(text).not.toContain('of:');
    expect(await shown(['grade:use'])).toContain('filter: GradeFilter');
  });

  it('shows an interface that some objects deny, by which fragments reach the others', async () => {
    const [without, having] = [await shown([]), await shown(['pharmacy:read'])];
    expect(without).toMatch(/type Item implements Thing/);
    expect(without).toMatch(/interface Thing \{\s+id: ID!\s+label: String\s+\}/);
    expect(having).toMatch(/type Drug implements Thing/);
    const headers = await headersOf(graph, 'internal');
    const { body } = await graph.ask('{ thing(id: "i1") { ... on Item { label } } }', { scopes: null, headers });
    expect(body).toEqual({ data: { thing: { label: 'gloves' } } });
  });

  it('answers each caller for itself, whatever was asked before', async () => {
    const query = '{ __type(name: "Drug") { name } }';
    for (const scopes of [['pharmacy:read'], [], ['pharmacy:read'], ['audit'], []]) {
      const { body } = await graph.ask(query, { scopes: null, headers: await headersOf(graph, 'internal', scopes) });
      expect([scopes, body.data.__type]).toEqual([scopes, scopes[0] === 'pharmacy:read' ? { name: 'Drug' } : null]);
    }
  });

  it('is the same by either executor, with variables and beside other fields', async () => {
    const query = 'query ($n: String!) { __type(name: $n) { fields { name } } items { id } }';
    for (const scopes of [[], ['audit'], ['pharmacy:read', 'audit']]) {
      expect(await shown(scopes)).toBe(await shown(scopes, reference));
      const asked = { scopes: null, headers: await headersOf(graph, 'internal', scopes), variables: { n: 'Item' } };
      const theirs = { ...asked, headers: await headersOf(reference, 'internal', scopes) };
      expect((await graph.ask(query, asked)).body).toEqual((await reference.ask(query, theirs)).body);
    }
  });

  it('shows an open gateway whole', async () => {
    expect(await shown([], open)).toMatch(/margin: Int/);
  });
});

const product = createGeneration(readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'));

describe('the explorer', () => {
  const every = Object.keys(SCOPES);
  const callers = (Object.keys(AUDIENCES) as AudienceName[]).flatMap((audience) => [
    ...[[], ...every.map((scope) => [scope])].map((scopes) => ({ audience, purpose: 'operations', scopes })),
    ...Object.keys(PURPOSES).map((purpose) => ({ audience, purpose, scopes: every })),
  ]);

  it('can show what there is to every kind of caller, were it nothing', () => {
    const seen = new Set<string>();
    for (const { audience, purpose, scopes } of callers) {
      const schema = product.by(AUDIENCES[audience].contract)?.shownTo(holding(scopes, { audience, purpose }));
      if (schema === undefined) throw new Error(`nothing to show to ${audience}`);
      expect(validateSchema(schema)).toEqual([]);
      expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).not.toEqual([]);
      seen.add(printSchema(schema));
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  it('is told so by who may ask for nothing', async () => {
    await using shut = await startGraph({
      local: { a: { sdl: `${SCOPED} type Query { a: Int @requiresScopes(scopes: [["x"]]) }`, resolvers: {} } },
    });
    const { body } = await shut.ask(getIntrospectionQuery());
    const schema = buildClientSchema(body.data as IntrospectionQuery);
    expect(validateSchema(schema)).toEqual([]);
    expect(printSchema(schema)).toContain('nothing: Boolean @deprecated');
  });
});

const SCOPED = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@requiresScopes"])';
