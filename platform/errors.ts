import { GraphQLError } from 'graphql';

/** Who has to act so that the same request can succeed. */
export type Actor = 'caller' | 'access owner' | 'operator' | 'reconciliation' | 'us' | 'nobody';

/** One row of the error table: what a code means, and the only sentence that may leave the process for it. */
export interface ErrorKind {
  readonly message: string;
  readonly retryable: boolean;
  readonly actor: Actor;
  /** HTTP status when the whole request is refused with this code; 200 where the error sits at a field. */
  readonly status: number;
  readonly when: string;
}

const kind = (status: number, retryable: boolean, actor: Actor, message: string, when: string): ErrorKind =>
  Object.freeze({ status, retryable, actor, message, when });

/**
 * The error table. Codes are stable and never reused; `docs/errors.md` is generated from here.
 * Messages are fixed: they never carry a value, a URL, an upstream text or an identifier.
 */
export const ERRORS = Object.freeze({
  GRAPHQL_PARSE_FAILED: kind(400, false, 'caller', 'The document is not valid GraphQL.', 'The text cannot be parsed.'),
  GRAPHQL_VALIDATION_FAILED: kind(
    400,
    false,
    'caller',
    'The document does not fit the schema.',
    'The document names something the schema does not have, or uses it wrongly.',
  ),
  OPERATION_RESOLUTION_FAILURE: kind(
    400,
    false,
    'caller',
    'The operation to run cannot be determined.',
    'The document holds several operations and none is named, or the named one is missing.',
  ),
  BAD_USER_INPUT: kind(
    400,
    false,
    'caller',
    'An argument or variable has an invalid value.',
    'An input value is refused.',
  ),
  BAD_REQUEST: kind(
    400,
    false,
    'caller',
    'The HTTP request is not a GraphQL request.',
    'Wrong shape, type or encoding.',
  ),
  METHOD_NOT_ALLOWED: kind(405, false, 'caller', 'This method is not allowed here.', 'For example a mutation by GET.'),
  UNSUPPORTED_MEDIA_TYPE: kind(415, false, 'caller', 'Send JSON in UTF-8.', 'The request body is not UTF-8 JSON.'),
  PAYLOAD_TOO_LARGE: kind(413, false, 'caller', 'The request is too large.', 'The request body exceeds the limit.'),
  OPERATION_TOO_LARGE: kind(
    400,
    false,
    'caller',
    'The operation is too large; split it.',
    'The document has too many tokens, or too many selections once its fragments are expanded; or it would take too long to validate or to plan.',
  ),
  PERSISTED_QUERY_NOT_SUPPORTED: kind(
    200,
    false,
    'caller',
    'Send the document itself.',
    'The request names a document by its hash (automatic persisted queries).',
  ),
  UNAUTHENTICATED: kind(
    401,
    false,
    'caller',
    'A valid access token is required.',
    'No token, or one that is not valid.',
  ),
  IDENTITY_UNAVAILABLE: kind(
    503,
    true,
    'operator',
    'Access tokens cannot be checked at the moment.',
    'The issuer cannot be reached, and the token needs it: there is no key set, or none of the last day; its key is a new one; or the token is no JWT and not known.',
  ),
  UNAUTHORIZED_FIELD_OR_TYPE: kind(
    200,
    false,
    'access owner',
    'Unauthorized field or type.',
    'The token lacks a scope, or the request does not pass a rule, that the field, its type or what an argument names requires. The field is null and was never asked for.',
  ),
  MASKED_ARGUMENT: kind(
    200,
    false,
    'access owner',
    'This argument is about values that are masked for you.',
    'It filters, sorts or groups by a field whose values the caller does not see in clear. The field with the argument is null and was never asked for.',
  ),
  FORBIDDEN: kind(403, false, 'access owner', 'Not allowed.', 'The caller is known and may not do this.'),
  NOT_FOUND: kind(404, false, 'caller', 'Not found.', 'Absent, or not visible to this caller.'),
  RESULT_TOO_LARGE: kind(
    200,
    false,
    'caller',
    'The result is too large; narrow the filter or ask for fewer rows.',
    'A nested list, or an answer as a whole, exceeds its limit.',
  ),
  CONFLICT: kind(409, true, 'caller', 'The record changed in the meantime.', 'Changed since it was read, or locked.'),
  IDEMPOTENCY_KEY_REUSED: kind(
    200,
    false,
    'caller',
    'This idempotency key belongs to another request.',
    'The same caller has used the key with other input. Repeat a write with its own key and its own input, or take a new key.',
  ),
  SOR_REJECTED: kind(
    200,
    false,
    'caller',
    'The owning system refused by a business rule.',
    'A business rule of the owner.',
  ),
  SOR_TIMEOUT: kind(504, true, 'operator', 'The owning system did not answer in time.', 'A read met its deadline.'),
  SOR_UNAVAILABLE: kind(503, true, 'operator', 'The owning system is not available.', 'Not reachable, or it failed.'),
  SOR_OUTCOME_UNKNOWN: kind(
    200,
    true,
    'reconciliation',
    'The owning system did not confirm the write; it may have happened.',
    'A write lost its answer. Repeat only with the same idempotency key.',
  ),
  SOR_ACCESS: kind(
    200,
    false,
    'operator',
    'The owning system refused our service account.',
    'The key is wrong or expired, or the service user lacks a right.',
  ),
  SOR_CONTRACT_BROKEN: kind(
    200,
    false,
    'operator',
    'The owning system does not have what the graph needs.',
    'A model, field or answer is not of the expected shape: a missing module, a renamed field, a proxy in between.',
  ),
  DOWNSTREAM_SERVICE_ERROR: kind(502, true, 'operator', 'A subgraph failed.', 'A subgraph is unreachable or broke.'),
  GATEWAY_TIMEOUT: kind(504, true, 'operator', 'The deadline was spent.', 'The request as a whole took too long.'),
  SHUTTING_DOWN: kind(503, true, 'nobody', 'The server is shutting down.', 'The process drains.'),
  INTERNAL_SERVER_ERROR: kind(500, false, 'us', 'Something went wrong on our side.', 'Ours, and not foreseen.'),
} satisfies Record<string, ErrorKind>);

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERRORS, code);

export interface FailOptions {
  /** What really happened. It goes to the log, redacted, and never to a caller. */
  readonly cause?: unknown;
  /** Replaces the table's sentence. Only for text we wrote ourselves that holds no value, URL or upstream text. */
  readonly message?: string;
}

/** Makes (does not throw) the error of one code. `extensions` holds `code` and `retryable`, nothing else. */
export const fail = (code: ErrorCode, options: FailOptions = {}): GraphQLError =>
  new GraphQLError(options.message ?? ERRORS[code].message, {
    extensions: { code, retryable: ERRORS[code].retryable },
    ...(options.cause instanceof Error ? { originalError: options.cause } : {}),
  });

/** The code of any error; `INTERNAL_SERVER_ERROR` for what we do not know. */
export const codeOf = (error: unknown): ErrorCode => {
  const code = (error as { extensions?: { code?: unknown } } | null)?.extensions?.code;
  return isErrorCode(code) ? code : 'INTERNAL_SERVER_ERROR';
};
