import type { IncomingMessage, ServerResponse } from 'node:http';
import { ENVELOPE_HEADER, type Envelope, openEnvelope } from '../platform/envelope.ts';
import { codeOf } from '../platform/errors.ts';
import { type HealthSource, livez, readyz } from '../platform/http/health.ts';
import { listen } from '../platform/http/listen.ts';
import { readBytes } from '../platform/http/read-bytes.ts';
import { type Handler, router } from '../platform/http/router.ts';
import { sendError, sendJson } from '../platform/http/send.ts';
import type { Log } from '../platform/log.ts';
import type { ExecutableSubgraph, SubgraphCall } from '../platform/subgraph.ts';
import { remaining, SECOND } from '../platform/time.ts';

export interface SubgraphServerOptions {
  readonly address: { readonly host: string; readonly port: number };
  /** One is served at `/graphql`; several each at `/<name>/graphql`. */
  readonly subgraphs: readonly ExecutableSubgraph[];
  /** The key of each subgraph's envelopes (`envelopeKey`). */
  readonly keyOf: (name: string) => Buffer;
  /** Bytes of a request body. */
  readonly bodyLimit: number;
  /** Milliseconds that running requests get to finish. */
  readonly drain: number;
  readonly log: Log;
}

export interface SubgraphServer {
  /** Without a path. */
  readonly url: string;
  /** Takes nothing new, lets what runs finish, and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves subgraphs over HTTP to the gateway, and to nobody else: a request without an envelope that was signed for this
 * subgraph and this very body gets 401, whatever it asks, `_service` included.
 */
export const serveSubgraphs = async (options: SubgraphServerOptions): Promise<SubgraphServer> => {
  const { subgraphs, log } = options;
  let isDraining = false;
  const running = new Set<Promise<void>>();
  const door =
    (subgraph: ExecutableSubgraph): Handler =>
    (request, response) => {
      const answered = answer(subgraph, options, request, response).finally(() => running.delete(answered));
      running.add(answered);
      return answered;
    };
  const health: readonly HealthSource[] = subgraphs.map((subgraph) => ({
    name: subgraph.name,
    check: () => subgraph.health(),
  }));
  const handlers = new Map<string, Handler>([
    ...subgraphs.map((subgraph): [string, Handler] => [
      subgraphs.length === 1 ? '/graphql' : `/${subgraph.name}/graphql`,
      door(subgraph),
    ]),
    ['/livez', livez(() => isDraining)],
    [
      '/readyz',
      readyz(
        () => isDraining,
        () => health,
      ),
    ],
  ]);
  const listener = await listen(options.address, router({ handlers, routes: [], isDraining: () => isDraining, log }));
  log.info({ subgraphs: subgraphs.map(({ name }) => name) }, 'subgraphs:started');
  return {
    url: listener.url,
    close: async () => {
      isDraining = true;
      listener.refuseNew();
      await Promise.race([Promise.allSettled(running), pause(options.drain)]);
      await listener.close();
      log.info({}, 'subgraphs:stopped');
    },
  };
};

const answer = async (
  subgraph: ExecutableSubgraph,
  { keyOf, bodyLimit, log }: SubgraphServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.method !== 'POST') return sendError(response, 'METHOD_NOT_ALLOWED', [['allow', 'POST']]);
  try {
    const body = await readBytes(request, bodyLimit);
    const envelope = openEnvelope(request.headers[ENVELOPE_HEADER], subgraph.name, keyOf(subgraph.name), body);
    const { signal, done } = untilClosed(response, envelope);
    try {
      // The digest in the envelope is of these bytes, so the gateway wrote them.
      const call = JSON.parse(body.toString('utf8')) as SubgraphCall;
      sendJson(response, 200, await subgraph.execute(call, envelope, signal));
    } finally {
      done();
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'UNAUTHENTICATED') log.warn({ subgraph: subgraph.name }, 'envelope:refused');
    if (code === 'INTERNAL_SERVER_ERROR') log.error({ subgraph: subgraph.name, error }, 'request:failed');
    sendError(response, code);
  }
};

/** Ends the work when the gateway has gone away or its deadline has passed. */
const untilClosed = (
  response: ServerResponse,
  { deadline }: Envelope,
): { readonly signal: AbortSignal; readonly done: () => void } => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), Math.min(remaining(deadline), 300 * SECOND));
  response.once('close', () => stop.abort());
  return { signal: stop.signal, done: () => clearTimeout(timer) };
};

const pause = (duration: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, duration).unref());
