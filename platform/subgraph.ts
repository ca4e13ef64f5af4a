import type { GraphQLFormattedError } from 'graphql';
import type { Envelope } from './envelope.ts';

/** One request of the gateway to a subgraph, before it is written to a wire. */
export interface SubgraphCall {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface SubgraphAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/**
 * A subgraph that can be asked directly, in this process.
 *
 * `execute` applies the same policy as the subgraph's HTTP door; the envelope it is given was verified, or made by
 * the gateway in this very process. Calls that share one envelope object are parts of one request of one caller, and
 * may share loaders. It never rejects: failures are errors in the answer.
 */
export interface ExecutableSubgraph {
  readonly name: string;
  readonly sdl: string;
  execute(call: SubgraphCall, envelope: Envelope, signal?: AbortSignal): Promise<SubgraphAnswer>;
  /** What this subgraph depends on and how each dependency fares, for `/readyz`. */
  health(): readonly DependencyHealth[];
}

export interface DependencyHealth {
  readonly name: string;
  /** `degraded`: out of reach, and what has been had of it will do for now. */
  readonly status: 'ok' | 'degraded' | 'starting' | 'failing';
  /** A code of the error table when not ok; never an address or a message of the dependency. */
  readonly code?: string;
}
