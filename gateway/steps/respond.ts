import type { GraphQLError } from 'graphql';
import { answerError } from '../answer-errors.ts';
import { isToldWhy } from '../../policies/audiences.ts';
import { type Exchange, from } from '../exchange.ts';
import type { Pieces } from '../executor/execute-plan.ts';
import { errorAt } from '../executor/subgraph-error.ts';
import type { Denial } from '../../policies/access/denials.ts';
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
  if (exchange.rejection !== undefined) {
    exchange.text = `{"errors":${written(errors, exchange)}}`;
    return next();
  }
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

/** What of the answer was masked, and what would have been refused, for those who may know that there is more. */
const extensionsOf = (exchange: Exchange): string | undefined => {
  const { masked } = from(exchange, 'permitted');
  const { audience, grant } = from(exchange, 'identity');
  const isPlain = masked === undefined && exchange.denials?.mode !== 'dryRun' && grant === undefined;
  if (isPlain || !isToldWhy(audience)) return undefined;
  const parts = [
    ...(masked === undefined ? [] : [`"masked":${masked}`]),
    ...dryRunOf(exchange),
    // Nobody is to forget under what they are looking.
    ...(grant === undefined ? [] : [`"emergency":${JSON.stringify({ grant })}`]),
  ];
  return parts.length === 0 ? undefined : `{${parts.join()}}`;
};

const dryRunOf = ({ denials }: Exchange): readonly string[] =>
  denials?.mode === 'dryRun' ? [`"authorization":${JSON.stringify({ mode: 'dryRun', denied: denials.denials })}`] : [];

const written = (errors: readonly GraphQLError[], exchange: Exchange): string =>
  JSON.stringify(errors.map((error) => answerError(error.toJSON(), error, exchange)));

const refusals = (exchange: Exchange): readonly GraphQLError[] => {
  const { mode, denials } = exchange.denials ?? NONE;
  if (mode === 'dryRun') return [];
  return denials.map(({ path, code, ...why }) => errorAt(code, path, { why: told(exchange, why) }));
};

const NONE: NonNullable<Exchange['denials']> = { mode: 'filter', denials: [] };

/** Everybody learns by what to ask about a refusal; what it would take, only who may know. */
const told = (exchange: Exchange, { decisionId, needs }: Pick<Denial, 'decisionId' | 'needs'>) =>
  isToldWhy(from(exchange, 'identity').audience) ? { decisionId, needs } : { decisionId };
