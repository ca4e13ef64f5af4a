import type { ServerResponse } from 'node:http';
import { ERRORS, type ErrorCode } from '../errors.ts';

/** Headers of every answer; a route that needs others sets its own over them. */
export const setSafeHeaders = (response: ServerResponse): void => {
  for (const [name, value] of SAFE_HEADERS) response.setHeader(name, value);
};

export const SAFE_HEADERS: readonly (readonly [string, string])[] = [
  ['cache-control', 'no-store'],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cross-origin-resource-policy', 'same-origin'],
];

/** Writes a whole answer. A client that is gone is no error. */
export const send = (
  response: ServerResponse,
  status: number,
  headers: Iterable<readonly [string, string]>,
  body: string,
): void => {
  if (response.headersSent || response.destroyed) return;
  for (const [name, value] of headers) response.setHeader(name, value);
  // RFC 9110 section 8.6: an answer without content has no length either.
  response.writeHead(status, status === 204 ? {} : { 'content-length': Buffer.byteLength(body) });
  // node leaves the body out of the answer to HEAD.
  response.end(body);
};

export const sendJson = (
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Iterable<readonly [string, string]> = [],
): void =>
  send(response, status, [['content-type', 'application/json; charset=utf-8'], ...headers], JSON.stringify(value));

/** Refuses with the status and the sentence of the code, in the shape of a GraphQL answer. */
export const sendError = (
  response: ServerResponse,
  code: ErrorCode,
  headers: Iterable<readonly [string, string]> = [],
): void => {
  const { status, message, retryable } = ERRORS[code];
  sendJson(response, status, { errors: [{ message, extensions: { code, retryable } }] }, headers);
};
