import { type Dispatcher, Pool } from 'undici';
import { LoggableError } from '../log.ts';
import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';
import type { LaneName } from './lane.ts';

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, starting with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface WireAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

export type TransportFailureKind = 'network' | 'deadline' | 'cancelled' | 'too-large';

/** No usable answer came. `sent` is false only if not one byte of the request can have left. */
export class TransportFailure extends LoggableError {
  readonly kind: TransportFailureKind;
  readonly sent: boolean;

  constructor(kind: TransportFailureKind, sent: boolean, cause?: unknown) {
    super('no usable answer', { kind, sent });
    this.name = 'TransportFailure';
    this.kind = kind;
    this.sent = sent;
    // For the log's `systemCode`; the log prints no message of it, which may hold an address.
    if (cause !== undefined) this.cause = cause;
  }
}

export interface Transport {
  /** @throws TransportFailure */
  send(lane: LaneName, request: WireRequest, deadline: number, signal?: AbortSignal): Promise<WireAnswer>;
  /** Lets running requests end. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly url: string;
  /** Most connections, by lane. */
  readonly connections: Readonly<Record<LaneName, number>>;
  /** Milliseconds to open one. */
  readonly connectTimeout: number;
  readonly responseLimit: number;
  readonly clock: Clock;
}

/**
 * The bounded pools to one server, one per lane. Redirects are answers like others and never followed, so the key stays
 * with the host it was meant for; nothing is ever sent twice from here.
 *
 * Writes get a connection of their own each: on one that was kept open, and that the other side has just closed, a
 * write would be lost in a way nobody can tell from having happened. Odoo itself keeps none open; proxies do, and there
 * reads gain from it.
 */
export const openTransport = (options: TransportOptions): Transport => {
  const base = new URL(options.url);
  if (base.username !== '' || base.password !== '') {
    throw new LoggableError('an address must not hold credentials');
  }
  const prefix = base.pathname.replace(/\/+$/, '');
  const open = (lane: LaneName, pipelining: 0 | 1) =>
    new Pool(base.origin, {
      connections: options.connections[lane],
      pipelining,
      connect: { timeout: options.connectTimeout },
    });
  // Undici's way to say "one request per connection" is 0.
  const pools = { read: open('read', 1), write: open('write', 0) };
  return {
    send: (lane, request, deadline, signal) =>
      exchange(pools[lane], { ...request, path: prefix + request.path || '/' }, options, deadline, signal),
    close: async () => {
      await Promise.all([pools.read.close(), pools.write.close()]);
    },
  };
};

const exchange = (
  pool: Pool,
  request: WireRequest,
  { clock, responseLimit }: TransportOptions,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<WireAnswer> =>
  new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let status = 0;
    let received: WireAnswer['headers'];
    let size = 0;
    const chunks: Buffer[] = [];

    const settle = (done: () => void) => {
      if (settled) return;
      settled = true;
      cancelTimer();
      ignoreSignal();
      done();
    };
    const giveUp = (kind: TransportFailureKind, cause?: unknown) => {
      const failure = new TransportFailure(kind, controller !== undefined, cause);
      settle(() => reject(failure));
      // Destroys the socket: Odoo's late answer must not meet the next request.
      controller?.abort(failure);
    };
    const take = (bytes: number) => {
      size += bytes;
      if (size > responseLimit) giveUp('too-large');
    };

    const left = deadline - clock.now();
    const cancelTimer = clock.at(deadline, () => giveUp('deadline'));
    const ignoreSignal = onAbort(signal, () => giveUp('cancelled'));
    if (signal?.aborted === true) return giveUp('cancelled');
    if (left <= 0) return giveUp('deadline');

    pool.dispatch(
      {
        method: request.method,
        path: request.path,
        headers: { accept: 'application/json', ...request.headers },
        body: request.body,
        // A second line: undici's own timers are coarse, ours above is the one that counts.
        headersTimeout: left + 1000,
        bodyTimeout: left + 1000,
      },
      {
        // Called right before the first byte is written, and never for a request that found no connection.
        onRequestStart: (started) => {
          // Given up while waiting for a connection, or about to be written a second time: it must not leave.
          if (settled || controller !== undefined) return started.abort(new TransportFailure('cancelled', true));
          controller = started;
        },
        onResponseStart: (_, code, headers) => {
          status = code;
          received = headers;
          const announced = Number(headers['content-length'] ?? 0);
          if (announced > responseLimit) giveUp('too-large');
        },
        onResponseData: (_, chunk) => {
          take(chunk.byteLength);
          if (!settled) chunks.push(chunk);
        },
        onResponseEnd: () =>
          settle(() =>
            resolve({ status, body: Buffer.concat(chunks).toString('utf8'), ...(received && { headers: received }) }),
          ),
        onResponseError: (_, error) => giveUp('network', error),
      },
    );
  });
