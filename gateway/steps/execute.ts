import { from } from '../exchange.ts';
import type { Step } from '../pipeline.ts';

/** Runs the plan, unless the operation was refused as a whole. */
export const execute: Step = async (exchange, next) => {
  const { serving, surroundings, cancellation } = exchange;
  const { prepared } = from(exchange, 'permitted');
  exchange.executed ??= await surroundings.executePlan({
    generation: serving.generation,
    plan: from(exchange, 'planned').plan,
    prepared,
    variables: from(exchange, 'operation').variables,
    transports: serving.transports,
    envelope: from(exchange, 'envelope'),
    cancellation,
    shown: () => serving.generation.shownTo(from(exchange, 'identity')),
    maskKey: prepared.masks && surroundings.maskKeys.of(from(exchange, 'identity')),
    open: surroundings.authenticator === undefined,
  });
  return next();
};
