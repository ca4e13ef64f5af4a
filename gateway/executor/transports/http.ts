import { Pool } from 'undici';
import { ENVELOPE_HEADER, type Envelope, envelopeSigner } from '../../../platform/envelope.ts';
import { fail } from '../../../platform/errors.ts';
import { LoggableError } from '../../../platform/log.ts';
import { remaining, SECOND } from '../../../platform/time.ts';
import type { Cancellation } from '../cancellation.ts';
import { parseAnswer } from './answer.ts';
import { writeCall } from './call.ts';
import { ACCEPTED_ENCODINGS, decompress } from './decompress.ts';
import type { InFlight } from './in-flight.ts';
import { HungUp, type Posted, postJson } from './post.ts';
import type { Transport, WrittenCall } from './transport.ts';

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
 *
 * A query whose connection ends before an answer begins is asked again, once. A mutation never is.
 */
export const httpTransport = (options: HttpTransportOptions): Transport => {
  const { name, key, responseLimit: limit, inFlight } = options;
  const sign = key && envelopeSigner(name, key);
  const { origin, pathname, search } = new URL(options.url);
  const path = `${pathname}${search}`;
  const pool = new Pool(origin, {
    connections: options.connections,
    connectTimeout: 5 * SECOND,
    keepAliveTimeout: 4 * SECOND,
    // A call is ended by its cancellation, which comes at the deadline of its request; a timer more for each costs.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const common = ['content-type', 'application/json', 'accept', ACCEPT];
  if (options.compression) common.push('accept-encoding', ACCEPTED_ENCODINGS);

  const post = (body: Buffer, envelope: Envelope, cancellation: Cancellation): Promise<Posted> => {
    const headers = sign === undefined ? common : [...common, ENVELOPE_HEADER, sign(envelope, body)];
    return postJson(pool, { path, headers, body, limit, cancellation });
  };

  const ask = async (
    { body, isMutation }: WrittenCall,
    envelope: Envelope,
    cancellation: Cancellation,
  ): Promise<Buffer> => {
    let posted: Posted;
    try {
      posted = await post(body, envelope, cancellation);
    } catch (error) {
      if (isMutation || !(error instanceof HungUp) || cancellation.isCancelled) throw error;
      // Once: by then whatever else was idle and closed is known to be so. A query may be asked twice (RFC 9110 section
      // 9.2.2).
      posted = await post(body, envelope, cancellation);
    }
    if (posted.encoding === 'identity') return posted.bytes;
    if (options.compression) return decompress(posted, limit);
    throw new LoggableError('the subgraph answers compressed, unasked');
  };

  const exchange = async (call: WrittenCall, envelope: Envelope, cancellation: Cancellation): Promise<Buffer> => {
    if (cancellation.isCancelled || remaining(envelope.deadline) === 0) throw fail('GATEWAY_TIMEOUT');
    try {
      if (!call.isMutation)
        return await inFlight.share(name, call.body, envelope, cancellation, () => ask(call, envelope, cancellation));
      inFlight.forget();
      return await ask(call, envelope, cancellation).finally(inFlight.forget);
    } catch (cause) {
      throw fail(cancellation.isCancelled ? 'GATEWAY_TIMEOUT' : 'DOWNSTREAM_SERVICE_ERROR', { cause });
    }
  };

  return {
    name,
    exchange,
    send: async (call, envelope, cancellation) => parseAnswer(await exchange(writeCall(call), envelope, cancellation)),
    close: () => pool.destroy(),
  };
};

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';
