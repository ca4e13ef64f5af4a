import { OperationTypeNode } from 'graphql';
import { hold } from '../authorization/conditions.ts';
import { filterDocument } from '../authorization/filter-document.ts';
import { from } from '../exchange.ts';
import type { Step } from '../pipeline.ts';

/**
 * Takes out of the operation what the caller may not select.
 *
 * A mutation of which a root field may not run does not run at all: half of what was meant as one could be worse than
 * nothing, and no side effect happens before the refusal.
 */
export const authorize: Step = (exchange, next) => {
  const operation = from(exchange, 'operation');
  const { generation } = exchange.serving;
  const prepared = filterDocument(generation, operation, operation.operationName, from(exchange, 'identity'));
  exchange.prepared = prepared;
  const isRefused =
    operation.operation.operation === OperationTypeNode.MUTATION &&
    prepared.denied?.missing.some(({ when }) => hold(when, operation.variables)) === true;
  if (isRefused) exchange.executed = { data: 'null', errors: [] };
  return next();
};
