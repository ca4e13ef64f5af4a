import { OperationTypeNode } from 'graphql';
import { hold } from '../../policies/access/conditions.ts';
import { from } from '../exchange.ts';
import { permit } from '../operations/permit.ts';
import type { Step } from '../pipeline.ts';

/**
 * Takes out of the operation what the caller may not select.
 *
 * A mutation of which a root field may not run does not run at all: half of what was meant as one could be worse than
 * nothing, and no side effect happens before the refusal.
 */
export const authorize: Step = (exchange, next) => {
  const { known, variables } = from(exchange, 'operation');
  const permitted = permit(exchange.serving.generation, known, variables, from(exchange, 'identity'));
  exchange.permitted = permitted;
  const { denied } = permitted.prepared;
  const isRefused =
    denied !== undefined &&
    known.operation.operation === OperationTypeNode.MUTATION &&
    denied.missing.some(({ when }) => hold(when, variables));
  if (isRefused) exchange.executed = { data: 'null', errors: [] };
  return next();
};
