import type { GraphQLError } from 'graphql';
import { type ErrorCode, fail, isErrorCode } from '../errors.ts';

/** By SQLSTATE, and by its class where the whole class means the same (PostgreSQL, Appendix A). */
const CODES: Readonly<Record<string, ErrorCode>> = {
  '08': 'SOR_UNAVAILABLE',
  '53': 'SOR_UNAVAILABLE',
  '57': 'SOR_UNAVAILABLE',
  '58': 'SOR_UNAVAILABLE',
  '3D': 'SOR_ACCESS',
  '28': 'SOR_ACCESS',
  '42501': 'SOR_ACCESS',
  '42': 'SOR_CONTRACT_BROKEN',
  '57014': 'SOR_TIMEOUT',
  '40': 'CONFLICT',
  '55P03': 'CONFLICT',
  '23505': 'CONFLICT',
  '23': 'SOR_REJECTED',
  '25006': 'SOR_UNAVAILABLE',
};

/** What pg says itself, without a SQLSTATE, and the operating system below it. */
const UNREACHABLE = /^(?:E[A-Z]+|Connection terminated.*|timeout exceeded when trying to connect|.*not queryable.*)$/;

/** The error of our table for one of the database. Its message and values stay in the cause, for the log. */
export const toStoreFault = (error: unknown): GraphQLError => {
  if (isErrorCode((error as GraphQLError | null)?.extensions?.['code'])) return error as GraphQLError;
  const { code = '', message = '' } = (error ?? {}) as { code?: string; message?: string };
  const known = CODES[code] ?? (/^[0-9A-Z]{5}$/.test(code) ? CODES[code.slice(0, 2)] : undefined);
  if (known !== undefined) return fail(known, { cause: error });
  if (message === 'Query read timeout') return fail('SOR_TIMEOUT', { cause: error });
  if (UNREACHABLE.test(code) || UNREACHABLE.test(message)) return fail('SOR_UNAVAILABLE', { cause: error });
  return fail('INTERNAL_SERVER_ERROR', { cause: error });
};
