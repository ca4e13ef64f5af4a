import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, type GraphQLObjectType, isEnumType, isObjectType, type GraphQLOutputType } from 'graphql';
import { Secret } from '../../platform/secret.ts';
import { sightOf } from '../../policies/audiences.ts';
import { readCatalogue } from '../../policies/catalogue.ts';
import type { DataClass } from '../../policies/classes.ts';
import { createMaskKeys, type MaskKey } from '../../policies/mask-keys.ts';
import { type Mask, MASKS, maskValue, type ValueKind } from '../../policies/masks.ts';
import { type Asker, type Graph, startGraph } from '../harness/graph.ts';
import { type ListQuery, listQueries } from '../harness/list-queries.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { apiSchema } from '../harness/walk-schema.ts';
import { encodeId } from '../../platform/ids.ts';

const SECRET = 'an invented secret';
const NORTH = 'north-facility';

/** Sees everything as it is. */
const CLEAR: Asker = { client: 'explorer', purpose: 'payroll' };
const SUPPORT: Asker = { client: 'explorer', purpose: 'support' };
const CONSOLE: Asker = { client: 'operations-console', purpose: 'audit' };

let odoo: OdooServer;
let graph: Graph;

beforeAll(async () => {
  odoo = await startSandboxOdoo();
  graph = await startGraph({ odoo: odoo.settings, env: { MASK_SECRET: SECRET }, store: 'embedded' });
}, 60_000);
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await odoo[Symbol.asyncDispose]();
});

const data = async (query: string, asker: Asker) => {
  const { data: found, errors } = await graph.ask(query, asker);
  expect([query, errors]).toEqual([query, []]);
  return found as Json;
};

type Json = Readonly<Record<string, unknown>>;

describe('every list of the graph', () => {
  const schema = apiSchema();
  const entries = new Map(readCatalogue(supergraphText()).map((entry) => [entry.coordinate, entry]));
  /** Masks that fields state, read from the text alone. */
  const stated = new Map<string, Mask>();
  let type = '';
  let field = '';
  for (const line of supergraphText().split('\n')) {
    type = /^(?:type|interface) (\w+)/.exec(line)?.[1] ?? type;
    field = /^ {2}(\w+)(?:\(.*\))?:/.exec(line)?.[1] ?? field;
    const mask = /@mask\(as: (\w+)\)/.exec(line)?.[1];
    if (mask !== undefined) stated.set(`${type}.${field}`, mask as Mask);
  }

  const given = {
    facility: JSON.stringify(encodeId('Facility', NORTH)),
    id: JSON.stringify(encodeId('Facility', NORTH)),
    type: '"Facility"',
    system: '"odoo"',
    kind: '"company"',
    value: '"1"',
    from: '"2026-01-01"',
    to: '"2026-11-01"',
  };
  const variables = { outer: 2, inner: 2 };

  const kindOf = (output: GraphQLOutputType): ValueKind | 'object' => {
    const named = getNamedType(output);
    if (isEnumType(named)) return 'choice';
    if (isObjectType(named)) {
      if (['Money', 'Quantity', 'FacilityAmount'].includes(named.name)) return 'amount';
      const [first] = Object.keys(named.getFields());
      return entries.get(`${named.name}.${first}`)?.isValue === true ? 'compound' : 'object';
    }
    const kinds: Record<string, ValueKind> = {
      ID: 'id',
      String: 'text',
      Date: 'date',
      DateTime: 'date',
      Boolean: 'choice',
    };
    return kinds[named.name] ?? 'amount';
  };

  /** What the caller should see of an object, worked out field by field from what everything is. */
  const expected = (of: GraphQLObjectType, value: Json, asker: Asker, key: MaskKey): Json =>
    Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const definition = of.getFields()[name];
        if (definition === undefined) return [name, inner];
        return [name, expectedAt(`${of.name}.${name}`, definition.type, inner, asker, key)];
      }),
    );

  const sight = (ofClass: string, { client, purpose }: Asker) =>
    sightOf(ofClass, client === 'operations-console' ? 'operator' : 'internal', purpose ?? '');

  const expectedAt = (
    coordinate: string,
    output: GraphQLOutputType,
    value: unknown,
    asker: Asker,
    key: MaskKey,
  ): unknown => {
    const entry = entries.get(coordinate);
    const classes = entry?.classes ?? [];
    const [ofClass = 'PUBLIC'] = classes;
    const named = getNamedType(output);
    const seen = classes.length === 0 ? 'clear' : sight(ofClass, asker);
    if (seen === 'removed' || value === null) return null;
    const kind = kindOf(output);
    if (seen === 'masked' && kind !== 'object' && named.name !== 'PageInfo') {
      const as = stated.get(coordinate) ?? MASKS[ofClass as DataClass][kind][0];
      return as === 'KEEP' ? value : maskValue(as ?? 'REMOVED', value, key);
    }
    if (Array.isArray(value))
      return value.map((item) => expectedAt(coordinate, named as GraphQLOutputType, item, asker, key));
    return isObjectType(named) ? expected(named, value as Json, asker, key) : value;
  };

  it.each([
    ['for support', SUPPORT, 'internal'],
    ['at the console of those who run the product', CONSOLE, 'operator'],
    ['for everyday operations', { client: 'explorer', purpose: 'operations' }, 'internal'],
  ])(
    'shows %s what their classes leave of it, and nothing else is changed',
    async (_, asker, audience) => {
      const key = createMaskKeys(new Secret(SECRET)).of({ audience });
      const query = schema.getQueryType() as GraphQLObjectType;
      const differ: string[] = [];
      for (const list of listQueries(schema, given) satisfies readonly ListQuery[]) {
        const whole = await data(list.query, { ...CLEAR, variables });
        const seen = await data(list.query, { ...asker, variables });
        expect([list.name, seen]).toEqual([list.name, expected(query, whole, asker, key)]);
        if (JSON.stringify(whole) !== JSON.stringify(seen)) differ.push(list.name);
      }
      // That there was something to mask, and somewhere to see that.
      expect(differ).toEqual(
        expect.arrayContaining(asker.purpose === 'operations' ? ['employees'] : ['patients', 'claims']),
      );
    },
    60_000,
  );
});
