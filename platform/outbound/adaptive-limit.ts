/**
 * How many reads one Odoo is given at once: additive increase, multiplicative decrease, on what answers tell.
 *
 * Odoo is bound by CPU, so past its worker count more concurrency buys latency only. Two signals shrink the limit:
 * a refusal (429, 503, a deadline met while waiting) halves it; answers that have become twice as slow as they usually
 * are cut it by a fifth. Everything here is a pure function of the samples.
 */
export interface AdaptiveLimit {
  /** Fractional; `Math.floor` of it may be under way. */
  readonly limit: number;
  /** Moving averages of the latency in milliseconds: what is, and what is usual. */
  readonly recent: number;
  readonly usual: number;
  readonly samples: number;
  /** When the limit was last cut. Calls that began before it tell of the time before. */
  readonly cutAt: number;
}

export interface LatencySample {
  readonly startedAt: number;
  readonly endedAt: number;
  /** Calls under way when this one ended, itself included. */
  readonly active: number;
  readonly overloaded: boolean;
}

const FLOOR = 1;
const RECENT_WEIGHT = 0.1;
const USUAL_WEIGHT = 0.01;
const SLOWER = 2;
// Before this many answers an average is an anecdote.
const WARM_UP = 10;

export const startLimit = (ceiling: number): AdaptiveLimit => ({
  limit: Math.max(FLOOR, ceiling),
  recent: 0,
  usual: 0,
  samples: 0,
  cutAt: Number.NEGATIVE_INFINITY,
});

/** The limit after one more answer. It stays between 1 and `ceiling`. */
export const adaptLimit = (state: AdaptiveLimit, sample: LatencySample, ceiling: number): AdaptiveLimit => {
  // One burst of slow answers is one event: without this, eight of them would cut eight times.
  if (sample.startedAt < state.cutAt) return state;
  if (sample.overloaded) return cut(state, 0.5, sample.endedAt);
  const measured = measure(state, sample.endedAt - sample.startedAt);
  if (measured.samples >= WARM_UP && measured.recent > SLOWER * measured.usual) {
    return cut(measured, 0.8, sample.endedAt);
  }
  // An unused limit has proven nothing, so it does not grow.
  if (sample.active < Math.floor(measured.limit)) return measured;
  return { ...measured, limit: Math.min(Math.max(FLOOR, ceiling), measured.limit + 1 / measured.limit) };
};

const cut = (state: AdaptiveLimit, factor: number, at: number): AdaptiveLimit => ({
  ...state,
  limit: Math.max(FLOOR, state.limit * factor),
  cutAt: at,
});

const measure = (state: AdaptiveLimit, ms: number): AdaptiveLimit => {
  const samples = state.samples + 1;
  return {
    ...state,
    samples,
    recent: state.recent + (ms - state.recent) * Math.max(RECENT_WEIGHT, 1 / samples),
    usual: state.usual + (ms - state.usual) * Math.max(USUAL_WEIGHT, 1 / samples),
  };
};
