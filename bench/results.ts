import { median } from './statistics.ts';

/** When and on what something was measured. */
export interface Circumstances {
  readonly date: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly pinned: boolean;
}

/** What a run leaves behind, as `results/latest.json`. */
export interface Results extends Circumstances {
  readonly rounds: number;
  /** Seconds of load per round. */
  readonly seconds: number;
  /** Arguments added to the command line of ours. */
  readonly oursArguments: string;
  readonly shapes: readonly ShapeResult[];
}

export interface ShapeResult {
  readonly name: string;
  readonly about: string;
  readonly connections: number;
  /** Bytes of the answer, as the first gateway that was asked gave it. */
  readonly answerLength: number;
  /** Subgraphs called for one request, those called at once joined by `+`. */
  readonly calls: string;
  readonly gateways: readonly GatewayResult[];
}

export interface GatewayResult {
  readonly name: string;
  readonly label: string;
  readonly yardstick: boolean;
  /** `name version` of each package. */
  readonly versions: readonly string[];
  /** Why there are no rounds. */
  readonly excluded?: string;
  readonly rounds: readonly Round[];
}

export interface Round {
  readonly perSecond: number;
  /** Milliseconds under that load. */
  readonly p50: number;
  readonly p99: number;
  /** CPU milliseconds of the gateway per request, all its threads. */
  readonly cpu: number;
  /** Megabytes after the round. */
  readonly resident: number;
  /** Share of its core the gateway used, and share of theirs that load and subgraphs used. */
  readonly busy: number;
  readonly othersBusy: number;
  /** Share of the machine's CPU time that other processes took meanwhile. */
  readonly disturbance: number;
  /** Calls to subgraphs per request, and how many of all calls were executed rather than looked up. */
  readonly calls: number;
  readonly executed: number;
  /** Answers of another status or length than expected, and requests that got none. */
  readonly failures: number;
}

/** A run below these bounds is called preliminary wherever it is shown. */
export const isPreliminary = (results: Results): boolean =>
  results.rounds < 5 || results.seconds < 5 || !results.pinned || disturbanceOf(results) > 0.05;

/** Share of the machine that other processes took: the median of the rounds, so that one hiccup does not decide. */
export const disturbanceOf = ({ shapes }: Results): number => {
  const rounds = shapes.flatMap(({ gateways }) => gateways.flatMap((gateway) => gateway.rounds));
  return median(rounds.map(({ disturbance }) => disturbance));
};
