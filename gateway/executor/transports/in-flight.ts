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
  /** `ask` is called unless the same query to the same subgraph is under way for the caller. */
  share(
    subgraph: string,
    query: Buffer,
    envelope: Envelope,
    cancellation: Cancellation,
    ask: () => Promise<Buffer>,
  ): Promise<Buffer>;
  /** A mutation begins or ends: what was asked before may be answered as it was before. */
  forget(): void;
}

/** A query whose request has much less time left is not waited for, since it may end without an answer. */
const MOST_APART = 1 * SECOND;

export const createInFlight = (): InFlight => {
  // By the identity itself: equal claims of two tokens are two callers.
  let callers = new WeakMap<Identity, ByLength>();
  const share: InFlight['share'] = (subgraph, query, envelope, cancellation, ask) => {
    const { identity, deadline, isDryRun } = envelope;
    // Subgraphs answer it as nobody else's, and it is rare.
    if (isDryRun === true) return ask();
    const lengths: ByLength = callers.get(identity) ?? new Map();
    const alike = lengths.get(query.length);
    const leader = alike?.find((one) => one.subgraph === subgraph && one.query.equals(query));
    if (leader !== undefined && deadline - leader.deadline <= MOST_APART)
      return stopped(cancellation, () =>
        leader.bytes.catch((error: unknown) => {
          // The request that asked was stopped, and this one was not: one of those who wait asks again.
          if (leader.cancellation.isCancelled && !cancellation.isCancelled)
            return share(subgraph, query, envelope, cancellation, ask);
          throw error;
        }),
      );
    const underway: Underway = { subgraph, query, bytes: ask(), deadline, cancellation };
    callers.set(identity, lengths);
    if (alike === undefined) lengths.set(query.length, [underway]);
    // Those who come later have the later deadline.
    else if (leader === undefined) alike.push(underway);
    else alike[alike.indexOf(leader)] = underway;
    const end = (): void => {
      const left = lengths.get(query.length) ?? [];
      const index = left.indexOf(underway);
      if (index >= 0) left.splice(index, 1);
      if (left.length === 0) lengths.delete(query.length);
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

/** By length of the query: to compare a few of one length takes less time than to make a key of a long one. */
type ByLength = Map<number, Underway[]>;

interface Underway {
  readonly subgraph: string;
  readonly query: Buffer;
  readonly bytes: Promise<Buffer>;
  readonly deadline: number;
  readonly cancellation: Cancellation;
}
