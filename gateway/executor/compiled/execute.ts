import { type ResponseObject, writeDenied } from '../complete-denied.ts';
import type { ExecutePlan } from '../execute-plan.ts';
import { compiledPlan } from './compile-plan.ts';
import type { Run } from './run.ts';

/** Runs plans as straight code, compiled when an operation is first seen. */
export const executeCompiled: ExecutePlan = async (given) => {
  const { generation, plan, prepared, variables, transports, envelope, cancellation, open } = given;
  const { operation, document } = prepared;
  if (plan === undefined || document === undefined) return { data: writeDenied({}, prepared, variables), errors: [] };
  const run: Run = { variables, transports, envelope, cancellation, open, data: {}, errors: [] };
  const compiled = compiledPlan(generation, plan, document, operation.name?.value ?? null);
  await compiled.fetch(run);
  const { data, errors } = compiled.complete(run.data, variables, run.errors);
  return { data: writeDenied(data as ResponseObject | null, prepared, variables), errors: [...run.errors, ...errors] };
};
