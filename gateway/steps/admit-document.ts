import { createHash } from 'node:crypto';
import { HeaderMap } from '@apollo/server';
import { parse } from 'graphql';
import { isTooLarge, MOST_TOKENS } from '../document-size.ts';
import { type Exchange, from } from '../exchange.ts';
import type { Step } from '../pipeline.ts';
import { refuse } from '../refusal.ts';

/**
 * Lets in documents of a bearable size, and has Apollo Server do what GraphQL over HTTP asks for: which operation,
 * by which method, in which media type, valid against the API schema. The steps below run inside of it.
 */
export const admitDocument: Step = async (exchange, next) => {
  const { request, body, serving } = exchange;
  const search = searchOf(request.url ?? '/');
  refuseLarge(exchange, body === undefined ? new URLSearchParams(search).get('query') : body['query']);
  const answer = await serving.apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? 'GET', headers: headersOf(exchange), search, body },
    context: () => Promise.resolve({ exchange, next }),
  });
  if (answer.body.kind !== 'complete') throw new Error('answers come in one piece');
  exchange.answer = { status: answer.status ?? 200, headers: answer.headers, body: answer.body.string };
};

const searchOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** Before validation and planning, whose time grows with the expanded size. */
const refuseLarge = ({ serving }: Exchange, text: unknown): void => {
  if (typeof text !== 'string' || text === '') return;
  const hash = createHash('sha256').update(text).digest('base64url');
  if (serving.sized.has(hash)) return;
  if (isLarge(text)) throw refuse('OPERATION_TOO_LARGE');
  serving.sized.set(hash, true);
};

const isLarge = (text: string): boolean => {
  try {
    return isTooLarge(parse(text, { noLocation: true, maxTokens: MOST_TOKENS }));
  } catch (error) {
    // Too many tokens, or nested so deep that the parser ran out of stack. What else is wrong, Apollo Server says.
    return error instanceof RangeError || /more tha[nt] \d+ tokens/.test((error as Error).message);
  }
};

const headersOf = (exchange: Exchange): HeaderMap => {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(exchange.request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  // Who calls is settled, and nothing inside has a use for the credential.
  from(exchange, 'identity');
  headers.delete('authorization');
  return headers;
};
