import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { codeOf, ERRORS } from '../../platform/errors.ts';
import { deadlineIn } from '../../platform/time.ts';
import { currentExchange, type Exchange, type Surroundings } from '../exchange.ts';
import { formatError } from '../format-error.ts';
import { runPipeline } from '../pipeline.ts';
import type { Serving } from '../serving.ts';
import { send, sendError, sendJson } from '../../platform/http/send.ts';

/** The door to the graph, and what is going on behind it. */
export interface GraphEndpoint {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Refuses what comes from now on. Resolves when nothing runs any more, or after `patience` milliseconds. */
  drain(patience: number): Promise<void>;
}

/** `serving` is asked once per request, so that it can be replaced while requests run. */
export const graphEndpoint = (surroundings: Surroundings, serving: () => Serving): GraphEndpoint => {
  const running = new Set<AbortController>();
  let isDraining = false;
  let onIdle: (() => void) | undefined;

  const run = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const stop = new AbortController();
    const deadline = deadlineIn(surroundings.config.server.deadline);
    const timer = setTimeout(() => stop.abort(), surroundings.config.server.deadline);
    // Also comes after a complete answer, when there is nothing left to stop.
    response.once('close', () => stop.abort());
    running.add(stop);
    const exchange: Exchange = {
      request,
      response,
      surroundings,
      serving: serving(),
      deadline,
      signal: stop.signal,
    };
    try {
      await currentExchange.run(exchange, () => answerOne(exchange, () => isDraining));
    } finally {
      clearTimeout(timer);
      running.delete(stop);
      if (running.size === 0) onIdle?.();
    }
  };

  return {
    answer: async (request, response) => {
      if (request.method === 'OPTIONS') send(response, 204, [['allow', 'GET, POST, OPTIONS']], '');
      else if (request.method !== 'GET' && request.method !== 'POST')
        sendError(response, 'METHOD_NOT_ALLOWED', [['allow', 'GET, POST, OPTIONS']]);
      else if (isDraining) sendError(response, 'SHUTTING_DOWN', [['retry-after', '1']]);
      else await run(request, response);
    },
    drain: async (patience) => {
      isDraining = true;
      await idleWithin(patience);
      // Those left get the time to say that they were cut short.
      for (const stop of running) stop.abort();
      await idleWithin(LAST_WORDS);
    },
  };

  async function idleWithin(time: number): Promise<void> {
    if (running.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, time);
      onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
};

const LAST_WORDS = 500;

const answerOne = async (exchange: Exchange, isDraining: () => boolean): Promise<void> => {
  const { response, surroundings } = exchange;
  const started = performance.now();
  try {
    await runPipeline(exchange);
    if (isDraining()) response.setHeader('connection', 'close');
    const { status, headers, body } = exchange.answer ?? { status: 500, headers: [], body: '' };
    send(response, status, [...headers, ...OURS], body);
  } catch (error) {
    sendRefusal(exchange, error);
  }
  surroundings.log.info(
    {
      requestId: exchange.requestId,
      client: exchange.identity?.client,
      kind: exchange.operation?.operation.operation,
      codes: [...new Set(exchange.result?.errors?.map(codeOf))],
      status: response.statusCode,
      ms: Math.round(performance.now() - started),
    },
    'request:finished',
  );
};

/** Apollo Server has a cache policy of its own for some answers; none of ours may be kept. */
const OURS: readonly (readonly [string, string])[] = [['cache-control', 'no-store']];

const sendRefusal = ({ request, response, requestId, surroundings }: Exchange, error: unknown): void => {
  // The rest of a body nobody wants is not read either.
  if (!request.complete) response.setHeader('connection', 'close');
  const isRefusal = error instanceof GraphQLError;
  if (!isRefusal) surroundings.log.error({ error, requestId }, 'request:failed');
  const code = codeOf(error);
  const { headers } = ((isRefusal ? error.extensions['http'] : undefined) ?? {}) as { headers?: Map<string, string> };
  const formatted = formatError(isRefusal ? error.toJSON() : { message: '' }, error, requestId);
  sendJson(response, ERRORS[code].status, { errors: [formatted] }, headers ?? []);
};
