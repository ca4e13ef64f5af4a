import { hold } from '../authorization/conditions.ts';
import type { DeniedPath } from '../authorization/denied.ts';
import { from } from '../exchange.ts';
import { errorAt } from '../executor/subgraph-error.ts';
import type { Step } from '../pipeline.ts';

/** Puts together the answer: what was executed, and an error for each selection that was denied. */
export const respond: Step = (exchange, next) => {
  const { deniedPaths } = from(exchange, 'prepared');
  const { variables } = from(exchange, 'operation');
  const { data, errors } = from(exchange, 'executed');
  const refusals = distinct(deniedPaths.filter(({ when }) => hold(when, variables)));
  const all = [...refusals.map(({ path }) => errorAt('UNAUTHORIZED_FIELD_OR_TYPE', path)), ...errors];
  exchange.result = { data: JSON.parse(data), ...(all.length === 0 ? {} : { errors: all }) };
  return next();
};

const distinct = (paths: readonly DeniedPath[]): DeniedPath[] => [
  ...new Map(paths.map((denied) => [denied.path.join('\n'), denied])).values(),
];
