import { parse } from 'graphql';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import type { ExecutePlan, PlannedOperation } from '../../../gateway/executor/execute-plan.ts';
import type { Transport } from '../../../gateway/executor/transports/transport.ts';
import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';
import { decoded, planOf, run, type World } from './run-both.ts';

/** By subgraph: what it answers. */
export type Answers = Readonly<Record<string, (call: SubgraphCall) => SubgraphAnswer | Promise<SubgraphAnswer>>>;

export interface Asking {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** The operation as it is asked, in place of the whole document. */
  readonly prepared?: PlannedOperation;
}

/** Runs a query on the compiled executor. `text` is the data as it is sent. */
export const ask = async (world: World, query: string, answers: Answers, asking: Asking = {}) => {
  const { variables = {}, prepared } = asking;
  const document = prepared?.document ?? parse(query);
  const calls: { readonly subgraph: string; readonly call: SubgraphCall }[] = [];
  const transports = Object.entries(answers).map(
    ([name, answer]): Transport => ({
      name,
      send: async (call) => {
        calls.push({ subgraph: name, call });
        return answer(call);
      },
    }),
  );
  const plan = planOf(world.generation, document);
  let text = '';
  const execute: ExecutePlan = async (given) => {
    const isEmpty = prepared !== undefined && prepared.document === undefined;
    const asked = { ...given, prepared: prepared ?? given.prepared, plan: isEmpty ? undefined : given.plan };
    const executed = await executeCompiled(asked);
    text = decoded(executed);
    return executed;
  };
  const ran = await run(execute, world.generation, { document, plan, variables }, transports);
  if (ran.thrown !== undefined) throw ran.thrown;
  return { ...ran, text, paths: ran.errors.map(({ path }) => path?.join('.')), calls };
};

/** Answers the same whatever is asked. */
export const given = (data: SubgraphAnswer['data']) => () => ({ data: data ?? null });
