import type { ExecutePlan } from '../execute-plan.ts';
import { compiledCompletion, compiledPlan } from './compile-plan.ts';
import type { Run } from './run.ts';

/** Runs plans as straight code, compiled when an operation is first seen. */
export const executeCompiled: ExecutePlan = async (given) => {
  const { generation, plan, prepared, variables, transports, envelope, cancellation, shown, open, maskKey } = given;
  const run: Run = { variables, transports, envelope, cancellation, open, data: {}, errors: [] };
  const fetched = plan === undefined ? undefined : compiledPlan(generation, plan)(run);
  // While the subgraphs work.
  const complete = compiledCompletion(generation, prepared);
  await fetched;
  const { data, errors } = complete(run.data, { variables, shown, maskKey }, run.errors);
  return { data, errors: errors.length === 0 ? run.errors : [...run.errors, ...errors] };
};
