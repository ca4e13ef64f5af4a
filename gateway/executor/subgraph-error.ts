import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERRORS, type ErrorCode, isErrorCode } from '../../platform/errors.ts';
import type { Need } from '../../policies/access/describe-need.ts';
import { LoggableError } from '../../platform/log.ts';

export type Path = readonly (string | number)[];

/** What is told of a refusal besides its code. */
export interface Why {
  readonly decisionId: string;
  readonly needs?: readonly Need[];
}

/** An error at a position of the answer, with the code's own sentence unless another is given. */
export const errorAt = (
  code: ErrorCode,
  path: Path | undefined,
  options: { readonly message?: string; readonly cause?: unknown; readonly why?: Why } = {},
): GraphQLError =>
  new GraphQLError(options.message ?? ERRORS[code].message, {
    ...(path === undefined ? {} : { path }),
    extensions: { code, retryable: ERRORS[code].retryable, ...options.why },
    ...(options.cause instanceof Error ? { originalError: options.cause } : {}),
  });

/** An error of a foreign subgraph, as the open gateway passes it on. */
export class PassedOnError extends GraphQLError {}

/** Its message and its code, and nothing else. */
export const passedOn = (error: GraphQLFormattedError, path: Path | undefined): PassedOnError => {
  const code = error.extensions?.['code'];
  const message = typeof error.message === 'string' ? error.message : ERRORS.DOWNSTREAM_SERVICE_ERROR.message;
  return new PassedOnError(message, {
    ...(path === undefined ? {} : { path }),
    extensions: { code: typeof code === 'string' ? code : 'DOWNSTREAM_SERVICE_ERROR' },
  });
};

/**
 * What may go on of an error a subgraph answered: its code, when that code can concern the caller of the graph, and its
 * sentence where the caller is who has to act. Everything else is a subgraph that failed.
 */
export const reduced = (error: GraphQLFormattedError, path: Path | undefined, subgraph: string): GraphQLError => {
  const code = error.extensions?.['code'];
  if (!isErrorCode(code) || OURS_ALONE.has(code)) {
    const told = typeof code === 'string' && /^[A-Z_]{1,60}$/.test(code) ? code : null;
    const cause = new LoggableError('a subgraph answered an error that is not for callers', { subgraph, told });
    return errorAt('DOWNSTREAM_SERVICE_ERROR', path, { cause });
  }
  const speaks = ERRORS[code].actor === 'caller' && isPlain(error.message);
  return errorAt(code, path, speaks ? { message: error.message } : {});
};

/** In the mouth of a subgraph these say that gateway and subgraph misunderstood one another. */
const OURS_ALONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'METHOD_NOT_ALLOWED',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'UNAUTHENTICATED',
  'SHUTTING_DOWN',
]);

const LONGEST_SENTENCE = 300;

/** A sentence of ours. graphql-js quotes the value of a variable it refuses, and that one stays behind. */
const isPlain = (message: unknown): message is string =>
  typeof message === 'string' && message.length <= LONGEST_SENTENCE && !message.startsWith('Variable "$');
