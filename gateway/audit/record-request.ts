import { OperationTypeNode } from 'graphql';
import { askerOf } from '../../platform/audit/asker.ts';
import type { RequestRecord } from '../../platform/audit/records.ts';
import { codeOf } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import type { DataClass } from '../../policies/classes.ts';
import { sightsOf } from '../../policies/field-masks.ts';
import type { Exchange } from '../exchange.ts';
import { type OperationFacts, operationFacts } from './operation-facts.ts';

/**
 * Sees to it that nothing runs that could not be written down. A write is written down before it begins as well, so that
 * one whose process dies in the middle of it has left a trace.
 *
 * @throws AUDIT_UNAVAILABLE
 */
export const recordIntent = (exchange: Exchange): void => {
  const { identity, executed, surroundings } = exchange;
  const { journal } = surroundings;
  // What was refused as a whole does nothing, and is written down with its answer.
  if (journal === undefined || identity === undefined || executed !== undefined) return;
  const facts = factsOf(exchange);
  if (isWrite(exchange)) journal.append(recordOf(exchange, identity, facts, null));
  else if (facts.classes.length > 0) journal.check();
};

/**
 * Writes a request into the audit trail, if it is one to be written down: it read something of a class that is, it wrote,
 * or something of it was refused. Before the answer leaves.
 *
 * @throws AUDIT_UNAVAILABLE
 */
export const recordRequest = (exchange: Exchange, status: number): void => {
  const { identity, surroundings, denials } = exchange;
  const { journal } = surroundings;
  // Nobody is known to have asked.
  if (journal === undefined || identity === undefined) return;
  const facts = factsOf(exchange);
  const isOpen = facts.classes.length === 0 && !isWrite(exchange);
  if (isOpen && denials === undefined && status < FIRST_REFUSAL) return;
  journal.append(recordOf(exchange, identity, facts, status));
};

const isWrite = ({ operation }: Exchange): boolean =>
  operation?.known.operation.operation === OperationTypeNode.MUTATION;

const factsOf = ({ operation, permitted, serving }: Exchange): OperationFacts =>
  operation === undefined || permitted === undefined
    ? NONE
    : operationFacts(serving.generation, operation.known, permitted);

const recordOf = (
  exchange: Exchange,
  identity: Identity,
  { fields, classes }: OperationFacts,
  status: number | null,
): RequestRecord => {
  const { operation, denials, errors } = exchange;
  return {
    kind: 'request',
    ...askerOf(identity, exchange.requestId),
    operation: operation === undefined ? null : isWrite(exchange) ? 'mutation' : 'query',
    document: operation?.known.of.hash ?? null,
    fields,
    classes,
    masked: classes.length === 0 ? [] : classes.filter(isMaskedFor(identity)),
    denied: denials?.denials.length ?? 0,
    decisions: denials?.denials.slice(0, MOST_DECISIONS).map(({ decisionId }) => decisionId) ?? [],
    codes: errors === undefined || errors.length === 0 ? [] : [...new Set(errors.map(codeOf))],
    status,
  };
};

const NONE: OperationFacts = Object.freeze({ fields: [], classes: [] });

/** HTTP. What is answered with less was let in. */
const FIRST_REFUSAL = 400;

/** The number of refusals is told in any case. */
const MOST_DECISIONS = 20;

const isMaskedFor = ({ audience, purpose }: Identity) => {
  const sights = sightsOf(audience, purpose);
  return (one: DataClass) => sights[one] !== 'clear';
};
