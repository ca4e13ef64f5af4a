import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema, type DocumentNode, executeSync, parse, print, validate, visit } from 'graphql';
import { answerKeyOf, plannerNames, separateKeys } from '../../../gateway/planning/data-keys.ts';
import { createPlanner, type Planner } from '../../../gateway/planning/planner.ts';
import { readSupergraph } from '../../../gateway/planning/read-supergraph.ts';
import { createChoices } from '../executor/choices.ts';
import { randomOperation } from '../executor/random-operation.ts';
import { trays } from './graphs.ts';

const NAMES = plannerNames(readSupergraph(trays).schema);

describe('the names of the planner', () => {
  it('are those of keys, of what is required, and the type', () => {
    expect([...NAMES].toSorted()).toEqual(['__typename', 'code', 'id', 'material', 'shelf']);
  });
});

describe('a selection under a name of the planner', () => {
  let planner: Planner;
  beforeAll(() => {
    planner = createPlanner(trays);
  });
  afterAll(async () => planner.close());

  const fromStore = async (document: DocumentNode): Promise<string | undefined> =>
    /"operation":"([^"]*)"/.exec(JSON.stringify(await planner.plan(document, null)))?.[1];

  /** What an operation selects, in any order. */
  const selected = (operation: string | undefined): string[] => {
    const fields: string[] = [];
    visit(parse(operation ?? ''), { Field: ({ selectionSet: _set, ...field }) => void fields.push(print(field)) });
    return fields.toSorted();
  };

  it.each([
    ['{ tray { id: label grams } }', '{ tray { __typename id __as_id: label } }'],
    ['{ tray { __typename: label grams } }', '{ tray { __typename id __as___typename: label } }'],
    ['{ tray { material: label load } }', '{ tray { __typename id __as_material: label material } }'],
    ['{ tray { material(n: 1) load } }', '{ tray { __typename id __as_material: material(n: 1) material } }'],
    ['{ tray { shelf { code: note } reach } }', '{ tray { __typename id shelf { __as_code: note code } } }'],
    ['{ tray { id material grams } }', '{ tray { __typename id material } }'],
  ])('is asked for beside the field of that name, once it has a key of its own: %s', async (text, operation) => {
    const asked = await fromStore(separateKeys(parse(text), NAMES));
    expect(selected(asked)).toEqual(selected(operation));
  });
});

describe('a document with keys of its own', () => {
  const schema = buildSchema(`
    type Query { item: Item items: [Thing!] label2(n: Int): Item }
    interface Thing { id: ID! label(n: Int): String next: Thing }
    type Item implements Thing { id: ID! label(n: Int): String next: Thing box: Box }
    type Box implements Thing { id: ID! label(n: Int): String next: Thing size: Int }
  `);
  const label = ({ n }: { readonly n?: number }) => `labelled ${n ?? 'plainly'}`;
  const item: object = { __typename: 'Item', id: 'i', label, next: () => box, box: () => box };
  const box: object = { __typename: 'Box', id: 'b', label, next: null, size: 2 };
  const rootValue = { item, items: [item, box], label2: item };
  // Those that random aliases hit.
  const names = new Set([
    'id',
    'label',
    'label2',
    'item2',
    'next2',
    '__typename',
    'toString',
    '__proto__',
    'constructor',
  ]);

  const answer = (document: DocumentNode, variableValues: Readonly<Record<string, unknown>>): unknown =>
    executeSync({ schema, document, rootValue, variableValues }).data;

  /** As text, since the order of keys is part of an answer. */
  const written = (value: unknown, keyOf: (key: string) => string): string => {
    if (Array.isArray(value)) return `[${value.map((one) => written(one, keyOf)).join()}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const entries = Object.entries(value).map(([key, one]) => `${keyOf(key)}:${written(one, keyOf)}`);
    return `{${entries.join()}}`;
  };

  const check = (text: string, variables: Readonly<Record<string, unknown>>): boolean => {
    const document = parse(text);
    if (validate(schema, document).some(({ message }) => !message.includes('is never used'))) return false;
    const separated = separateKeys(document, names);
    expect(written(answer(separated, variables), answerKeyOf)).toBe(written(answer(document, variables), (key) => key));
    return true;
  };

  it.each([
    '{ item { id: label label: id } }',
    '{ item { label(n: 1) next { label } } items { ... on Item { label: label(n: 1) } ... on Box { label } } }',
    '{ item { __typename: id } }',
    '{ item { id: id id __as_id: label __as___as_id: label } }',
    '{ item { next { id } next { label: id } } item { next { id } } }',
  ])('has the same answer, its keys renamed: %s', (text) => {
    expect(check(text, {})).toBe(true);
  });

  it('has the same answer, whatever the document', () => {
    let compared = 0;
    fc.assert(
      fc.property(fc.array(fc.nat(999), { minLength: 20, maxLength: 200, size: 'max' }), (tape) => {
        const { text, variables } = randomOperation(schema, createChoices(tape), 25);
        if (check(text, variables)) compared++;
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  it('is the very same where no key is one of the planner', () => {
    const document = parse('{ item { id next { id size: id } } }');
    expect(separateKeys(document, new Set(['id']))).toBe(document);
  });
});
