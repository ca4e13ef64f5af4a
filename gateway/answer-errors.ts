import type { GraphQLFormattedError } from 'graphql';
import type { Exchange } from './exchange.ts';
import { formatError } from './format-error.ts';

/** What may leave of an error. One that somebody should look at gets a line in the log. */
export const answerError = (
  formatted: GraphQLFormattedError,
  error: unknown,
  { requestId, surroundings }: Pick<Exchange, 'requestId' | 'surroundings'>,
): GraphQLFormattedError => {
  const { log } = surroundings;
  const allowed = formatError(formatted, error, requestId);
  const code = allowed.extensions?.['code'];
  if (code === 'INTERNAL_SERVER_ERROR') log.error({ error, requestId }, 'request:failed');
  else if (code === 'DOWNSTREAM_SERVICE_ERROR') log.warn({ error, requestId }, 'subgraph:failed');
  return allowed;
};
