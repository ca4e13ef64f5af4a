import type { SubgraphName } from './subgraphs/schemas.ts';

/** What the runner and its child processes say to each other. */

/** One request to a subgraph. */
export interface Call {
  readonly subgraph: SubgraphName;
  readonly body: string;
}

/** Calls made at once, then those made when they were answered, and so on. */
export type Waves = readonly (readonly Call[])[];

export type ToSubgraphs = 'record' | 'recorded' | 'count';

/** So far. */
export interface SubgraphCount {
  readonly calls: number;
  /** Those that were executed rather than looked up. */
  readonly executed: number;
}

export type FromSubgraphs =
  | { readonly urls: Readonly<Record<SubgraphName, string>> }
  | { readonly recorded: Waves }
  | SubgraphCount;

/** One round of load. */
export interface LoadOrder {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** Connection `i` sends those at `i`, `i + connections`, … in turn. */
  readonly requests: readonly { readonly body: string; readonly answerLength: number }[];
}

export interface LoadReport {
  readonly answers: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers of another status or length than expected, and requests that got none. */
  readonly failures: number;
}

/** What the floor needs to know: by request body, what a gateway does for it. */
export interface Replay {
  readonly urls: Readonly<Record<SubgraphName, string>>;
  readonly operations: readonly { readonly body: string; readonly waves: Waves; readonly answer: string }[];
}
