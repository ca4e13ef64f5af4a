import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { createChoices, hashOf } from './choices.ts';
import { disagreement, hasFallenOver } from './compare.ts';
import { type Faults, NO_FAULTS } from './random-answers.ts';
import { randomOperation } from './random-operation.ts';
import { randomSubgraphs } from './random-supergraph.ts';
import { createWorld, planOf, runBoth, type World } from './run-both.ts';
import { linked, WORLDS } from './worlds.ts';

/** In a thousand. */
const FAULTS: readonly Faults[] = [
  NO_FAULTS,
  { ...NO_FAULTS, nulls: 150 },
  { ...NO_FAULTS, nulls: 60, errors: 60, failures: 60 },
  { ...NO_FAULTS, nulls: 60, wrongNulls: 40, wrongLeaves: 30, missing: 30 },
  { ...NO_FAULTS, nulls: 50, wrongNulls: 20, errors: 30, missing: 20, wrongLeaves: 20, failures: 30 },
  { nulls: 50, wrongNulls: 20, errors: 30, missing: 20, wrongLeaves: 20, wrongShapes: 15, failures: 30 },
];

/** What is tried. The same seed tries the same. */
const seed = Number(process.env['FC_SEED'] ?? 1);
const supergraphs = Number(process.env['DIFFERENTIAL_SUPERGRAPHS'] ?? 40);
const OPERATIONS = 25;
const ANSWERS = ['1', '2'];
const cases = supergraphs * OPERATIONS * ANSWERS.length;

describe('compiled and reference execution', () => {
  it.each(Object.entries(WORLDS))(
    `agree on %s (seed ${seed})`,
    async (_name, sdls) => {
      const world = createWorld(linked(sdls));
      const tape = fc.array(fc.nat(999), { minLength: 20, maxLength: 250, size: 'max' });
      await fc.assert(
        fc.asyncProperty(tape, fc.nat(), fc.constantFrom(...FAULTS), async (numbers, answers, faults) => {
          const { found } = await tryOperation(world, numbers, 40, [answers], faults);
          expect(found).toBeUndefined();
        }),
        { seed, numRuns: 150 },
      );
    },
    120_000,
  );

  it(
    `agree on ${cases} cases of ${supergraphs} supergraphs (seed ${seed})`,
    async () => {
      let compared = 0;
      for (let number = 0; number < supergraphs; number++) {
        const sdls = linked(randomSubgraphs(createChoices(tapeOf(`supergraph ${seed} ${number}`, 300))));
        const world = createWorld(sdls);
        for (let operation = 0; operation < OPERATIONS; operation++) {
          const name = `operation ${seed} ${number} ${operation}`;
          const faults = FAULTS[hashOf(name) % FAULTS.length] ?? NO_FAULTS;
          const answers = ANSWERS.map((answer) => hashOf(`${name} ${answer}`));
          const tried = await tryOperation(world, tapeOf(name, 200), 14, answers, faults);
          if (tried.found !== undefined)
            throw new Error(`${number}/${operation}: ${JSON.stringify({ ...tried.found, sdls }, null, 1)}`);
          compared += tried.compared;
        }
      }
      // Of the others the operation is not valid, or the reference fell over.
      expect(compared).toBeGreaterThan(cases * 0.7);
    },
    60_000 + 1500 * supergraphs,
  );
});

const tapeOf = (name: string, length: number): number[] =>
  Array.from({ length }, (_, index) => hashOf(`${name}/${index}`) % 1000);

interface Tried {
  /** Cases in which both had something to say. */
  readonly compared: number;
  readonly found: unknown;
}

/** Runs one operation on both, once per seed of answers, until they disagree. */
const tryOperation = async (
  world: World,
  tape: readonly number[],
  size: number,
  answers: readonly number[],
  faults: Faults,
): Promise<Tried> => {
  const { schema } = world.generation;
  const { text, variables } = randomOperation(schema, createChoices(tape), size);
  const document = parse(text);
  const problems = validate(schema, document).filter(({ message }) => !/is never used/.test(message));
  if (problems.length > 0) return { compared: 0, found: undefined };
  const plan = planOf(world.generation, document);
  let compared = 0;
  for (const one of answers) {
    const { ours, reference } = await runBoth(world, { document, plan, variables, seed: one, faults });
    const found = disagreement(ours, reference);
    if (found !== undefined) return { compared, found: { ...found, text, variables, seed: one, faults } };
    if (!hasFallenOver(reference)) compared++;
  }
  return { compared, found: undefined };
};
