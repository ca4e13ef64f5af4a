import { OperationTypeNode } from 'graphql';
import type { Asker } from '../../platform/audit/records.ts';
import { codeOf } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import type { DataClass } from '../../policies/classes.ts';
import { sightsOf } from '../../policies/field-masks.ts';
import type { Exchange } from '../exchange.ts';
import { type OperationFacts, operationFacts } from './operation-facts.ts';

/**
 * Writes a request into the audit trail, if it is one to be written down: it read something of a class that is, it wrote,
 * or something of it was refused. Before the answer leaves.
 *
 * @throws AUDIT_UNAVAILABLE
 */
export const recordRequest = (exchange: Exchange, status: number): void => {
  const { identity, surroundings, operation, permitted, denials, errors, serving } = exchange;
  const { journal } = surroundings;
  // Nobody is known to have asked.
  if (journal === undefined || identity === undefined) return;
  const known = operation?.known;
  const facts =
    known === undefined || permitted === undefined ? NONE : operationFacts(serving.generation, known, permitted);
  const kind = known?.operation.operation;
  const isWrite = kind === OperationTypeNode.MUTATION;
  if (facts.classes.length === 0 && !isWrite && denials === undefined && status < FIRST_REFUSAL) return;
  journal.append({
    kind: 'request',
    ...askerOf(identity, exchange.requestId),
    operation: kind === undefined ? null : isWrite ? 'mutation' : 'query',
    document: known?.of.hash ?? null,
    fields: facts.fields,
    classes: facts.classes,
    masked: facts.classes.length === 0 ? [] : facts.classes.filter(isMaskedFor(identity)),
    denied: denials?.denials.length ?? 0,
    decisions: denials?.denials.slice(0, MOST_DECISIONS).map(({ decisionId }) => decisionId) ?? [],
    codes: errors === undefined || errors.length === 0 ? [] : [...new Set(errors.map(codeOf))],
    status,
  });
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

const askerOf = (identity: Identity, requestId: string): Asker => ({
  requestId,
  subject: identity.subject,
  client: identity.client,
  audience: identity.audience,
  purpose: identity.purpose,
  facilities: identity.facilities,
  ...(identity.grant === undefined ? {} : { grant: identity.grant }),
});
