import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { executeByReference } from '../../gateway/executor/reference.ts';
import { ROOT } from '../../platform/root.ts';
import { SECOND } from '../../platform/time.ts';
import { toClients } from '../../policies/clients.ts';
import { createMaskKeys } from '../../policies/mask-keys.ts';
import type { SubgraphDefinition } from '../fakes/subgraph.ts';
import { codes, startGraph, type TestGraph } from './start-graph.ts';

const COMMON = readFileSync(join(ROOT, 'subgraphs', 'common.graphql'), 'utf8');
/** The links and directives of every subgraph, without its types. */
const HEAD = COMMON.slice(0, COMMON.indexOf('"A day in ISO 8601'));
const GUARD = '@authenticated @systemOfRecord(system: HR)';
/** Suppliers know of every field: each stands on a line of its own. */
const known = (types: string): string =>
  `${HEAD}${types.replace(/^ +\w+: (?!.*@external).*$/gm, '$& @tag(name: "supplier")')}`;

interface Being {
  readonly __typename: 'Person' | 'Robot';
  readonly id: string;
  readonly number: string | null;
  readonly codes: readonly (string | null)[];
}
const PEOPLE: readonly Being[] = [
  { __typename: 'Person', id: 'p-ada', number: 'PT-1', codes: ['c-1', null] },
  { __typename: 'Person', id: 'p-bob', number: null, codes: [] },
];
const ROBOT: Being = { __typename: 'Robot', id: 'r-1', number: 'R-1', codes: [] };

/** Fakes put no masks on: what is masked of their answers, the gateway has masked. */
const people: SubgraphDefinition = {
  sdl: known(`
    type Query {
      people: [Person!]
      beings: [Being!]
      shelf: Shelf
    }
    interface Being {
      id: ID!
      number: String
    }
    type Person implements Being @key(fields: "id") @key(fields: "codes") ${GUARD} @classification(class: PHI_ADMIN) {
      id: ID!
      number: String @mask(as: HASH) @joins
      codes: [String] @mask(as: LAST_FOUR)
      name: String @mask(as: INITIALS)
      badge: Int @requiresScopes(scopes: [["badge"]])
    }
    type Robot implements Being ${GUARD} @classification(class: INTERNAL) {
      id: ID!
      number: String
    }
    type Shelf @key(fields: "id") ${GUARD} @classification(class: INTERNAL) {
      id: ID!
      label: String
    }
  `),
  resolvers: {
    Query: { people: () => PEOPLE, beings: () => [...PEOPLE, ROBOT], shelf: () => ({ id: 's-1', label: 'top' }) },
    Person: {
      name: ({ id }: Being) => `masked by its subgraph: ${id.length}`,
      badge: () => 7,
      __resolveReference: ({ id }: Being) => PEOPLE.find((person) => person.id === id),
    },
    Shelf: { __resolveReference: ({ id }: { id: string }) => ({ id, label: 'top' }) },
  },
};

const visits: SubgraphDefinition = {
  sdl: known(`
    type Person @key(fields: "id") {
      id: ID!
      number: String @external
      seen: String @requires(fields: "number") @classification(class: INTERNAL)
    }
    type Shelf @key(fields: "id") {
      id: ID!
      owner: Person @classification(class: INTERNAL)
    }
  `),
  resolvers: {
    Person: {
      __resolveReference: (reference: object) => reference,
      seen: ({ number }: Being) => (number === 'PT-1' ? 'yes' : 'no'),
    },
    Shelf: { __resolveReference: (reference: object) => reference, owner: () => ({ id: 'p-ada' }) },
  },
};

const registered = (id: string, audience: string, purpose: string, more = {}) => ({
  id,
  name: id,
  owner: 'tests',
  audience,
  purposes: [purpose],
  scopes: '*',
  facilities: '*',
  ...more,
});
const clients = toClients({
  clients: [
    registered('ward', 'internal', 'operations'),
    registered('help', 'internal', 'support'),
    registered('console', 'operator', 'audit'),
    registered('partner', 'supplier', 'operations', { party: 'U3VwcGxpZXI6MQ' }),
  ],
});

let graph: TestGraph;
let reference: TestGraph;
beforeAll(async () => {
  const parts = { remote: { people, visits }, server: { deadline: 30 * SECOND } };
  [graph, reference] = await Promise.all([
    startGraph({ ...parts, options: { clients } }),
    startGraph({ ...parts, options: { clients, executePlan: executeByReference } }),
  ]);
});
afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await reference[Symbol.asyncDispose]();
});

const askAt = async (at: TestGraph, client: string, query: string, variables = {}) => {
  const authorization = `Bearer ${await at.issuer.mint({ claims: { client_id: client } })}`;
  return at.ask(query, { scopes: null, headers: { authorization }, variables });
};
/** The answer, which is the same whoever runs the plan. */
const ask = async (client: string, query: string, variables = {}) => {
  const [one, other] = [await askAt(graph, client, query, variables), await askAt(reference, client, query, variables)];
  const { errors: _, ...rest } = other.body;
  expect(one.body).toMatchObject(rest);
  expect(codes(one)).toEqual(codes(other));
  return one.body as typeof one.body & { readonly extensions?: unknown };
};

const KEYS = createMaskKeys();
const hashed = (text: string, audience = 'internal') => KEYS.of({ audience }).hash(text);

describe('a field by which subgraphs join', () => {
  it('is masked when everything has been joined by what it is', async () => {
    for (const { requests } of [graph.remote('visits'), reference.remote('visits')]) requests.length = 0;
    const { data } = await ask('help', '{ people { id number codes seen } }');
    expect(data).toEqual({
      people: [
        { id: hashed('p-ada'), number: hashed('PT-1'), codes: ['****', null], seen: 'yes' },
        { id: hashed('p-bob'), number: null, codes: [], seen: 'no' },
      ],
    });
    for (const { requests } of [graph.remote('visits'), reference.remote('visits')])
      expect(requests.map(({ body }) => body.variables?.['representations'])).toEqual([
        PEOPLE.map(({ __typename, id, number }) => ({ __typename, id, number })),
      ]);
  });

  it('is masked under every name and in every fragment', async () => {
    const { data } = await ask(
      'help',
      `query ($yes: Boolean!) {
        a: people { x: id ... @include(if: $yes) { y: id } ...F ... on Person { number } }
        b: people { ... on Being { id } }
      } fragment F on Person { z: number }`,
      { yes: true },
    );
    const [ada, number] = [hashed('p-ada'), hashed('PT-1')];
    expect(data.a[0]).toEqual({ x: ada, y: ada, z: number, number });
    expect(data.b[0]).toEqual({ id: ada });
  });

  it('is masked by the type of its object where it stands at an interface', async () => {
    const { data } = await askAt(graph, 'help', '{ beings { __typename id number } }').then(({ body }) => body);
    expect(data.beings).toEqual([
      { __typename: 'Person', id: hashed('p-ada'), number: hashed('PT-1') },
      { __typename: 'Person', id: hashed('p-bob'), number: null },
      { __typename: 'Robot', id: 'r-1', number: 'R-1' },
    ]);
  });

  it('is seen as it is by who may, whoever has asked the same before or after', async () => {
    const query = '{ people { id number } shelf { owner { id } } }';
    const clear = { people: PEOPLE.map(({ id, number }) => ({ id, number })), shelf: { owner: { id: 'p-ada' } } };
    for (const client of ['ward', 'help', 'ward', 'console', 'help', 'ward']) {
      const { data } = await ask(client, query);
      if (client === 'ward') expect(data).toEqual(clear);
      else expect(data.people[0].id).toBe(hashed('p-ada', client === 'help' ? 'internal' : 'operator'));
    }
  });

  it('is hashed alike in one audience, and otherwise in another', async () => {
    const idFor = async (client: string) => (await ask(client, '{ people { id } }')).data.people[0].id as string;
    expect(await idFor('help')).not.toBe(await idFor('console'));
    expect(await idFor('help')).toBe(await idFor('help'));
  });

  it('stays masked beside what was denied', async () => {
    const body = await ask('help', '{ people { badge id } }');
    expect(body.data.people[0]).toEqual({ badge: null, id: hashed('p-ada') });
    expect(body.extensions).toEqual({ masked: [{ path: ['people', '@', 'id'], as: 'HASH' }] });
  });
});

describe('an object of a class that is removed', () => {
  it('is not handed out by a subgraph that knows nothing of the class', async () => {
    const { data } = await ask('partner', '{ people { id } shelf { label owner { id number } } }');
    expect(data).toEqual({ people: null, shelf: { label: 'top', owner: null } });
  });
});

describe('what was masked', () => {
  it('is told in extensions, once for each place, also of what subgraphs have masked', async () => {
    const { extensions } = await ask('help', '{ people { id codes name nick: name seen } shelf { owner { id } } }');
    expect(extensions).toEqual({
      masked: [
        { path: ['people', '@', 'id'], as: 'HASH' },
        { path: ['people', '@', 'codes'], as: 'LAST_FOUR' },
        { path: ['people', '@', 'name'], as: 'INITIALS' },
        { path: ['people', '@', 'nick'], as: 'INITIALS' },
        { path: ['shelf', 'owner', 'id'], as: 'HASH' },
      ],
    });
  });

  it('is told where nothing else is done to the answer', async () => {
    const { text } = await askAt(graph, 'help', '{ people { name } shelf { label } }');
    expect(text).toBe(
      '{"data":{"people":[{"name":"masked by its subgraph: 5"},{"name":"masked by its subgraph: 5"}],"shelf":{"label":"top"}},"extensions":{"masked":[{"path":["people","@","name"],"as":"INITIALS"}]}}',
    );
  });

  it('is told to nobody outside, and nothing is told where nothing is masked', async () => {
    expect((await ask('partner', '{ people { id } shelf { label } }')).extensions).toBeUndefined();
    expect((await ask('ward', '{ people { id name } }')).extensions).toBeUndefined();
    expect((await ask('help', '{ shelf { id label } }')).extensions).toBeUndefined();
  });

  it('does not name what a condition leaves out', async () => {
    const query = 'query ($id: Boolean!) { people { id @include(if: $id) seen } }';
    expect((await ask('help', query, { id: false })).extensions).toBeUndefined();
    expect((await ask('help', query, { id: true })).extensions).toEqual({
      masked: [{ path: ['people', '@', 'id'], as: 'HASH' }],
    });
  });
});
