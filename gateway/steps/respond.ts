import { hold } from '../authorization/conditions.ts';
import type { DeniedPath } from '../authorization/denied.ts';
import { from } from '../exchange.ts';
import { completeDenied } from '../executor/complete-denied.ts';
import { errorAt } from '../executor/subgraph-error.ts';
import type { Step } from '../pipeline.ts';

/** Puts together the answer: what was executed, nulls where selections were denied, and an error for each of those. */
export const respond: Step = (exchange, next) => {
  const { deniedPaths, denied, typeKey } = from(exchange, 'prepared');
  const { variables } = from(exchange, 'operation');
  // Nothing was left to ask: every root field is one that was denied.
  const { data, errors } = exchange.executed ?? { data: {}, errors: [] };
  const completed = data === null || denied === undefined ? data : completeDenied(data, denied, { typeKey, variables });
  const refusals = distinct(deniedPaths.filter(({ when }) => hold(when, variables)));
  const all = [...refusals.map(({ path }) => errorAt('UNAUTHORIZED_FIELD_OR_TYPE', path)), ...errors];
  exchange.result = { data: completed, ...(all.length === 0 ? {} : { errors: all }) };
  return next();
};

const distinct = (paths: readonly DeniedPath[]): DeniedPath[] => [
  ...new Map(paths.map((denied) => [denied.path.join('\n'), denied])).values(),
];
