import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { codeOf, ERRORS } from '../../platform/errors.ts';
import { requestIdOf } from '../../platform/http/request-id.ts';
import { deadlineIn } from '../../platform/time.ts';
import { answerError } from '../answer-errors.ts';
import { Cancellation } from '../executor/cancellation.ts';
import { recordRequest } from '../audit/record-request.ts';
import type { Exchange, HttpAnswer, Surroundings } from '../exchange.ts';
import { runPipeline } from '../pipeline.ts';
import { refuse } from '../refusal.ts';
import type { Serving } from '../serving.ts';
import { writeAnswer } from './write-answer.ts';

/** The door to the graph, and what is going on behind it. */
export interface GraphEndpoint {
  /** Answers every request; does not reject. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Refuses what comes from now on. Resolves when nothing runs any more, or after `patience` milliseconds. */
  drain(patience: number): Promise<void>;
}

/** `serving` is asked once per request, so that it can be replaced while requests run. */
export const graphEndpoint = (surroundings: Surroundings, serving: () => Serving): GraphEndpoint => {
  const running = new Set<Cancellation>();
  const { deadline } = surroundings.config.server;
  let isDraining = false;
  let onIdle: (() => void) | undefined;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const started = performance.now();
    const cancellation = new Cancellation();
    const timer = setTimeout(() => cancellation.cancel(), deadline);
    // Also comes after a complete answer, when there is nothing left to stop.
    response.once('close', () => cancellation.cancel());
    running.add(cancellation);
    const exchange: Exchange = {
      request,
      response,
      surroundings,
      serving: serving(),
      deadline: deadlineIn(deadline),
      cancellation,
      requestId: requestIdOf(request),
    };
    const answered = written(exchange, await answerOf(exchange, isDraining));
    clearTimeout(timer);
    running.delete(cancellation);
    // The rest of a body nobody wants is not read either.
    writeAnswer(response, exchange.requestId, answered, isDraining || !request.complete);
    if (running.size === 0) onIdle?.();
    logFinished(exchange, answered.status, performance.now() - started);
  };

  const idleWithin = async (time: number): Promise<void> => {
    if (running.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, time);
      onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };

  return {
    answer,
    drain: async (patience) => {
      isDraining = true;
      await idleWithin(patience);
      // Those left get the time to say that they were cut short.
      for (const cancellation of running) cancellation.cancel();
      await idleWithin(LAST_WORDS);
    },
  };
};

const LAST_WORDS = 500;

const answerOf = async (exchange: Exchange, isDraining: boolean): Promise<HttpAnswer> => {
  try {
    const { method } = exchange.request;
    if (method === 'OPTIONS') return { status: 204, headers: ['allow', METHODS], body: '' };
    if (method !== 'GET' && method !== 'POST') throw refuse('METHOD_NOT_ALLOWED', { headers: { allow: METHODS } });
    if (isDraining) throw refuse('SHUTTING_DOWN', { headers: { 'retry-after': '1' } });
    await runPipeline(exchange);
    if (exchange.answer === undefined) throw new Error('no step has answered');
    return exchange.answer;
  } catch (error) {
    return refusalOf(exchange, error);
  }
};

/** As it may leave: an answer that cannot be written down is none. */
const written = (exchange: Exchange, answer: HttpAnswer): HttpAnswer => {
  try {
    recordRequest(exchange, answer.status);
    return answer;
  } catch (error) {
    return refusalOf(exchange, error);
  }
};

const METHODS = 'GET, POST, OPTIONS';

const refusalOf = (exchange: Exchange, error: unknown): HttpAnswer => {
  const isRefusal = error instanceof GraphQLError;
  const { headers } = ((isRefusal ? error.extensions['http'] : undefined) ?? {}) as { headers?: Map<string, string> };
  const formatted = answerError(isRefusal ? error.toJSON() : { message: '' }, error, exchange);
  return {
    status: ERRORS[codeOf(error)].status,
    headers: ['content-type', exchange.contentType ?? JSON_TYPE, ...[...(headers ?? [])].flat()],
    body: JSON.stringify({ errors: [formatted] }),
  };
};

const JSON_TYPE = 'application/json; charset=utf-8';

const logFinished = (exchange: Exchange, status: number, duration: number): void => {
  const { log } = exchange.surroundings;
  if (!log.isLevelEnabled('info')) return;
  log.info(
    {
      requestId: exchange.requestId,
      client: exchange.identity?.client,
      kind: exchange.operation?.known.operation.operation,
      codes: [...new Set(exchange.errors?.map(codeOf))],
      status,
      ms: Math.round(duration),
    },
    'request:finished',
  );
};
