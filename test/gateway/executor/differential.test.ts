import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { createChoices, hashOf } from './choices.ts';
import { disagreement } from './compare.ts';
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

const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

describe('compiled and reference execution', () => {
  // The seed of this run. FC_SEED=<seed> repeats it.
  it.each(Object.entries(WORLDS))(
    `agree on %s (seed ${seed})`,
    async (_name, sdls) => {
      const world = createWorld(linked(sdls));
      const tape = fc.array(fc.nat(999), { minLength: 20, maxLength: 250, size: 'max' });
      await fc.assert(
        fc.asyncProperty(tape, fc.nat(), fc.constantFrom(...FAULTS), async (numbers, answers, faults) => {
          expect(await disagreementOn(world, numbers, 40, [answers], faults)).toBeUndefined();
        }),
        { seed, numRuns: 150 },
      );
    },
    120_000,
  );

  it(`agree on 10,000 cases of 200 supergraphs (seed ${seed})`, async () => {
    let cases = 0;
    for (let number = 0; number < 200; number++) {
      const sdls = linked(randomSubgraphs(createChoices(tapeOf(`supergraph ${seed} ${number}`, 300))));
      const world = createWorld(sdls);
      for (let operation = 0; operation < 25; operation++) {
        const name = `operation ${seed} ${number} ${operation}`;
        const faults = FAULTS[hashOf(name) % FAULTS.length] ?? NO_FAULTS;
        const answers = [hashOf(`${name} 1`), hashOf(`${name} 2`)];
        const found = await disagreementOn(world, tapeOf(name, 200), 14, answers, faults);
        if (found !== undefined)
          throw new Error(`${number}/${operation}: ${JSON.stringify({ ...found, sdls }, null, 1)}`);
        cases += answers.length;
      }
    }
    expect(cases).toBe(10_000);
  }, 300_000);
});

const tapeOf = (name: string, length: number): number[] =>
  Array.from({ length }, (_, index) => hashOf(`${name}/${index}`) % 1000);

/** Runs one operation on both, once per seed of answers. */
const disagreementOn = async (
  world: World,
  tape: readonly number[],
  size: number,
  answers: readonly number[],
  faults: Faults,
) => {
  const { schema } = world.generation;
  const { text, variables } = randomOperation(schema, createChoices(tape), size);
  const document = parse(text);
  const problems = validate(schema, document).filter(({ message }) => !/is never used/.test(message));
  if (problems.length > 0) return undefined;
  const plan = planOf(world.generation, document);
  for (const one of answers) {
    const { ours, reference } = await runBoth(world, { document, plan, variables, seed: one, faults });
    const found = disagreement(ours, reference);
    if (found !== undefined) return { ...found, text, variables, seed: one, faults };
  }
  return undefined;
};
