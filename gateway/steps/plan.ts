import { type Exchange, from } from '../exchange.ts';
import { stopped } from '../executor/transports/stopped.ts';
import type { Planned } from '../operations/known-document.ts';
import { knownPlan, type Overrides, planOnce } from '../operations/plan-once.ts';
import type { Step } from '../pipeline.ts';
import { drawLabels } from '../planning/overrides.ts';
import { refuse } from '../refusal.ts';

/**
 * Plans what is left of the operation, once for all requests that may run the same of it. A request whose deadline comes
 * first is refused; the plan is there for the next one.
 */
export const plan: Step = async (exchange, next) => {
  if (exchange.executed === undefined) {
    const { serving, surroundings } = exchange;
    const overrides = drawLabels(serving.generation.overrideLabels, surroundings.overrides);
    exchange.planned = knownPlan(from(exchange, 'permitted'), overrides) ?? (await planInTime(exchange, overrides));
  }
  return next();
};

const planInTime = async (exchange: Exchange, overrides: Overrides): Promise<Planned> => {
  const { cancellation, serving } = exchange;
  const { known } = from(exchange, 'operation');
  const permitted = from(exchange, 'permitted');
  const { client } = from(exchange, 'identity');
  try {
    return await stopped(cancellation, () => planOnce(serving.generation, known, permitted, overrides, client));
  } catch (error) {
    throw cancellation.isCancelled ? refuse('GATEWAY_TIMEOUT') : error;
  }
};
