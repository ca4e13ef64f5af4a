import { HeaderMap } from '@apollo/server';
import { parse } from 'graphql';
import { answerError } from '../answer-errors.ts';
import { takesTooManyComparisons } from '../comparisons.ts';
import { isTooLarge, MOST_TOKENS } from '../document-size.ts';
import { type Exchange, from, type HttpAnswer } from '../exchange.ts';
import { acceptedType } from '../http/accepted-type.ts';
import { admitKnown } from '../operations/admit-known.ts';
import type { Step } from '../pipeline.ts';
import { refuse } from '../refusal.ts';
import { ANSWERED, type ApolloResult, ORIGINAL, type Serving } from '../serving.ts';

/**
 * Lets in documents of a bearable size, and has Apollo Server do what GraphQL over HTTP asks for: which operation,
 * by which method, in which media type, valid against the API schema. The steps below run inside of it.
 *
 * A plain POST of a document that has come by before needs none of that, and goes on at once.
 */
export const admitDocument: Step = async (exchange, next) => {
  const contentType = admitKnown(exchange);
  if (contentType === undefined) return byApollo(exchange, next);
  exchange.contentType = contentType;
  await next();
  exchange.answer = asRejected(exchange, {
    status: 200,
    headers: ['content-type', contentType],
    body: from(exchange, 'text'),
  });
};

const byApollo: Step = async (exchange, next) => {
  const { request, body, serving } = exchange;
  const search = searchOf(request.url ?? '/');
  refuseLarge(serving, body === undefined ? new URLSearchParams(search).get('query') : body['query']);
  const answer = await serving.apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? 'GET', headers: headersOf(exchange), search, body },
    context: () => Promise.resolve({ exchange, next: ifAcceptable(exchange, next) }),
  });
  if (answer.body.kind !== 'complete') throw new Error('answers come in one piece');
  const result = answer.body.string as unknown as ApolloResult;
  const isAnswered = result.data === ANSWERED;
  exchange.answer = asRejected(exchange, {
    status: answer.status ?? 200,
    headers: [...answer.headers].flat(),
    body: isAnswered ? from(exchange, 'text') : refused(exchange, result),
  });
};

const asRejected = ({ rejection }: Exchange, answer: HttpAnswer): HttpAnswer =>
  rejection === undefined
    ? answer
    : { ...answer, status: rejection.status, headers: [...answer.headers, ...rejection.headers] };

/** Nothing runs for a client that accepts none of our answers. Apollo Server refuses it, but not before it has run. */
const ifAcceptable = (exchange: Exchange, next: () => Promise<void>) => async (): Promise<void> => {
  if ((await acceptedType(exchange)) !== undefined) await next();
};

/** What Apollo Server has to say against the request. */
const refused = (exchange: Exchange, { errors = [] }: ApolloResult): string =>
  JSON.stringify({ errors: errors.map((error) => answerError(error, error[ORIGINAL], exchange)) });

const searchOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** Before validation and planning, whose time grows with the expanded size. */
const refuseLarge = ({ generation }: Serving, text: unknown): void => {
  if (typeof text !== 'string' || text === '' || generation.operations.get(text) !== undefined) return;
  if (isLarge(text)) throw refuse('OPERATION_TOO_LARGE');
};

const isLarge = (text: string): boolean => {
  try {
    const document = parse(text, { noLocation: true, maxTokens: MOST_TOKENS });
    return isTooLarge(document) || takesTooManyComparisons(document);
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
