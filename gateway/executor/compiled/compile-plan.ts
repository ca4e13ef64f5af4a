import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { Generation } from '../../supergraph/generation.ts';
import { type CompleteOperation, compileOperation } from './completion/compile-operation.ts';
import { compileNode } from './plan-node.ts';
import type { RunNode } from './run.ts';

/** A plan as functions, for any number of runs at once. */
export interface CompiledPlan {
  /** Asks the subgraphs and merges their answers. */
  readonly fetch: RunNode;
  /** Makes of what was merged what the client asked for. */
  readonly complete: CompleteOperation;
}

/**
 * Compiles a plan and the operation it was made for.
 *
 * @throws for a plan that needs what is not here: subscriptions and deferred parts
 */
export const compilePlan = (
  generation: Generation,
  plan: QueryPlan,
  document: DocumentNode,
  operationName: string | null,
): CompiledPlan => {
  if (plan.node?.kind === 'Subscription') throw new Error('subscriptions are not planned');
  const node: PlanNode | undefined = plan.node;
  return {
    fetch: compileNode(generation.supergraphSchema, node),
    complete: compileOperation(generation.schema, document, operationName),
  };
};

/** The same, kept as long as the plan itself is. A plan belongs to one document and one mask. */
export const compiledPlan: typeof compilePlan = (generation, plan, document, operationName) => {
  const known = COMPILED.get(plan);
  if (known !== undefined) return known;
  const made = compilePlan(generation, plan, document, operationName);
  COMPILED.set(plan, made);
  return made;
};

const COMPILED = new WeakMap<QueryPlan, CompiledPlan>();
