import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';
import { contextsOf } from '../../planning/fixes/plan-tree.ts';
import { compileContextQuestion } from './context-question.ts';
import { callOf, type FetchHead } from './fetch-head.ts';
import type { JsonObject } from './json-object.ts';
import { objectsAt, type PlanPath } from './plan-path.ts';
import { type Batch, compileRepresentations } from './representations.ts';
import { compileRewrites } from './rewrites.ts';
import type { Run } from './run.ts';

/** What a fetch asks about the entities at a path. */
export interface Question {
  readonly objects: readonly JsonObject[];
  readonly batch: Batch;
  readonly call: SubgraphCall;
  /** Makes of the answer one that has all entities in one list, `_entities`; where it is missing, it has. */
  readonly read?: (answer: SubgraphAnswer) => SubgraphAnswer;
}

/** The question a fetch asks in one run; `undefined` when there is nothing to ask. */
export type Ask = (run: Run) => Question | undefined;

/** Compiles the question of a fetch of entities. Only one with arguments from contexts pays for these. */
export const compileQuestion = (
  schema: GraphQLSchema,
  node: FetchNode,
  requires: NonNullable<FetchNode['requires']>,
  head: FetchHead,
  at: PlanPath,
): Ask => {
  const represent = compileRepresentations(schema, requires, compileRewrites(schema, node.inputRewrites));
  if (contextsOf(node).length > 0) return compileContextQuestion(schema, node, head, at, represent);
  return (run) => {
    const objects = objectsAt(run.data, at);
    const batch = represent(objects);
    if (batch.representations.length === 0) return undefined;
    return { objects, batch, call: callOf(head, run.variables, batch.representations) };
  };
};
