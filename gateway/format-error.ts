import type { GraphQLFormattedError } from 'graphql';
import { ERRORS, type ErrorCode, isErrorCode } from '../platform/errors.ts';
import { PassedOnError } from './executor/subgraph-error.ts';

/**
 * What may leave of an error: message, locations, path, and of the extensions code, retryable and request id; of a refusal of ours
 * also its decision id and what would be needed.
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
  return {
    message,
    ...where,
    extensions: { code, retryable: ERRORS[code].retryable, ...identified, ...whyOf(code, formatted) },
  };
};

/** Only the gateway makes errors that have these (`errorAt`): those of subgraphs are made anew, without extensions. */
const whyOf = (code: ErrorCode, { extensions = {} }: GraphQLFormattedError): Readonly<Record<string, unknown>> => {
  if (!REFUSALS.has(code)) return {};
  const { decisionId, needs } = extensions;
  return { ...(decisionId === undefined ? {} : { decisionId }), ...(needs === undefined ? {} : { needs }) };
};

const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNAUTHORIZED_FIELD_OR_TYPE', 'MASKED_ARGUMENT']);

const sentence = (code: ErrorCode, message: string): string => {
  if (code === 'INTERNAL_SERVER_ERROR') return ERRORS[code].message;
  // graphql-js proposes names of the schema, which is a way to read it without being shown it.
  if (code === 'GRAPHQL_VALIDATION_FAILED') return message.replace(/\s*Did you mean [^]*$/, '');
  return message;
};
