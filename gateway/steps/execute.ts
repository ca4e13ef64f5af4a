import { from } from '../exchange.ts';
import type { Step } from '../pipeline.ts';

/** Runs the plan, unless the operation was refused as a whole. */
export const execute: Step = async (exchange, next) => {
  const { plan, serving, surroundings, signal } = exchange;
  exchange.executed ??= await surroundings.executePlan({
    generation: serving.generation,
    plan,
    prepared: from(exchange, 'prepared'),
    variables: from(exchange, 'operation').variables,
    transports: surroundings.transports,
    envelope: from(exchange, 'envelope'),
    signal,
    open: surroundings.issuerKeys === undefined,
  });
  return next();
};
