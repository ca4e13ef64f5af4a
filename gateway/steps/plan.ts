import { from } from '../exchange.ts';
import { NO_OVERRIDES, planOnce } from '../operations/plan-once.ts';
import type { Step } from '../pipeline.ts';

/** Plans what is left of the operation, once for all requests that may run the same of it. */
export const plan: Step = async (exchange, next) => {
  if (exchange.executed === undefined) {
    const permitted = from(exchange, 'permitted');
    const { generation } = exchange.serving;
    exchange.planned =
      permitted.planned.get(NO_OVERRIDES) ??
      (await planOnce(generation, from(exchange, 'operation').known, permitted, NO_OVERRIDES));
  }
  return next();
};
