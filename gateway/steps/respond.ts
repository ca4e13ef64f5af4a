import type { GraphQLError } from 'graphql';
import { answerError } from '../answer-errors.ts';
import { hold } from '../authorization/conditions.ts';
import type { DeniedPath } from '../authorization/denied.ts';
import { type Exchange, from } from '../exchange.ts';
import { errorAt } from '../executor/subgraph-error.ts';
import type { Step } from '../pipeline.ts';

/** Writes the answer: what was executed, and an error for each selection that was denied. */
export const respond: Step = (exchange, next) => {
  const { data, errors } = from(exchange, 'executed');
  const all = [...refusals(exchange), ...errors];
  exchange.errors = all;
  if (typeof data === 'string')
    exchange.text = all.length === 0 ? `{"data":${data}}` : `{"errors":${written(all, exchange)},"data":${data}}`;
  else
    exchange.text = [
      all.length === 0 ? BEFORE_DATA : Buffer.from(`{"errors":${written(all, exchange)},"data":`),
      ...data,
      BEHIND_DATA,
    ];
  return next();
};

const BEFORE_DATA = Buffer.from('{"data":');
const BEHIND_DATA = Buffer.from('}');

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
