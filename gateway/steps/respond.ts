import type { GraphQLError } from 'graphql';
import { answerError } from '../answer-errors.ts';
import { hold } from '../../policies/access/conditions.ts';
import type { DeniedPath } from '../../policies/access/denied.ts';
import { AUDIENCES, isAudience } from '../../policies/audiences.ts';
import { type Exchange, from } from '../exchange.ts';
import type { Pieces } from '../executor/execute-plan.ts';
import { errorAt } from '../executor/subgraph-error.ts';
import type { Step } from '../pipeline.ts';

/** Writes the answer: what was executed, and an error for each selection that was denied. */
export const respond: Step = (exchange, next) => {
  const executed = from(exchange, 'executed');
  const refused = refusals(exchange);
  const extensions = extensionsOf(exchange);
  if ('answer' in executed) {
    exchange.errors = refused;
    const answer = refused.length === 0 ? executed.answer : behindErrors(written(refused, exchange), executed.answer);
    exchange.text = extensions === undefined ? answer : beforeExtensions(answer, extensions);
    return next();
  }
  const errors = [...refused, ...executed.errors];
  exchange.errors = errors;
  const before = errors.length === 0 ? '' : `"errors":${written(errors, exchange)},`;
  // Of nothing, nothing was masked.
  const behind = extensions === undefined || executed.data === 'null' ? '' : `,"extensions":${extensions}`;
  exchange.text = `{${before}"data":${executed.data}${behind}}`;
  return next();
};

const behindErrors = (errors: string, [first = Buffer.from('{'), ...others]: Pieces): Pieces => [
  Buffer.from(`{"errors":${errors},`),
  first.subarray(1),
  ...others,
];

/** Before the last brace. */
const beforeExtensions = (answer: Pieces, extensions: string): Pieces => [
  ...answer.slice(0, -1),
  ...answer.slice(-1).map((last) => last.subarray(0, -1)),
  Buffer.from(`,"extensions":${extensions}}`),
];

/** What of the answer was masked, for those who may know that there is more. */
const extensionsOf = (exchange: Exchange): string | undefined => {
  const { masked } = from(exchange, 'permitted');
  if (masked === undefined) return undefined;
  const { audience } = from(exchange, 'identity');
  return isAudience(audience) && AUDIENCES[audience].isToldWhy ? `{"masked":${masked}}` : undefined;
};

const written = (errors: readonly GraphQLError[], exchange: Exchange): string =>
  JSON.stringify(errors.map((error) => answerError(error.toJSON(), error, exchange)));

const refusals = (exchange: Exchange): readonly GraphQLError[] => {
  const { deniedPaths } = from(exchange, 'permitted').prepared;
  if (deniedPaths.length === 0) return [];
  const { variables } = from(exchange, 'operation');
  const paths = distinct(deniedPaths.filter(({ when }) => hold(when, variables)));
  return paths.map(({ path }) => errorAt('UNAUTHORIZED_FIELD_OR_TYPE', path));
};

const distinct = (paths: readonly DeniedPath[]): DeniedPath[] => [
  ...new Map(paths.map((denied) => [denied.path.join('\n'), denied])).values(),
];
