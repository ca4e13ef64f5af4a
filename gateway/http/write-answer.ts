import type { ServerResponse } from 'node:http';
import { REQUEST_ID_HEADER } from '../../platform/http/request-id.ts';
import { SAFE_HEADERS } from '../../platform/http/send.ts';
import type { HttpAnswer } from '../exchange.ts';
import type { Pieces } from '../executor/execute-plan.ts';

/**
 * Writes a whole answer of the graph, with all its headers in one go: setting them one by one takes longer than
 * everything else there is to writing a small answer. A client that is gone is no error.
 *
 * @param isLast whether the connection ends with this answer
 */
export const writeAnswer = (
  response: ServerResponse,
  requestId: string,
  { status, headers, body }: HttpAnswer,
  isLast: boolean,
): void => {
  if (response.headersSent || response.destroyed) return;
  const all = [...ALWAYS, REQUEST_ID_HEADER, requestId];
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (!IS_ALWAYS.has(headers[i] as string)) all.push(headers[i] as string, headers[i + 1] as string);
  // RFC 9110 section 8.6: an answer without content has no length either.
  if (status !== 204) all.push('content-length', String(lengthOf(body)));
  if (isLast) all.push('connection', 'close');
  response.writeHead(status, all);
  if (typeof body === 'string') response.end(body);
  else writePieces(response, body);
};

const lengthOf = (body: string | Pieces): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.reduce((length, piece) => length + piece.length, 0);

/** A small one as a text: node sends that along with the head. */
const writePieces = (response: ServerResponse, pieces: Pieces): void => {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) {
    if (only.length <= SMALL) response.end(only.toString('latin1'), 'latin1');
    else response.end(only);
    return;
  }
  response.cork();
  for (const piece of pieces) response.write(piece);
  response.end();
};

const SMALL = 4096;

/** Apollo Server has a policy of its own for what may be cached of some answers; none of ours may. */
const ALWAYS: readonly string[] = SAFE_HEADERS.flat();
const IS_ALWAYS: ReadonlySet<string> = new Set(SAFE_HEADERS.map(([name]) => name));
