import type { Envelope } from '../../../platform/envelope.ts';
import type { Identity } from '../../../platform/identity.ts';
import { SECOND } from '../../../platform/time.ts';
import type { Cancellation } from '../cancellation.ts';
import { stopped } from './stopped.ts';

/**
 * Queries that are under way. One that is the same as another of the same caller waits for that one's answer in place
 * of asking again. What is shared are bytes: every request makes objects of its own from them, since it changes them.
 */
export interface InFlight {
  /** `ask` is called unless such a query is under way. `query` is all that the answer depends on besides the caller. */
  share(query: string, envelope: Envelope, cancellation: Cancellation, ask: () => Promise<Buffer>): Promise<Buffer>;
  /** A mutation begins or ends: what was asked before may be answered as it was before. */
  forget(): void;
}

/** A query whose request has much less time left is not waited for, since it may end without an answer. */
const MOST_APART = 1 * SECOND;

export const createInFlight = (): InFlight => {
  // By the identity itself: equal claims of two tokens are two callers.
  let callers = new WeakMap<Identity, Map<string, Underway>>();
  const share: InFlight['share'] = (query, envelope, cancellation, ask) => {
    const { identity, deadline } = envelope;
    const queries = callers.get(identity) ?? new Map<string, Underway>();
    const leader = queries.get(query);
    if (leader !== undefined && deadline - leader.deadline <= MOST_APART)
      return stopped(cancellation, () =>
        leader.bytes.catch((error: unknown) => {
          // The request that asked was stopped, and this one was not: one of those who wait asks again.
          if (leader.cancellation.isCancelled && !cancellation.isCancelled)
            return share(query, envelope, cancellation, ask);
          throw error;
        }),
      );
    const underway: Underway = { bytes: ask(), deadline, cancellation };
    callers.set(identity, queries.set(query, underway));
    const end = (): void => {
      if (queries.get(query) === underway) queries.delete(query);
    };
    underway.bytes.then(end, end);
    return underway.bytes;
  };
  return {
    share,
    forget: () => {
      callers = new WeakMap();
    },
  };
};

interface Underway {
  readonly bytes: Promise<Buffer>;
  readonly deadline: number;
  readonly cancellation: Cancellation;
}
