import { describe, expect, it } from '@jest/globals';
import { type DocumentNode, execute, type GraphQLSchema, isObjectType, parse, specifiedRules, validate } from 'graphql';
import { coerceVariables } from '../../../gateway/coerce-variables.ts';
import { completeDenied } from '../../../gateway/executor/complete-denied.ts';
import { hideTypes } from '../../../gateway/executor/hide-types.ts';
import { compose } from '../../../gateway/supergraph/compose.ts';
import { createGeneration, type Generation } from '../../../gateway/supergraph/generation.ts';
import type { Identity } from '../../../platform/identity.ts';
import { analyzeOperation } from '../../../policies/access/analyze-operation.ts';
import { hold } from '../../../policies/access/conditions.ts';
import { filterDocument, maskOf } from '../../../policies/access/filter-document.ts';
import { ALLOWED, refused, type Rules } from '../../../policies/rules/rule.ts';
import { type Choices, createChoices, hashOf } from '../../gateway/executor/choices.ts';
import { holding } from '../../harness/identity.ts';
import { evaluateNaively, type Invent, type Thing } from './naive.ts';
import { randomDocument } from './random-document.ts';
import { type Model, randomModel, SCOPES, sdlOf } from './random-model.ts';

/** What is tried. The same seed tries the same. */
const seed = Number(process.env['FC_SEED'] ?? 1);
const schemas = Number(process.env['ACCESS_SCHEMAS'] ?? 5);
const DOCUMENTS = 50;
const CALLERS = 6;
const cases = schemas * DOCUMENTS * CALLERS;

const RULES: Rules = {
  boss: {
    means: 'The boss.',
    looksAt: 'caller',
    judge: ({ identity }) => (identity.subject === 'boss' ? ALLOWED : refused('not the boss')),
  },
  payroll: {
    means: 'For payroll.',
    looksAt: 'caller',
    judge: ({ identity }) => (identity.purpose === 'payroll' ? ALLOWED : refused('not for payroll')),
  },
  even: {
    means: 'An even number.',
    looksAt: 'arguments',
    judge: ({ given: { n } }) => {
      if (typeof n !== 'number') return null;
      return n % 2 === 0 ? ALLOWED : refused('odd');
    },
  },
};

describe('the compiled mask', () => {
  it(
    `lets see what a naive evaluation of the directives does, in ${cases} cases of ${schemas} schemas (seed ${seed})`,
    () => {
      const met = { compared: 0, denied: 0, allowed: 0 };
      for (let number = 0; number < schemas; number++) {
        const model = randomModel(createChoices(tapeOf(`schema ${seed} ${number}`, 400)));
        const generation = generationOf(model);
        for (let index = 0; index < DOCUMENTS; index++) {
          const name = `document ${seed} ${number} ${index}`;
          const { text, variables, document } = validDocument(generation.schema, name);
          for (let who = 0; who < CALLERS; who++) {
            const identity = callerOf(createChoices(tapeOf(`${name} ${who}`, 20)));
            const [ours, naive] = compare(generation, model, document, identity, variables, name);
            met.compared += 1;
            met[naive.denied.length === 0 ? 'allowed' : 'denied'] += 1;
            if (JSON.stringify(ours) !== JSON.stringify(naive))
              throw new Error(
                JSON.stringify({ number, index, who, text, variables, ours, naive, sdl: sdlOf(model) }, null, 1),
              );
          }
        }
      }
      expect(met.compared).toBe(cases);
      expect(Math.min(met.denied, met.allowed)).toBeGreaterThan(met.compared / 20);
    },
    30_000 + 2_000 * schemas,
  );
});

const tapeOf = (name: string, length: number): number[] =>
  Array.from({ length }, (_, index) => hashOf(`${name}/${index}`) % 1000);

const generationOf = (model: Model): Generation =>
  createGeneration(compose([{ name: 'one', url: 'http://one.invalid', sdl: sdlOf(model) }]).supergraphSdl, {
    rules: RULES,
  });

/** Of some, fields of one key differ; then another one is tried. */
const validDocument = (schema: GraphQLSchema, name: string) => {
  for (let attempt = 0; ; attempt++) {
    const random = randomDocument(schema, createChoices(tapeOf(`${name} ${attempt}`, 400)));
    const document = parse(random.text, { noLocation: true });
    if (isValid(schema, document)) return { ...random, document };
  }
};

const isValid = (schema: GraphQLSchema, document: DocumentNode): boolean =>
  validate(schema, document, specifiedRules).every(({ message }) => /is never used/.test(message));

const callerOf = (choices: Choices): Identity =>
  holding(
    SCOPES.filter(() => choices.chance(60)),
    {
      subject: choices.pick(['boss', 'kim']),
      purpose: choices.pick(['payroll', 'operations', 'reporting', 'emergency', 'nonsense']),
      audience: choices.pick(['internal', 'operator', 'reporting', 'supplier']),
    },
  );

const compare = (
  generation: Generation,
  model: Model,
  document: DocumentNode,
  identity: Identity,
  given: Readonly<Record<string, unknown>>,
  name: string,
) => {
  const { schema, requirements } = generation;
  const analyzed = analyzeOperation(schema, requirements, document, null);
  const variables = coerceVariables(schema, analyzed.operation, given);
  const prepared = filterDocument(analyzed, maskOf(requirements, analyzed, identity, variables));
  const { denied, typeKey } = prepared;
  if (prepared.document !== undefined && !isValid(schema, prepared.document)) throw new Error('not valid any more');
  const invent = inventor(schema, model, name);
  const executed = prepared.document === undefined ? {} : run(schema, prepared.document, given, invent);
  const completed = denied === undefined ? executed : completeDenied(executed, denied, { typeKey, variables });
  const data = prepared.document === undefined ? completed : hideTypes(completed, prepared.document, typeKey);
  const told = prepared.deniedPaths.filter(({ when }) => hold(when, variables)).map(({ path }) => path.join('.'));
  const naive = evaluateNaively(schema, model, document, identity, given, invent);
  return [
    { data: plain(data), denied: [...new Set(told)].toSorted() },
    { data: plain(naive.data), denied: [...naive.denied].toSorted() },
  ] as const;
};

/** Keys sorted: their order is a matter of other tests. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, plain(inner)]),
  );
};

/** The same data for both evaluators, with nulls where there may be some. */
const inventor = (schema: GraphQLSchema, model: Model, name: string): Invent => {
  const valueOf = (id: string, field: string, type: string): unknown => {
    const nullable = type.replace(/!$/, '');
    if (nullable === type && hashOf(`${id} null`) % 6 === 0) return null;
    if (nullable.startsWith('['))
      return Array.from({ length: hashOf(id) % 3 }, (_, index) =>
        valueOf(`${id}.${index}`, field, nullable.slice(1, -1)),
      );
    const members = model.members[nullable] ?? (isObjectType(schema.getType(nullable)) ? [nullable] : []);
    if (members.length > 0) return { type: members[hashOf(id) % members.length], id };
    return nullable === 'Int' ? hashOf(id) % 100 : field;
  };
  return (parent, field, type) => valueOf(`${parent?.id ?? name}.${field}`, field, type);
};

const run = (
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
  invent: Invent,
): Readonly<Record<string, unknown>> => {
  const result = execute({
    schema,
    document,
    variableValues,
    fieldResolver: (parent: Thing | undefined, _arguments, _context, { fieldName, returnType }) =>
      invent(parent, fieldName, String(returnType)),
    typeResolver: (thing: Thing) => thing.type,
  });
  if (result instanceof Promise || result.data == null) throw new Error('it is there at once, and whole');
  return result.data;
};
