import { createHash } from 'node:crypto';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { fail } from '../../platform/errors.ts';
import { MINUTE, SECOND } from '../../platform/time.ts';
import { refuse } from '../refusal.ts';
import type { Question } from './messages.ts';
import { type Outcome, planningThread } from './thread.ts';
import { withoutIntrospection } from './without-introspection.ts';

export interface Planner {
  /** Starts the thread, which takes some hundred milliseconds in which documents wait. Else the first document does. */
  start(): void;
  /**
   * Plans an operation that is valid against the API schema and of a bearable size. `undefined`: nothing has to be
   * fetched; what is asked, the gateway knows.
   *
   * Rejects with OPERATION_TOO_LARGE when that takes too long or too much memory, and for a while after at once.
   *
   * @param overrides the labels of overrides that are true; all others are false
   * @param caller who asks first for it, and whose time it takes; `undefined`: nobody's
   */
  plan(
    document: DocumentNode,
    operationName: string | null,
    overrides?: ReadonlyMap<string, boolean>,
    caller?: string,
  ): Promise<QueryPlan | undefined>;
  /** Ends the thread. What is not planned by then rejects with SHUTTING_DOWN, and so does whatever comes later. */
  close(): Promise<void>;
}

export interface PlannerOptions {
  /** Whether plans are put right where Apollo's planner is wrong; Apollo's executor cannot run all of those. */
  readonly isFixed?: boolean;
  /** Milliseconds one document may take. */
  readonly limit?: number;
  /** Documents that may wait for their turn. */
  readonly queue?: number;
  /** Megabytes that planning may take, the supergraph included. */
  readonly memory?: number;
}

/**
 * Plans in a thread of its own, so that no document holds up other requests, and any can be given up.
 *
 * @param supergraphSdl has been read with success by `readSupergraph`
 */
export const createPlanner = (supergraphSdl: string, options: PlannerOptions = {}): Planner => {
  const { isFixed = true, ...limits } = options;
  const thread = planningThread({ supergraphSdl, isFixed }, { ...DEFAULTS, ...limits });
  const refused = new LRUCache<string, true>({ max: MOST_REFUSED, ttl: REFUSED_FOR });
  const ask = async (question: Question, caller: string | undefined): Promise<QueryPlan | undefined> => {
    const key = keyOf(question);
    if (refused.has(key)) throw refuse('OPERATION_TOO_LARGE');
    const outcome = await thread.ask(question, caller);
    if (outcome.kind === 'planned') return outcome.plan;
    if (outcome.kind === 'empty') return undefined;
    if (outcome.kind === 'late' || outcome.kind === 'too-large') refused.set(key, true);
    throw errorOf(outcome);
  };
  return {
    start: () => thread.start(),
    plan: async (document, operationName, overrides = NO_OVERRIDES, caller) => {
      const left = withoutIntrospection(document, operationName);
      return left === undefined ? undefined : ask({ text: print(left), operationName, overrides }, caller);
    },
    close: () => thread.close(),
  };
};

const DEFAULTS = { limit: 5 * SECOND, queue: 100, memory: 512 };

const NO_OVERRIDES: ReadonlyMap<string, boolean> = new Map();

/** Sent again, a document that was given up would hold up the queue again. Not for ever: the machine may have been busy. */
const REFUSED_FOR = MINUTE;
const MOST_REFUSED = 1000;

const keyOf = ({ text, operationName, overrides }: Question): string =>
  createHash('sha256')
    .update(JSON.stringify([operationName, [...overrides], text]))
    .digest('base64url');

const errorOf = (outcome: Exclude<Outcome, { kind: 'planned' | 'empty' }>): Error => {
  switch (outcome.kind) {
    case 'late':
    case 'too-large':
      return refuse('OPERATION_TOO_LARGE');
    case 'crowded':
      return refuse('GATEWAY_TIMEOUT');
    case 'closed':
      return refuse('SHUTTING_DOWN');
    default:
      return fail('INTERNAL_SERVER_ERROR', { cause: outcome.error });
  }
};
