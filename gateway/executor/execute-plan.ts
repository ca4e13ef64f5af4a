import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode, GraphQLError } from 'graphql';
import type { Envelope } from '../../platform/envelope.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { ResponseObject } from './complete-denied.ts';
import type { Transports } from './transports/transport.ts';

/** One run of one plan. */
export interface PlanRun {
  readonly generation: Generation;
  readonly plan: QueryPlan;
  /** Holds exactly the one operation the plan was made for, and its fragments. */
  readonly document: DocumentNode;
  readonly operationName: string | null;
  /** Coerced against the API schema, defaults filled in. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly transports: Transports;
  /** The same object in every call of the run. */
  readonly envelope: Envelope;
  /** Ends every call under way; what is there by then is answered. */
  readonly signal: AbortSignal;
  /** Lets messages and codes of subgraphs through as they are. */
  readonly open: boolean;
}

export interface Executed {
  readonly data: ResponseObject | null;
  /** Fit to leave the process: codes of the error table, paths in the answer. */
  readonly errors: readonly GraphQLError[];
}

/**
 * Runs a plan: asks the subgraphs, merges what they say, and completes it against the API schema.
 *
 * It does not reject for anything a subgraph does: a failing one leaves nulls and errors, and its siblings their data.
 */
export type ExecutePlan = (run: PlanRun) => Promise<Executed>;
