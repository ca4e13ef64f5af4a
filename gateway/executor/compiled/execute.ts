import type { ResponseObject } from '../complete-denied.ts';
import type { ExecutePlan } from '../execute-plan.ts';
import { compiledPlan } from './compile-plan.ts';
import type { Run } from './run.ts';

/** Runs plans as straight code, compiled when a plan is first seen. */
export const executeCompiled: ExecutePlan = async (given) => {
  const { generation, plan, document, operationName, variables, transports, envelope, signal, open } = given;
  const compiled = compiledPlan(generation, plan, document, operationName);
  const run: Run = { variables, transports, envelope, signal, open, data: {}, errors: [] };
  await compiled.fetch(run);
  const { data, errors } = compiled.complete(run.data, variables, run.errors);
  return { data: data as ResponseObject | null, errors: [...run.errors, ...errors] };
};
