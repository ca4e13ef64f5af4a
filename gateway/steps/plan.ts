import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import type { DocumentNode } from 'graphql';
import type { PreparedOperation } from '../authorization/filter-document.ts';
import { from } from '../exchange.ts';
import type { Step } from '../pipeline.ts';
import type { Generation } from '../supergraph/generation.ts';

/** Plans what is left of the operation, once per document and mask. Nothing left, nothing to plan. */
export const plan: Step = (exchange, next) => {
  const prepared = from(exchange, 'prepared');
  const { generation } = exchange.serving;
  if (exchange.executed === undefined && prepared.document !== undefined)
    exchange.plan = generation.caches.plans.get(prepared.key) ?? planned(generation, prepared, prepared.document);
  return next();
};

const planned = (generation: Generation, prepared: PreparedOperation, document: DocumentNode): QueryPlan => {
  const operationName = prepared.operation.name?.value;
  const operation = operationFromDocument(
    generation.apiSchema,
    document,
    operationName === undefined ? {} : { operationName },
  );
  const made = generation.planner.buildQueryPlan(operation);
  generation.caches.plans.set(prepared.key, made);
  return made;
};
