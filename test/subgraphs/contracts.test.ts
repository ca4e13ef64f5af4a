import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanNode } from '@apollo/query-planner';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { createGeneration } from '../../gateway/supergraph/generation.ts';
import { ENVELOPE_HEADER, type Envelope, envelopeKey, envelopeSigner } from '../../platform/envelope.ts';
import { silentLog } from '../../platform/log.ts';
import { ROOT } from '../../platform/root.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { AUDIENCES, type AudienceName } from '../../policies/audiences.ts';
import { SCOPES } from '../../policies/scopes.ts';
import { executable } from '../../subgraphs/execute.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import { serveSubgraphs } from '../../subgraphs/server.ts';
import { given, questionOf } from '../harness/contract-questions.ts';
import { holding } from '../harness/identity.ts';

const product = createGeneration(readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8'));
afterAll(() => product.planner.close());

const PARTNERS = (Object.keys(AUDIENCES) as AudienceName[]).filter((name) => AUDIENCES[name].contract !== null);

const contractOf = (audience: AudienceName): GraphQLSchema => {
  const schema = product.by(AUDIENCES[audience].contract)?.schema;
  if (schema === undefined) throw new Error(`no contract for ${audience}`);
  return schema;
};

const envelopeOf = (audience: string): Envelope => ({
  identity: holding(Object.keys(SCOPES), { audience }),
  requestId: 'r',
  deadline: deadlineIn(5 * SECOND),
});

// Without owners: whatever is let through fails later, and otherwise.
const parts = new Map(subgraphs.map((one) => [one.name, executable(one, { owners: {}, log: silentLog() })]));

const codesOf = async (subgraph: string, audience: string, query: string, variables = {}) => {
  const answer = await parts.get(subgraph)?.execute({ query, variables }, envelopeOf(audience));
  return (answer?.errors ?? []).map(({ extensions }) => extensions?.['code']);
};

const REFUSED = 'GRAPHQL_VALIDATION_FAILED';

/** Coordinates of the fields of objects. */
const fieldsOf = (schema: GraphQLSchema): readonly string[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('_'))
    .flatMap((type) => Object.keys(isObjectType(type) ? type.getFields() : {}).map((field) => `${type.name}.${field}`));

describe.each(PARTNERS)('the contract of %s', (audience) => {
  it('can be asked for as a whole: every fetch is one that the subgraphs let through', async () => {
    const schema = contractOf(audience);
    const asked = new Set<string>();
    for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
      const document = parse(questionOf(field, 4));
      expect([field.name, validate(schema, document)]).toEqual([field.name, []]);
      for (const coordinate of selectedIn(schema, document)) asked.add(coordinate);
      const plan = await product.planner.plan(document, null);
      for (const { subgraph, text } of fetchesOf(plan?.node as PlanNode | undefined)) {
        const part = subgraphs.find(({ name }) => name === subgraph)?.contractFor(audience);
        if (part === undefined)
          throw new Error(`${subgraph} has nothing for ${audience}, and is asked for ${field.name}`);
        expect([field.name, subgraph, validate(part, parse(text)).map(String)]).toEqual([field.name, subgraph, []]);
      }
    }
    expect(fieldsOf(schema).filter((coordinate) => !asked.has(coordinate))).toEqual([]);
  });

  it('is all that subgraphs let through, but for what records are joined by', () => {
    const whole = new Set(fieldsOf(contractOf(audience)));
    const more = subgraphs.flatMap((subgraph) => {
      const part = subgraph.contractFor(audience);
      return part === undefined ? [] : fieldsOf(part).filter((coordinate) => !whole.has(coordinate));
    });
    const besides = more.filter((coordinate) => coordinate !== 'Query._entities' && !JOINING.has(coordinate));
    expect(besides).toEqual([]);
  });

  it('holds in each subgraph: what is outside is refused before an owner is asked', async () => {
    for (const subgraph of subgraphs) {
      const part = subgraph.contractFor(audience);
      const inside = new Set(part === undefined ? [] : fieldsOf(part));
      const outside = fieldsOf(subgraph.schema).filter((coordinate) => !inside.has(coordinate));
      expect(outside.length).toBeGreaterThan(0);
      for (const coordinate of outside)
        for (const query of questionsFor(subgraph.schema, coordinate))
          expect([coordinate, (await codesOf(subgraph.name, audience, query))[0]]).toEqual([coordinate, REFUSED]);
    }
  });
});

describe('a subgraph', () => {
  it('tells audiences apart, though the document is the same', async () => {
    const query = '{ suppliers(first: 1) { nodes { code email } } }';
    for (const audience of ['internal', 'supplier', 'internal', 'reporting', 'nobody'])
      expect([audience, (await codesOf('procurement', audience, query))[0] === REFUSED]).toEqual([
        audience,
        audience !== 'internal',
      ]);
  });

  it('refuses filters and orders by what is outside of the contract, in variables as well', async () => {
    const query = 'query ($f: PurchaseOrderFilter) { purchaseOrders(filter: $f) { totalCount } }';
    const [number, origin] = [{ f: { number: { eq: 'x' } } }, { f: { origin: { eq: 'x' } } }];
    expect(await codesOf('procurement', 'supplier', query, origin)).toEqual([REFUSED]);
    expect(await codesOf('procurement', 'supplier', query, number)).not.toContain(REFUSED);
    expect(await codesOf('procurement', 'internal', query, origin)).not.toContain(REFUSED);
  });

  it('refuses it in an envelope that is in order', async () => {
    const key = envelopeKey(new Secret('a test secret'), 'billing');
    const server = await serveSubgraphs({
      address: { host: '127.0.0.1', port: 0 },
      subgraphs: [parts.get('billing')].filter((one) => one !== undefined),
      keyOf: () => key,
      bodyLimit: 100_000,
      drain: SECOND,
      log: silentLog(),
    });
    const ask = async (audience: string, query: string): Promise<unknown> => {
      const body = JSON.stringify({ query });
      const jws = envelopeSigner('billing', key)(envelopeOf(audience), body);
      const headers = { 'content-type': 'application/json', [ENVELOPE_HEADER]: jws };
      const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
      return ((await response.json()) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;
    };
    try {
      const query = '{ claims { nodes { patient { number } } } }';
      expect(await ask('payer', query)).toBe(REFUSED);
      expect(await ask('payer', '{ _service { sdl } }')).toBe(REFUSED);
      expect(await ask('internal', query)).not.toBe(REFUSED);
      expect(await ask('payer', '{ claims { nodes { number } } }')).not.toBe(REFUSED);
    } finally {
      await server.close();
    }
  });
});

/** Fields that the supergraph joins by: keys, and what other subgraphs require. */
const JOINING: ReadonlySet<string> = new Set(
  [...product.supergraphSdl.matchAll(/^type (\w+)[^{]*?\{([^]*?)^\}/gm)].flatMap(([header, type = '', body = '']) => [
    ...[...header.matchAll(/key: "([^"]+)"/g)].flatMap(([, key = '']) =>
      key.split(/[\s{}]+/).map((field) => `${type}.${field}`),
    ),
    ...[...body.matchAll(/requires: "([^"]+)"/g)].map(([, field = '']) => `${type}.${field}`),
  ]),
);

const selectedIn = (schema: GraphQLSchema, document: ReturnType<typeof parse>): readonly string[] => {
  const types = new TypeInfo(schema);
  const found: string[] = [];
  visit(
    document,
    visitWithTypeInfo(types, { Field: ({ name }) => void found.push(`${types.getParentType()?.name}.${name.value}`) }),
  );
  return found;
};

const fetchesOf = (node: PlanNode | undefined): readonly { readonly subgraph: string; readonly text: string }[] => {
  if (node === undefined) return [];
  if (node.kind === 'Fetch') return [{ subgraph: node.serviceName, text: node.operation }];
  if ('nodes' in node) return node.nodes.flatMap(fetchesOf);
  return 'node' in node ? fetchesOf(node.node) : [];
};

/** Documents that select a field: as a root field, or of an entity, or below a field of another type. */
const questionsFor = (schema: GraphQLSchema, coordinate: string): readonly string[] => {
  const [type = '', name = ''] = coordinate.split('.');
  const owner = schema.getType(type);
  const field = isObjectType(owner) ? owner.getFields()[name] : undefined;
  if (field === undefined) return [];
  const asked = `${name}${given(field)}${isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''}`;
  if (type === 'Query') return [`{ ${asked} }`];
  return [`query ($r: [_Any!]!) { _entities(representations: $r) { ... on ${type} { ${asked} } } }`];
};
