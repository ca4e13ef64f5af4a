import type { ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER } from '../../platform/http/request-id.ts';
import { SAFE_HEADERS } from '../../platform/http/send.ts';
import type { HttpAnswer } from '../exchange.ts';

/**
 * Writes a whole answer of the graph, with all its headers in one go: setting them one by one takes longer than
 * everything else there is to writing a small answer. A client that is gone is no error.
 *
 * @param isLast whether the connection ends with this answer
 */
export const writeAnswer = (
  response: ServerResponse,
  requestId: string,
  { status, headers, body, encoding }: HttpAnswer,
  isLast: boolean,
): void => {
  if (response.headersSent || response.destroyed) return;
  const all = [...ALWAYS, REQUEST_ID_HEADER, requestId];
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (!IS_ALWAYS.has(headers[i] as string)) all.push(headers[i] as string, headers[i + 1] as string);
  // RFC 9110 section 8.6: an answer without content has no length either.
  if (status !== 204) all.push('content-length', String(Buffer.byteLength(body, encoding)));
  if (isLast) all.push('connection', 'close');
  response.writeHead(status, all);
  // node leaves the body out of the answer to HEAD.
  response.end(body, encoding);
};

/** Apollo Server has a policy of its own for what may be cached of some answers; none of ours may. */
const ALWAYS: readonly string[] = SAFE_HEADERS.flat();
const IS_ALWAYS: ReadonlySet<string> = new Set(SAFE_HEADERS.map(([name]) => name));
