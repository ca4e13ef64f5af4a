import { LRUCache } from 'lru-cache';
import { Pool } from 'undici';
import { ENVELOPE_HEADER, type Envelope, signEnvelope } from '../../../platform/envelope.ts';
import { fail } from '../../../platform/errors.ts';
import { LoggableError } from '../../../platform/log.ts';
import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';
import { MINUTE, remaining, SECOND } from '../../../platform/time.ts';
import type { Cancellation } from '../cancellation.ts';
import { ACCEPTED_ENCODINGS, decompress } from './decompress.ts';
import type { InFlight } from './in-flight.ts';
import { postJson } from './post.ts';
import type { Transport } from './transport.ts';

export interface HttpTransportOptions {
  readonly name: string;
  readonly url: string;
  /** Signs the envelope. `undefined`: none is sent, and whoever listens there answers everybody. */
  readonly key: Buffer | undefined;
  readonly connections: number;
  /** Bytes, compressed or not. */
  readonly responseLimit: number;
  /** Whether the subgraph may compress its answers. */
  readonly compression: boolean;
  /** Shared by all transports of a gateway: a mutation of one subgraph may change what another answers. */
  readonly inFlight: InFlight;
}

/**
 * Asks a subgraph by HTTP (GraphQL over HTTP, POST and JSON).
 *
 * Nothing of the client's request goes along but what the envelope says. Redirects are not followed, the answer is read
 * up to a limit, and it is an answer only when it is JSON of the right shape. What went wrong stays in the cause.
 */
export const httpTransport = (options: HttpTransportOptions): Transport => {
  const { name, key, responseLimit: limit, inFlight } = options;
  const { origin, pathname, search } = new URL(options.url);
  const path = `${pathname}${search}`;
  const pool = new Pool(origin, {
    connections: options.connections,
    connectTimeout: 5 * SECOND,
    keepAliveTimeout: 4 * SECOND,
    // A call is ended by its cancellation; these are for a call nobody stops.
    headersTimeout: 5 * MINUTE,
    bodyTimeout: 5 * MINUTE,
  });
  const common = {
    'content-type': 'application/json',
    accept: ACCEPT,
    ...(options.compression ? { 'accept-encoding': ACCEPTED_ENCODINGS } : {}),
  };
  const headOf = createHeads();

  const ask = async (body: string, envelope: Envelope, cancellation: Cancellation): Promise<Buffer> => {
    const headers =
      key === undefined ? common : { ...common, [ENVELOPE_HEADER]: signEnvelope(envelope, name, key, body) };
    const posted = await postJson(pool, { path, headers, body, limit, cancellation });
    if (posted.encoding === 'identity') return posted.bytes;
    if (options.compression) return decompress(posted, limit);
    throw new LoggableError('the subgraph answers compressed, unasked');
  };

  const askOnce = async (call: SubgraphCall, envelope: Envelope, cancellation: Cancellation): Promise<Buffer> => {
    const head = headOf(call);
    const body =
      call.variables === undefined ? `${head.text}}` : `${head.text},"variables":${JSON.stringify(call.variables)}}`;
    if (!head.isMutation)
      return inFlight.share(`${name} ${body}`, envelope, cancellation, () => ask(body, envelope, cancellation));
    inFlight.forget();
    return ask(body, envelope, cancellation).finally(inFlight.forget);
  };

  return {
    name,
    send: async (call, envelope, cancellation) => {
      if (cancellation.isCancelled || remaining(envelope.deadline) === 0) throw fail('GATEWAY_TIMEOUT');
      try {
        return answerOf(parse(await askOnce(call, envelope, cancellation)));
      } catch (cause) {
        throw fail(cancellation.isCancelled ? 'GATEWAY_TIMEOUT' : 'DOWNSTREAM_SERVICE_ERROR', { cause });
      }
    },
    close: () => pool.destroy(),
  };
};

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

/** The part of a call's JSON that is the same every time. */
interface Head {
  readonly text: string;
  readonly isMutation: boolean;
}

const MOST_HEADS = 1000;

/** Queries are texts of plans, and come again and again. */
const createHeads = (): ((call: SubgraphCall) => Head) => {
  const heads = new LRUCache<string, Head>({ max: MOST_HEADS });
  return ({ query, operationName }) => {
    const known = heads.get(query);
    if (known !== undefined) return known;
    const text = JSON.stringify({ query, operationName }).slice(0, -1);
    const made: Head = { text, isMutation: /^\s*mutation\b/.test(query) };
    heads.set(query, made);
    return made;
  };
};

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // The parser's message quotes the text.
    throw new LoggableError('the answer of the subgraph is not JSON');
  }
};

/** GraphQL section 7.1: data, errors or both. Extensions and whatever else is there are dropped. */
const answerOf = (value: unknown): SubgraphAnswer => {
  if (!isObject(value)) throw new LoggableError('the answer of the subgraph is not an object');
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  const hasData = data === null || isObject(data);
  const hasErrors = Array.isArray(errors) && errors.length > 0 && errors.every(isObject);
  if (!hasData && !hasErrors) throw new LoggableError('the answer of the subgraph has neither data nor errors');
  if (!hasErrors) return { data } as SubgraphAnswer;
  return {
    ...(hasData ? { data } : {}),
    errors: errors as readonly unknown[] as NonNullable<SubgraphAnswer['errors']>,
  };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
