import { type Dispatcher, Pool } from 'undici';
import { ENVELOPE_HEADER, type Envelope, signEnvelope } from '../../../platform/envelope.ts';
import { fail } from '../../../platform/errors.ts';
import { LoggableError } from '../../../platform/log.ts';
import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';
import { MINUTE, remaining, SECOND } from '../../../platform/time.ts';
import { stopped } from './stopped.ts';
import type { Transport } from './transport.ts';

export interface HttpTransportOptions {
  readonly name: string;
  readonly url: string;
  /** Signs the envelope. `undefined`: none is sent, and whoever listens there answers everybody. */
  readonly key: Buffer | undefined;
  readonly connections: number;
  /** Bytes. */
  readonly responseLimit: number;
}

/**
 * Asks a subgraph by HTTP (GraphQL over HTTP, POST and JSON).
 *
 * Nothing of the client's request goes along but what the envelope says. Redirects are not followed, the answer is read
 * up to a limit, and it is an answer only when it is JSON of the right shape. What went wrong stays in the cause.
 */
export const httpTransport = (options: HttpTransportOptions): Transport => {
  const { name, key, responseLimit } = options;
  const { origin, pathname, search } = new URL(options.url);
  const pool = new Pool(origin, {
    connections: options.connections,
    connectTimeout: 5 * SECOND,
    keepAliveTimeout: 4 * SECOND,
    // The signal ends a call; these are for a call nobody stops.
    headersTimeout: 5 * MINUTE,
    bodyTimeout: 5 * MINUTE,
  });
  const ask = async (call: SubgraphCall, envelope: Envelope, signal: AbortSignal): Promise<SubgraphAnswer> => {
    const body = JSON.stringify(call);
    const headers: Record<string, string> = { 'content-type': 'application/json', accept: ACCEPT };
    if (key !== undefined) headers[ENVELOPE_HEADER] = signEnvelope(envelope, name, key, body);
    const response = await pool.request({ method: 'POST', path: `${pathname}${search}`, headers, body, signal });
    return answerOf(await readJson(response, responseLimit));
  };
  return {
    name,
    send: async (call, envelope, signal) => {
      if (remaining(envelope.deadline) === 0) throw fail('GATEWAY_TIMEOUT');
      try {
        return await stopped(signal, () => ask(call, envelope, signal));
      } catch (cause) {
        throw fail(signal.aborted ? 'GATEWAY_TIMEOUT' : 'DOWNSTREAM_SERVICE_ERROR', { cause });
      }
    },
    close: () => pool.destroy(),
  };
};

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

const readJson = async (response: Dispatcher.ResponseData, limit: number): Promise<unknown> => {
  const { statusCode: status, headers, body } = response;
  const refuse = (reason: string): LoggableError => {
    // Ends the connection: what else comes on it is of no interest.
    body.on('error', () => undefined).destroy();
    return new LoggableError(reason, { status });
  };
  if (status >= 300 && status < 400) throw refuse('the subgraph redirects');
  if (!isJson(headers['content-type'])) throw refuse('the subgraph did not answer JSON');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw refuse('the subgraph answers compressed, unasked');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw refuse('the answer of the subgraph is too large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    // The parser's message quotes the text.
    throw refuse('the answer of the subgraph is not JSON');
  }
};

const isJson = (contentType: string | string[] | undefined): boolean =>
  typeof contentType === 'string' && /^application\/(?:graphql-response\+)?json\s*(?:;|$)/i.test(contentType);

/** GraphQL section 7.1: data, errors or both. Extensions and whatever else is there are dropped. */
const answerOf = (value: unknown): SubgraphAnswer => {
  if (!isObject(value)) throw new LoggableError('the answer of the subgraph is not an object');
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  const hasData = data === null || isObject(data);
  const hasErrors = Array.isArray(errors) && errors.length > 0 && errors.every(isObject);
  if (!hasData && !hasErrors) throw new LoggableError('the answer of the subgraph has neither data nor errors');
  return {
    ...(hasData ? { data } : {}),
    ...(hasErrors ? { errors: errors as readonly unknown[] as NonNullable<SubgraphAnswer['errors']> } : {}),
  };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
