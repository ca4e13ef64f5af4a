import { from } from '../exchange.ts';
import type { Step } from '../pipeline.ts';

/** Runs the plan, if there is one. */
export const execute: Step = async (exchange, next) => {
  const { plan, serving, surroundings, signal } = exchange;
  const { document } = from(exchange, 'prepared');
  if (plan !== undefined && document !== undefined) {
    const { operationName, variables } = from(exchange, 'operation');
    exchange.executed = await surroundings.executePlan({
      generation: serving.generation,
      plan,
      document,
      operationName,
      variables,
      transports: surroundings.transports,
      envelope: from(exchange, 'envelope'),
      signal,
      open: surroundings.issuerKeys === undefined,
    });
  }
  return next();
};
