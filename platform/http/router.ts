import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import { REQUEST_ID_HEADER, requestIdOf } from './request-id.ts';
import type { ExtraRoute } from './route.ts';
import { sendError, setSafeHeaders } from './send.ts';

/** Answers one path, by any method. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface RouterOptions {
  /** By exact path. They go before `routes`. */
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly routes: readonly ExtraRoute[];
  readonly isDraining: () => boolean;
  readonly log: Log;
}

/** Finds who answers a request. Nobody: 404. Somebody who fails: 500 and a line in the log. */
export const router = ({
  handlers,
  routes,
  isDraining,
  log,
}: RouterOptions): ((...args: Parameters<Handler>) => void) => {
  const answer: Handler = (request, response) => {
    const path = pathOf(request);
    const handler = handlers.get(path);
    if (handler !== undefined) return handler(request, response);
    const route = routes.find((one) => matches(one.path, path));
    if (route === undefined) return sendError(response, 'NOT_FOUND');
    if (request.method === 'GET' || request.method === 'HEAD') return route.handle(request, response);
    return sendError(response, 'METHOD_NOT_ALLOWED', [['allow', 'GET, HEAD']]);
  };
  return (request, response) => {
    setSafeHeaders(response);
    response.setHeader(REQUEST_ID_HEADER, requestIdOf(request));
    if (isDraining()) response.setHeader('connection', 'close');
    Promise.resolve()
      .then(() => answer(request, response))
      .catch((error: unknown) => {
        log.error({ error }, 'route:failed');
        sendError(response, 'INTERNAL_SERVER_ERROR');
      });
  };
};

/** Without the query. */
export const pathOf = ({ url = '' }: IncomingMessage): string => {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
};

const matches = (pattern: string, path: string): boolean =>
  pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
