import { describe, expect, it } from '@jest/globals';
import { type GraphQLError, isObjectType, OperationTypeNode, parse, validate } from 'graphql';
import { analyzeOperation } from '../../../policies/access/analyze-operation.ts';
import { filterDocument, type PreparedOperation } from '../../../policies/access/filter-document.ts';
import { noRequirements, type Requirements } from '../../../policies/access/requirement-table.ts';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import type { ExecutePlan } from '../../../gateway/executor/execute-plan.ts';
import { executeByReference } from '../../../gateway/executor/reference.ts';
import { specialize } from '../../../gateway/planning/specialize.ts';
import { ask, given } from './ask.ts';
import { type Choices, createChoices, hashOf } from './choices.ts';
import { hasFallenOver, isOfCompletion } from './compare.ts';
import { type Faults, inventingTransport, NO_FAULTS } from './random-answers.ts';
import { randomOperation } from './random-operation.ts';
import { randomSubgraphs } from './random-supergraph.ts';
import { createWorld, planOf, type Ran, run, type World } from './run-both.ts';
import { linked, WORLDS } from './worlds.ts';

/** In a thousand. */
const FAULTS: readonly Faults[] = [
  NO_FAULTS,
  { ...NO_FAULTS, nulls: 150 },
  { ...NO_FAULTS, nulls: 60, wrongNulls: 40, wrongLeaves: 30, missing: 30 },
  { ...NO_FAULTS, nulls: 50, wrongNulls: 20, errors: 30, failures: 30 },
];

const seed = Number(process.env['FC_SEED'] ?? 1);

const REQUIREMENTS = 5;

/** Something is asked for every sixth field and every twelfth type, the root types left out. */
const randomRequirements = (name: string): Requirements => {
  const idsOf = (coordinate: string, every: number) => {
    const random = hashOf(`${name} ${coordinate}`);
    return random % every === 0 ? [Math.floor(random / every) % REQUIREMENTS] : [];
  };
  return {
    ...noRequirements,
    all: Array.from(
      { length: REQUIREMENTS },
      (_, id) => ({ kind: 'scopes', alternatives: [[`scope:${id}`]] }) as const,
    ),
    ofType: (type) => (['Query', 'Mutation'].includes(type) ? [] : idsOf(type, 12)),
    ofField: (type, field) => idsOf(`${type}.${field}`, 6),
  };
};

const tapeOf = (name: string, length: number): number[] =>
  Array.from({ length }, (_, index) => hashOf(`${name}/${index}`) % 1000);

interface Tried {
  /** Parts of the operation were denied, and some were left. */
  readonly isFiltered: boolean;
  readonly found: unknown;
}

/** One operation, by a caller who may not have all of it, on both executors. */
const tryOne = async (world: World, name: string): Promise<Tried | undefined> => {
  const { generation } = world;
  const choices = createChoices(tapeOf(name, 300));
  const faults = choices.pick(FAULTS);
  const operation = randomOperation(generation.schema, choices, 20);
  const document = parse(operation.text);
  if (validate(generation.schema, document).some(({ message }) => !/is never used/.test(message))) return undefined;
  const variables = { b: true, ...operation.variables };
  const prepared = prepare(world, document, variables, name, choices);
  // A mutation of which parts are denied is refused as a whole.
  if (prepared.denied !== undefined && prepared.operation.operation === OperationTypeNode.MUTATION) return undefined;
  const { ours, reference } = await runBoth(world, prepared, variables, hashOf(name), faults);
  const found = disagreement(ours, reference, prepared.typeKey);
  const isFiltered = prepared.denied !== undefined && prepared.document !== undefined;
  return { isFiltered, found: found && { ...found, text: operation.text, name } };
};

const prepare = (
  { generation: { schema } }: World,
  document: ReturnType<typeof parse>,
  variables: Readonly<Record<string, unknown>>,
  name: string,
  choices: Choices,
): PreparedOperation => {
  const typeKey = 'hiddenType';
  // As it is done for a request, and also without: then conditions are left for completion to decide.
  const isSpecialized = choices.chance(50);
  const meant = isSpecialized ? specialize(document, null, variables, typeKey) : document;
  const analyzed = analyzeOperation(schema, randomRequirements(name), meant, null, typeKey);
  return filterDocument(analyzed, analyzed.touched.map(() => (choices.chance(40) ? '0' : '1')).join(''));
};

const runBoth = async (
  { generation, subgraphs }: World,
  prepared: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
  answers: number,
  faults: Faults,
): Promise<{ readonly ours: Ran; readonly reference: Ran }> => {
  const { document } = prepared;
  const plan = document === undefined ? undefined : planOf(generation, document);
  const objects = Object.values(generation.supergraphSchema.getTypeMap()).filter(isObjectType);
  const typed = new Set(objects.map(({ name }) => name));
  const runOn = (execute: ExecutePlan, unasked: ReadonlySet<string> | undefined) => {
    const transports = subgraphs.map(({ name, schema }) =>
      inventingTransport(name, schema, answers, faults, [], unasked),
    );
    const asked = {
      document: document ?? parse('{ __typename }'),
      plan: plan ?? { kind: 'QueryPlan' },
      variables,
    } as const;
    return run((planned) => execute({ ...planned, plan, prepared, variables }), generation, asked, transports);
  };
  return { ours: await runOn(executeCompiled, undefined), reference: await runOn(executeByReference, typed) };
};

/** Ours need not tell what is wrong below a null that had to rise because of what was denied. */
const disagreement = (ours: Ran, reference: Ran, typeKey: string) => {
  if (ours.thrown !== undefined) return { ours: ours.thrown, reference: undefined };
  if (hasFallenOver(reference)) return undefined;
  const [left, right] = [plain(ours.data), plain(reference.data)];
  // The type that the selection set of an empty object asks for need not be known; the reference says null then.
  if (left !== right && left.includes(EMPTY)) return undefined;
  if (left !== right || left.includes(typeKey)) return { ours: left, reference: right };
  const [told, expected] = [messagesOf(ours), messagesOf(reference)];
  if (told !== expected) return { ours: told, reference: expected };
  const unexplained = ours.errors.filter((error) => isOfCompletion(error) && !leadsToNull(ours.data, error.path ?? []));
  return unexplained.length === 0 ? undefined : { ours: unexplained, reference: reference.errors };
};

/** Keys sorted: the reference has them in the order of its own selection sets. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? ['object', ...Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1))]
      : inner,
  );

const EMPTY = plain({});

const messagesOf = ({ errors }: Ran): string =>
  errors
    .filter((error: GraphQLError) => !isOfCompletion(error))
    .map(({ message }) => message)
    .toSorted()
    .join('\n');

const leadsToNull = (data: unknown, path: readonly (string | number)[]): boolean => {
  if (data === null || data === undefined) return true;
  const [first, ...rest] = path;
  return first !== undefined && leadsToNull((data as Record<string | number, unknown>)[first], rest);
};

describe('denied selections, written with the answer', () => {
  it.each(Object.entries(WORLDS))(
    `are where completeDenied has them, on %s (seed ${seed})`,
    async (name, sdls) => {
      const world = createWorld(linked(sdls));
      let filtered = 0;
      for (let number = 0; number < 200; number++) {
        const tried = await tryOne(world, `${name} ${seed} ${number}`);
        expect(tried?.found).toBeUndefined();
        if (tried?.isFiltered === true) filtered++;
      }
      expect(filtered).toBeGreaterThan(30);
    },
    120_000,
  );

  it(`are where completeDenied has them, on supergraphs of all kinds (seed ${seed})`, async () => {
    for (let number = 0; number < 12; number++) {
      const world = createWorld(linked(randomSubgraphs(createChoices(tapeOf(`denied ${seed} ${number}`, 300)))));
      for (let operation = 0; operation < 25; operation++)
        expect((await tryOne(world, `denied ${seed} ${number} ${operation}`))?.found).toBeUndefined();
    }
  }, 120_000);
});

describe('a denied selection', () => {
  const world = createWorld(
    linked({
      stock: `LINK
        type Query { item: Item items: [Item!] things: [Thing] secret: Secret }
        interface Thing { id: ID! label: String up: Thing }
        type Item implements Thing { id: ID! label: String cost: Int batch: String! parent: Item up: Item! }
        type Drug implements Thing { id: ID! label: String dose: Int! up: Thing }
        type Secret { code: String }`,
    }),
  );

  /** Nobody may select the fields named. */
  const denying = (query: string, fields: readonly string[], isSpecialized = true, variables = {}) => {
    const { schema } = world.generation;
    const document = isSpecialized ? specialize(parse(query), null, variables, 'hiddenType') : parse(query);
    const requirements: Requirements = {
      ...noRequirements,
      all: [{ kind: 'scopes', alternatives: [] }],
      ofType: () => [],
      ofField: (type, field) => (fields.includes(`${type}.${field}`) ? [0] : []),
    };
    const analyzed = analyzeOperation(schema, requirements, document, null, 'hiddenType');
    return filterDocument(analyzed, '0'.repeat(analyzed.touched.length));
  };

  const answer = async (
    query: string,
    fields: readonly string[],
    data: Readonly<Record<string, unknown>>,
    variables: Readonly<Record<string, boolean>> = {},
  ) => {
    const outcomes = await Promise.all(
      [true, false].map(async (isSpecialized) => {
        const prepared = denying(query, fields, isSpecialized, variables);
        const { text, paths, calls } = await ask(world, query, { stock: given(data) }, { variables, prepared });
        return { text, paths, calls: calls.length };
      }),
    );
    expect(outcomes[1]).toEqual(outcomes[0]);
    return outcomes[0];
  };

  it('is null at its place in the document', async () => {
    const { text } =
      (await answer('{ item { label cost id __typename } }', ['Item.cost'], { item: { label: 'l', id: '1' } })) ?? {};
    expect(text).toBe('{"item":{"label":"l","cost":null,"id":"1","__typename":"Item"}}');
  });

  it('rises without an error where there is no place for null', async () => {
    const items = [{ id: '1' }, { id: '2' }];
    expect(await answer('{ items { id batch } item { id } }', ['Item.batch'], { items, item: { id: '3' } })).toEqual({
      text: '{"items":null,"item":{"id":"3"}}',
      paths: [],
      calls: 1,
    });
    expect(
      await answer('{ item { id parent { batch id } } }', ['Item.batch'], { item: { id: '1', parent: { id: '2' } } }),
    ).toEqual({
      text: '{"item":{"id":"1","parent":null}}',
      paths: [],
      calls: 1,
    });
  });

  it('rises as the type of the object says, where an interface leaves more room', async () => {
    const up = { __typename: 'Item', hiddenType: 'Item', id: '2' };
    const things = ['Item', 'Drug'].map((__typename) => ({ __typename, hiddenType: __typename, id: '1', up }));
    expect(await answer('{ things { id up { id ... on Item { batch } } } }', ['Item.batch'], { things })).toEqual({
      text: '{"things":[null,{"id":"1","up":null}]}',
      paths: [],
      calls: 1,
    });
  });

  it('is null for objects of its type, of which nobody has to know the type', async () => {
    const things = [
      { __typename: 'Item', hiddenType: 'Item', id: '1' },
      { __typename: 'Drug', hiddenType: 'Drug', id: '2', dose: 3 },
    ];
    const query = '{ things { ... on Item { cost } id ... on Drug { dose } } }';
    expect((await answer(query, ['Item.cost'], { things }))?.text).toBe(
      '{"things":[{"cost":null,"id":"1"},{"id":"2","dose":3}]}',
    );
    expect((await answer(query, ['Drug.dose'], { things }))?.text).toBe('{"things":[{"cost":null,"id":"1"},null]}');
  });

  it('makes null of an object that may be of its type or not', async () => {
    const query = '{ things { ... on Item { cost } id } }';
    expect(await answer(query, ['Item.cost'], { things: [{ id: '1' }, { __typename: 'Thing', id: '2' }] })).toEqual({
      text: '{"things":[null,null]}',
      paths: ['things.0', 'things.1'],
      calls: 1,
    });
  });

  it.each([
    [true, true, '{"item":{"cost":null,"id":"1"}}'],
    [false, true, '{"item":{"id":"1","cost":null}}'],
    [false, false, '{"item":{"id":"1"}}'],
  ])('is null where it is part of the request (a: %s, b: %s)', async (a, b, text) => {
    const query =
      'query ($a: Boolean!, $b: Boolean!) { item { cost @include(if: $a) id ... @include(if: $b) { cost } } }';
    const prepared = denying(query, ['Item.cost'], true, { a, b });
    const answered = await ask(
      world,
      query,
      { stock: given({ item: { id: '1' } }) },
      { variables: { a, b }, prepared },
    );
    expect(answered.text).toBe(text);
  });

  it('gives way to a selection of the same key that is allowed', async () => {
    const things = [
      { __typename: 'Item', hiddenType: 'Item', x: 'l' },
      { __typename: 'Drug', hiddenType: 'Drug' },
    ];
    const query = '{ things { ... on Item { x: label } ... on Drug { x: label } } }';
    expect((await answer(query, ['Drug.label'], { things }))?.text).toBe('{"things":[{"x":"l"},{"x":null}]}');
  });

  it('that leaves nothing to ask is answered without asking', async () => {
    expect(await answer('{ secret { code } s: secret { code } }', ['Secret.code'], {})).toEqual({
      text: '{"secret":null,"s":null}',
      paths: [],
      calls: 0,
    });
  });
});
