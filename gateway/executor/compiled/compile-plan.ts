import type { QueryPlan } from '@apollo/query-planner';
import { contextsFirst } from '../../planning/fixes/contexts-first.ts';
import type { Generation } from '../../supergraph/generation.ts';
import type { PlannedOperation } from '../execute-plan.ts';
import { type CompleteOperation, compileOperation } from './completion/compile-operation.ts';
import { compileNode } from './plan-node.ts';
import type { RunNode } from './run.ts';

/**
 * Compiles a plan to functions that ask the subgraphs and merge their answers, for any number of runs at once. Kept as
 * long as the plan itself is.
 *
 * @throws for a plan that needs what is not here: subscriptions and deferred parts
 */
export const compiledPlan = ({ supergraphSchema }: Generation, plan: QueryPlan): RunNode => {
  const known = PLANS.get(plan);
  if (known !== undefined) return known;
  const { node } = plan;
  if (node?.kind === 'Subscription') throw new Error('subscriptions are not planned');
  const made = compileNode(supergraphSchema, node && contextsFirst(node));
  PLANS.set(plan, made);
  return made;
};

/**
 * Compiles what makes of everything that was merged what the client asked for. Kept as long as the operation is: it may
 * have several plans, and means the same with each.
 */
export const compiledCompletion = ({ schema }: Generation, prepared: PlannedOperation): CompleteOperation => {
  const known = COMPLETIONS.get(prepared);
  if (known !== undefined) return known;
  const made = compileOperation(schema, prepared);
  COMPLETIONS.set(prepared, made);
  return made;
};

const PLANS = new WeakMap<QueryPlan, RunNode>();
const COMPLETIONS = new WeakMap<PlannedOperation, CompleteOperation>();
