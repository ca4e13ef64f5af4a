import { OperationTypeNode } from 'graphql';
import { ERRORS } from '../../platform/errors.ts';
import { hold } from '../../policies/access/conditions.ts';
import { isToldWhy } from '../../policies/audiences.ts';
import { type Mode, modeOf } from '../../policies/clients.ts';
import { type Exchange, from } from '../exchange.ts';
import { challenge } from '../identity/challenge.ts';
import { type Denial, denialsOf } from '../operations/denials.ts';
import { missingScopes } from '../operations/missing-scopes.ts';
import { permit, permitAll } from '../operations/permit.ts';
import type { Step } from '../pipeline.ts';

/**
 * Takes out of the operation what the caller may not select; or, as the client was registered, refuses all of it, or lets
 * all of it run and says what will be refused some day.
 *
 * A mutation of which a root field may not run does not run at all: half of what was meant as one could be worse than
 * nothing, and no side effect happens before the refusal. Nor does one run for a trial: what is written stays written.
 */
export const authorize: Step = (exchange, next) => {
  const { known, variables } = from(exchange, 'operation');
  const identity = from(exchange, 'identity');
  const { generation } = exchange.serving;
  const permitted = permit(generation, known, variables, identity);
  exchange.permitted = permitted;
  const { denied, deniedPaths } = permitted.prepared;
  if (deniedPaths.length === 0) return next();
  const denials = denialsOf(generation, known, permitted, variables, identity);
  const isMutation = known.operation.operation === OperationTypeNode.MUTATION;
  const registered = denials.length === 0 ? 'filter' : modeFor(exchange);
  const mode = isMutation && registered === 'dryRun' ? 'filter' : registered;
  exchange.denials = { mode, denials };
  if (mode === 'dryRun') {
    exchange.permitted = permitAll(generation, known, variables, identity);
    exchange.envelope = Object.freeze({ ...from(exchange, 'envelope'), isDryRun: true });
    return next();
  }
  const isRefused = isMutation && denied?.missing.some(({ when }) => hold(when, variables)) === true;
  if (mode === 'reject')
    exchange.rejection = { status: ERRORS.FORBIDDEN.status, headers: challengeOf(exchange, denials) };
  if (mode === 'reject' || isRefused) exchange.executed = { data: 'null', errors: [] };
  return next();
};

/** In an open gateway nobody is registered, and nothing is denied. */
const modeFor = ({ client, operation }: Exchange): Mode =>
  client === undefined
    ? 'filter'
    : modeOf(client, operation?.known.name ?? null, new Date().toISOString().slice(0, 'yyyy-mm-dd'.length));

/** RFC 6750 section 3.1, where it is scopes that are missing: which, is said to those who may know. */
const challengeOf = (exchange: Exchange, denials: readonly Denial[]): readonly string[] => {
  const { resource } = exchange.surroundings;
  const { scopes: own, audience } = from(exchange, 'identity');
  const scopes = missingScopes(denials, own);
  if (resource === undefined || scopes.length === 0) return [];
  const told = isToldWhy(audience) ? { scopes } : {};
  return ['www-authenticate', challenge(resource, { error: 'insufficient_scope', ...told })];
};
