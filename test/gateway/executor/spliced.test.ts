import { describe, expect, it } from '@jest/globals';
import { type DocumentNode, Kind, parse, validate, visit } from 'graphql';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import { compileSpliced } from '../../../gateway/executor/spliced/compile.ts';
import { executeSpliced } from '../../../gateway/executor/spliced/execute.ts';
import { UNSUITED } from '../../../gateway/executor/spliced/unsuited.ts';
import type { Transport } from '../../../gateway/executor/transports/transport.ts';
import type { SubgraphCall } from '../../../platform/subgraph.ts';
import { createChoices, hashOf } from './choices.ts';
import { type Faults, inventingTransport, NO_FAULTS, type SeenCall } from './random-answers.ts';
import { randomOperation } from './random-operation.ts';
import { randomSubgraphs } from './random-supergraph.ts';
import { createWorld, planOf, run, told, type World } from './run-both.ts';
import { linked, WORLDS } from './worlds.ts';

const seed = Number(process.env['FC_SEED'] ?? 1);

const FAULTS: readonly Faults[] = [
  NO_FAULTS,
  NO_FAULTS,
  { ...NO_FAULTS, nulls: 150 },
  { ...NO_FAULTS, nulls: 60, errors: 60, failures: 60 },
  { nulls: 50, wrongNulls: 20, errors: 30, missing: 20, wrongLeaves: 20, wrongShapes: 15, failures: 30 },
];

/** The same subgraph, asked in writing. */
const written = (inner: Transport): Transport => ({
  ...inner,
  exchange: async ({ body }, envelope, cancellation) => {
    const call = JSON.parse(body.toString()) as SubgraphCall;
    return Buffer.from(JSON.stringify(await inner.send(call, envelope, cancellation)));
  },
});

const tapeOf = (name: string, length: number): number[] =>
  Array.from({ length }, (_, index) => hashOf(`${name}/${index}`) % 1000);

interface Tally {
  cases: number;
  suited: number;
}

const compareOn = async (world: World, name: string, size: number, tally: Tally): Promise<void> => {
  const { generation } = world;
  const { text, variables } = randomOperation(generation.schema, createChoices(tapeOf(name, 200)), size);
  const parsed = parse(text);
  if (validate(generation.schema, parsed).some(({ message }) => !/is never used/.test(message))) return;
  // Conditions are decided before an operation is planned, so half of the cases have none.
  const document = hashOf(name) % 2 === 0 ? parsed : withoutConditions(parsed);
  const plan = planOf(generation, document);
  const faults = FAULTS[hashOf(name) % FAULTS.length] ?? NO_FAULTS;
  const invent = () => {
    const calls: SeenCall[] = [];
    const transports = world.subgraphs.map((one) =>
      inventingTransport(one.name, one.schema, hashOf(name), faults, calls, undefined),
    );
    return { calls, transports };
  };
  const [one, other] = [invent(), invent()];
  const spliced = await run(executeSpliced, generation, { document, plan, variables }, one.transports.map(written));
  const compiled = await run(executeCompiled, generation, { document, plan, variables }, other.transports);
  const context = { text, variables, faults, seed, name };
  expect({
    ...context,
    thrown: spliced.thrown,
    data: JSON.stringify(spliced.data),
    errors: spliced.errors.map(told),
  }).toEqual({
    ...context,
    thrown: compiled.thrown,
    data: JSON.stringify(compiled.data),
    errors: compiled.errors.map(told),
  });
  expect({ ...context, calls: asked(one.calls) }).toEqual({ ...context, calls: asked(other.calls) });
  tally.cases += 1;
  if (isSuited(world, document)) tally.suited += 1;
};

const withoutConditions = (document: DocumentNode): DocumentNode => visit(document, { Directive: () => null });

/** Both ask for an entity once; what is not a plain value the compiled executor may take for two. */
const asked = (calls: readonly SeenCall[]): readonly string[] =>
  calls
    .map(({ subgraph, call }) => {
      const texts = (call.variables?.['representations'] ?? []) as readonly unknown[];
      const representations = [...new Set(texts.map((one) => JSON.stringify(one)))];
      return JSON.stringify({ subgraph, ...call, variables: { ...call.variables, representations } });
    })
    .toSorted();

const isSuited = ({ generation }: World, document: DocumentNode): boolean => {
  const plan = planOf(generation, document);
  const [operation] = document.definitions;
  if (plan.node === undefined || operation?.kind !== Kind.OPERATION_DEFINITION) return false;
  try {
    compileSpliced(generation, plan.node as never, document, operation, { typeKey: 'unused', denied: undefined });
    return true;
  } catch (error) {
    if (error !== UNSUITED) throw error;
    return false;
  }
};

describe('spliced and compiled execution', () => {
  it.each(Object.entries(WORLDS))(
    `agree on %s (seed ${seed})`,
    async (name, sdls) => {
      const world = createWorld(linked(sdls));
      const tally = { cases: 0, suited: 0 };
      for (let number = 0; number < 100; number++) await compareOn(world, `${name} ${seed} ${number}`, 20, tally);
      expect(tally.suited).toBeGreaterThan(tally.cases / 20);
    },
    120_000,
  );

  it(`agree on operations of 40 supergraphs (seed ${seed})`, async () => {
    const tally = { cases: 0, suited: 0 };
    for (let number = 0; number < 40; number++) {
      const sdls = linked(randomSubgraphs(createChoices(tapeOf(`supergraph ${seed} ${number}`, 300))));
      const world = createWorld(sdls);
      for (let operation = 0; operation < 25; operation++)
        await compareOn(world, `operation ${seed} ${number} ${operation}`, 14, tally);
    }
    expect(tally.suited).toBeGreaterThan(tally.cases / 4);
  }, 300_000);
});
