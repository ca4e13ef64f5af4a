import type { QueryPlan } from '@apollo/query-planner';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { Envelope } from '../../platform/envelope.ts';
import type { PreparedOperation } from '../../policies/access/filter-document.ts';
import type { Generation } from '../supergraph/generation.ts';
import type { MaskKey } from '../../policies/mask-keys.ts';
import type { Cancellation } from './cancellation.ts';
import type { JoinedMasks } from './joined-masks.ts';
import type { Transports } from './transports/transport.ts';

/** One run of one plan. */
export interface PlanRun {
  readonly generation: Generation;
  /** `undefined`: nothing is left to ask anybody. */
  readonly plan: QueryPlan | undefined;
  /** What the plan was made for, and what the caller may not have. One object per document, operation and mask. */
  readonly prepared: PlannedOperation;
  /** Coerced against the API schema, defaults filled in. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly transports: Transports;
  /** The same object in every call of the run. */
  readonly envelope: Envelope;
  /** Ends every call under way; what is there by then is answered. */
  readonly cancellation: Cancellation;
  /** What introspection answers from: as much of the schema as is shown to the caller. */
  readonly shown: () => GraphQLSchema;
  /** The caller's, where the operation has masks to put on. */
  readonly maskKey?: MaskKey | undefined;
  /** Lets messages and codes of subgraphs through as they are. */
  readonly open: boolean;
}

export interface PlannedOperation extends Pick<PreparedOperation, 'operation' | 'document' | 'denied' | 'typeKey'> {
  readonly masks?: JoinedMasks;
}

export type Executed =
  | {
      /** `data` of the answer, as JSON: what was fetched, and null where a selection was denied. */
      readonly data: string;
      /** Fit to leave the process: codes of the error table, paths in the answer. */
      readonly errors: readonly GraphQLError[];
    }
  | {
      /** The whole answer in UTF-8, in pieces: `{"data":…}`, since nothing was wrong. */
      readonly answer: Pieces;
    };

export type Pieces = readonly Buffer[];

/**
 * Runs a plan: asks the subgraphs, merges what they say, completes it against the API schema, and writes it.
 *
 * It does not reject for anything a subgraph does: a failing one leaves nulls and errors, and its siblings their data.
 */
export type ExecutePlan = (run: PlanRun) => Promise<Executed>;
