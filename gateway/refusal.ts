import { HeaderMap } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { ERRORS, type ErrorCode, type FailOptions } from '../platform/errors.ts';

export interface RefuseOptions extends FailOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

/** The error that refuses a request as a whole, with the HTTP status of its code. Thrown by a step of the pipeline. */
export const refuse = (code: ErrorCode, { message, cause, headers = {} }: RefuseOptions = {}): GraphQLError =>
  new GraphQLError(message ?? ERRORS[code].message, {
    extensions: {
      code,
      retryable: ERRORS[code].retryable,
      http: { status: ERRORS[code].status, headers: new HeaderMap(Object.entries(headers)) },
    },
    ...(cause instanceof Error ? { originalError: cause } : {}),
  });
