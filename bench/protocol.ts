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

export type FromSubgraphs = { readonly urls: Readonly<Record<SubgraphName, string>> } | Recorded | SubgraphCount;

/** The calls of a time that was recorded. */
export interface Recorded {
  readonly waves: Waves;
  /** Every one of them carried an envelope. */
  readonly signed: boolean;
}

/** One round of load. */
export interface LoadOrder {
  readonly url: string;
  readonly connections: number;
  /** How long it goes on; `once` until every request was sent once. */
  readonly seconds: number | 'once';
  /** Connection `i` sends those at `i`, `i + connections`, … in turn. */
  readonly requests: readonly { readonly body: string; readonly answerLength: number }[];
  /** The header of that name, one per connection. Left out: none is sent. */
  readonly authorization?: readonly string[];
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
