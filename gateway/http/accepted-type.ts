import { HeaderMap } from '@apollo/server';
import type { Exchange } from '../exchange.ts';

/**
 * The content type a request can be answered in; `undefined` when its Accept header allows none of ours.
 *
 * Apollo Server chooses it, but only after it has run the operation. So it is asked beforehand, by a request with the same
 * header and a document that is none: what it answers that in, or with 406, it would answer any in.
 */
export const acceptedType = async (exchange: Exchange): Promise<string | undefined> => {
  const { apollo, contentTypes } = exchange.serving;
  const { accept = '' } = exchange.request.headers;
  const known = contentTypes.get(accept);
  if (known !== undefined) return known;
  const { status, headers } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: 'POST', headers: headersWith(accept), search: '', body: { query: NO_DOCUMENT } },
    context: () => Promise.resolve({ exchange, next: () => Promise.resolve() }),
  });
  if (status !== PARSE_FAILED) return undefined;
  const chosen = headers.get('content-type');
  if (chosen !== undefined) contentTypes.set(accept, chosen);
  return chosen;
};

const headersWith = (accept: string): HeaderMap =>
  new HeaderMap([
    ['accept', accept],
    ['content-type', 'application/json'],
  ]);

const NO_DOCUMENT = '{';
const PARSE_FAILED = 400;
