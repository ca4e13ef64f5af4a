import type { Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';

/** Ways to reach one field the planner may hold at once. With more, it would run into the limit of time or memory. */
const MOST_PATHS = 10_000;

/**
 * Whole plans that are weighed against each other. A field that four subgraphs have doubles the plans twice at each place
 * it is asked for, and of the thousands that six places make, the good ones are among the first: the planner leaves out
 * the longest ways first.
 */
const MOST_PLANS = 200;

/** Apollo's planner, with bounds that a document meets long before those of time and memory. */
export const queryPlannerOf = (supergraph: Supergraph): QueryPlanner =>
  new QueryPlanner(supergraph, { debug: { pathsLimit: MOST_PATHS, maxEvaluatedPlans: MOST_PLANS } });
