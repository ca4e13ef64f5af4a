import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getNamedType, type GraphQLObjectType, isEnumType, isObjectType, type GraphQLOutputType } from 'graphql';
import { Secret } from '../../platform/secret.ts';
import { sightOf } from '../../policies/audiences.ts';
import { readCatalogue } from '../../policies/catalogue.ts';
import type { DataClass } from '../../policies/classes.ts';
import { createMaskKeys, type MaskKey } from '../../policies/mask-keys.ts';
import { type Mask, MASKS, maskValue, type ValueKind } from '../../policies/masks.ts';
import { type Asker, type Graph, startGraph } from '../harness/graph.ts';
import { type JoinedBooks, makeJoinedBooks } from '../harness/joined-books.ts';
import { listQueries } from '../harness/list-queries.ts';
import { type OdooServer, startSandboxOdoo } from '../harness/odoo-servers.ts';
import { supergraphText } from '../harness/test-owners.ts';
import { apiSchema } from '../harness/walk-schema.ts';
import { encodeId } from '../../platform/ids.ts';

const SECRET = 'an invented secret';
const NORTH = 'north-facility';

/** Sees everything as it is. */
const CLEAR: Asker = { client: 'explorer', purpose: 'payroll' };
const SUPPORT: Asker = { client: 'explorer', purpose: 'support' };
const CONSOLE: Asker = { client: 'operations-console', purpose: 'support' };

let odoo: OdooServer;
let graph: Graph;
let books: JoinedBooks;

beforeAll(async () => {
  odoo = await startSandboxOdoo();
  // The number of an appointment that the scheduling platform of the test has.
  books = await makeJoinedBooks(odoo.settings, `${NORTH}-1-1`);
  graph = await startGraph({ odoo: odoo.settings, env: { MASK_SECRET: SECRET }, store: 'embedded' });
}, 60_000);
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await odoo[Symbol.asyncDispose]();
});

const data = async (query: string, asker: Asker) => {
  const { data: found, errors } = await graph.ask(query, asker);
  // What employees are paid takes a purpose, besides: it is denied, and null like what is removed.
  const others = errors.filter(({ path }) => path?.at(-1) !== 'compensation');
  expect([query, others]).toEqual([query, []]);
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
    of: 'PATIENT',
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

  // Whoever sees no numbers of people cannot look by them either; and what was asked is another thing each time.
  const others = ['crossReferences', 'auditTrail', 'disclosures'];
  const lists = listQueries(schema, given).filter(({ name, list }) => name === list && !others.includes(name));

  it.each([
    ['for support', SUPPORT, 'internal'],
    ['at the console of those who run the product', CONSOLE, 'operator'],
  ])(
    'shows %s what their classes leave of it, and nothing else is changed',
    async (_, asker, audience) => {
      const key = createMaskKeys(new Secret(SECRET)).of({ audience });
      const query = schema.getQueryType() as GraphQLObjectType;
      const differ: string[] = [];
      const hidden = new Set<string>();
      const answers: string[] = [];
      for (const list of lists) {
        const whole = await data(list.query, { ...CLEAR, variables });
        const seen = await data(list.query, { ...asker, variables });
        expect([list.name, seen]).toEqual([list.name, expected(query, whole, asker, key)]);
        // What systems call a facility is asked for there, and that is no secret elsewhere.
        if (list.name !== 'identifiersOf') noteHidden(whole, seen, hidden);
        answers.push(JSON.stringify(seen));
        if (JSON.stringify(whole) !== JSON.stringify(seen)) differ.push(list.name);
      }
      // Nor does who somebody is stand somewhere else.
      const all = answers.join('\n');
      expect([...hidden].filter((value) => all.includes(value))).toEqual([]);
      expect(hidden.size).toBeGreaterThan(20);
      // That there was something to mask, and somewhere to see that.
      expect(differ).toEqual(expect.arrayContaining(['patients', 'claims', 'employees', 'suppliers']));
    },
    60_000,
  );
});

const WHO = 'id number userName name givenName familyName email phone street subscriberId customer'.split(' ');

/** Texts by which somebody is known that stand in one answer, and in the same place of the other do not. */
const noteHidden = (whole: unknown, seen: unknown, hidden: Set<string>): void => {
  if (typeof whole !== 'object' || whole === null) return;
  for (const [key, inner] of Object.entries(whole)) {
    const there = (seen as Json | null)?.[key];
    if (typeof inner === 'string' && WHO.includes(key) && inner !== there) hidden.add(inner);
    noteHidden(inner, there, hidden);
  }
};

const rows = (found: Json, list: string) => (found[list] as { readonly nodes: readonly Json[] }).nodes;
const internal = () => createMaskKeys(new Secret(SECRET)).of({ audience: 'internal' });

describe('joins', () => {
  it('lead where they lead in clear, and what both ends call a thing is masked alike', async () => {
    const query = `{ appointments(first: 50) { nodes {
      number status start serviceCode claim { number } patient { number name birthDate phone balance { amount { amount } } }
      practitioner { number name }
      consumption { nodes { purpose reference appointment { number } item { code } } } } } }`;
    const all = rows(await data(query, CLEAR), 'appointments');
    const index = all.findIndex(({ number }) => number === books.appointment);
    const clear = all[index];
    const seen = rows(await data(query, SUPPORT), 'appointments')[index];
    const { hash } = internal();
    const [patient, practitioner] = [clear?.['patient'], clear?.['practitioner']] as [Json, Json];
    const purpose = { purpose: hash(books.appointment), reference: null, item: { code: 'SYR-10' } };
    expect(seen).toEqual({
      ...clear,
      number: hash(books.appointment),
      claim: { number: hash(books.claim) },
      start: String(clear?.['start']).slice(0, 4),
      patient: {
        ...patient,
        number: hash(String(patient['number'])),
        name: maskValue('INITIALS', patient['name'], internal()),
        birthDate: String(patient['birthDate']).slice(0, 4),
        phone: maskValue('LAST_FOUR', patient['phone'], internal()),
      },
      practitioner: {
        number: hash(String(practitioner['number'])),
        name: maskValue('INITIALS', practitioner['name'], internal()),
      },
      consumption: { nodes: [{ ...purpose, appointment: { number: hash(books.appointment) } }] },
    });
  });
});

describe('a masked id', () => {
  it('is an id of nothing', async () => {
    const [employee] = rows(await data('{ employees(first: 1) { nodes { id } } }', SUPPORT), 'employees');
    const id = String(employee?.['id']);
    for (const asker of [SUPPORT, CLEAR])
      expect(await data(`{ employee(id: "${id}") { id } patient(id: "${id}") { id } }`, asker)).toEqual({
        employee: null,
        patient: null,
      });
  });
});

describe('the pages of a list that is seen masked', () => {
  const page = (after: string | null) =>
    `{ employees(first: 2${after === null ? '' : `, after: "${after}"`}) { edges { cursor node { number } } pageInfo { hasNextPage startCursor endCursor } } }`;
  interface Page {
    readonly edges: readonly { readonly cursor: string; readonly node: { readonly number: string } }[];
    readonly pageInfo: { readonly startCursor: string; readonly endCursor: string };
  }
  const pageFor = async (asker: Asker, after: string | null) => (await data(page(after), asker))['employees'] as Page;

  it('follow each other, and tell nothing by where they begin', async () => {
    const [one, clear] = [await pageFor(SUPPORT, null), await pageFor(CLEAR, null)];
    const [next, clearNext] = [
      await pageFor(SUPPORT, one.pageInfo.endCursor),
      await pageFor(CLEAR, clear.pageInfo.endCursor),
    ];
    const numbers = [...clear.edges, ...clearNext.edges].map(({ node }) => node.number);
    expect(numbers).toEqual(['E-0001', 'E-0002', 'E-0003', 'E-0004']);
    expect([...one.edges, ...next.edges].map(({ node }) => node.number)).toEqual(numbers.map(internal().hash));
    // Any place, not only the last one.
    expect((await pageFor(SUPPORT, one.edges[0]?.cursor ?? '')).edges[0]?.node.number).toBe(internal().hash('E-0002'));
    const text = (cursor: string) => Buffer.from(cursor, 'base64url').toString('utf8');
    expect(text(clear.pageInfo.endCursor)).toContain('E-0002');
    for (const cursor of [one.pageInfo.startCursor, one.pageInfo.endCursor, ...one.edges.map((edge) => edge.cursor)])
      expect(text(cursor)).not.toContain('E-000');
  });

  it('do not begin at a place that was handed out to somebody else', async () => {
    const clear = await pageFor(CLEAR, null);
    const console = await pageFor(CONSOLE, null);
    for (const [asker, cursor] of [
      [SUPPORT, clear.pageInfo.endCursor],
      [SUPPORT, console.pageInfo.endCursor],
      [CLEAR, console.pageInfo.endCursor],
    ] as const) {
      const { errors } = await graph.ask(page(cursor), asker);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    }
  });
});
