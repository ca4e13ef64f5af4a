import type { GraphQLFormattedError } from 'graphql';
import { ERRORS, type ErrorCode, isErrorCode } from '../platform/errors.ts';
import { PassedOnError } from './executor/subgraph-error.ts';

/**
 * What may leave of an error: message, locations, path, and of the extensions code, retryable and request id.
 *
 * A code that is not in the table, whoever made it, becomes INTERNAL_SERVER_ERROR with the fixed sentence. The open
 * gateway has errors of foreign subgraphs, marked as such, and passes on what they say.
 */
export const formatError = (
  formatted: GraphQLFormattedError,
  error: unknown,
  requestId: string | undefined,
): GraphQLFormattedError => {
  const { locations, path } = formatted;
  const where = { ...(locations === undefined ? {} : { locations }), ...(path === undefined ? {} : { path }) };
  const identified = requestId === undefined ? {} : { requestId };
  const given = formatted.extensions?.['code'];
  if (error instanceof PassedOnError)
    return { message: formatted.message, ...where, extensions: { code: given, ...identified } };
  const code = isErrorCode(given) ? given : 'INTERNAL_SERVER_ERROR';
  const message = isErrorCode(given) ? sentence(code, formatted.message) : ERRORS[code].message;
  return { message, ...where, extensions: { code, retryable: ERRORS[code].retryable, ...identified } };
};

const sentence = (code: ErrorCode, message: string): string => {
  if (code === 'INTERNAL_SERVER_ERROR') return ERRORS[code].message;
  // graphql-js proposes names of the schema, which is a way to read it without being shown it.
  if (code === 'GRAPHQL_VALIDATION_FAILED') return message.replace(/\s*Did you mean [^]*$/, '');
  return message;
};
