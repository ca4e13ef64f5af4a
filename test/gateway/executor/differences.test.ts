import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import type { ExecutePlan } from '../../../gateway/executor/execute-plan.ts';
import { executeByReference } from '../../../gateway/executor/reference.ts';
import type { Transport } from '../../../gateway/executor/transports/transport.ts';
import { DIFFERENCES, type Difference } from './differences.ts';
import { createWorld, planOf, run } from './run-both.ts';
import { linked } from './worlds.ts';

const outcome = async (execute: ExecutePlan, { sdls, query, answers }: Difference) => {
  const { generation } = createWorld(linked(sdls));
  const document = parse(query);
  const transports = Object.entries(answers).map(
    ([name, answer]): Transport => ({ name, send: (call) => Promise.resolve(structuredClone(answer(call))) }),
  );
  const plan = planOf(generation, document);
  const { data, errors, thrown } = await run(execute, generation, { document, plan, variables: {} }, transports);
  if (thrown !== undefined && execute === executeCompiled) throw thrown;
  return { data: JSON.stringify(data), paths: errors.map(({ path }) => path?.join('.')) };
};

describe.each(DIFFERENCES.map((difference) => [difference.name, difference] as const))('%s', (_name, difference) => {
  const right = { data: JSON.stringify(difference.data), paths: difference.paths };

  it(`is right here (${difference.section})`, async () => {
    expect(await outcome(executeCompiled, difference)).toEqual(right);
  });

  it('is still wrong in the reference', async () => {
    expect(await outcome(executeByReference, difference)).not.toEqual(right);
  });
});
