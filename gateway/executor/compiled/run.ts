import type { GraphQLError } from 'graphql';
import type { PlanRun } from '../execute-plan.ts';
import type { JsonObject } from './json-object.ts';

/** One run of a compiled plan, while it lasts. */
export interface Run extends Pick<PlanRun, 'variables' | 'transports' | 'envelope' | 'cancellation' | 'open'> {
  /** Everything the subgraphs have said so far, keys and types the client did not ask for included. */
  data: JsonObject;
  readonly errors: GraphQLError[];
}

/** A part of the plan, compiled. It never rejects for anything a subgraph does. */
export type RunNode = (run: Run) => Promise<void>;
