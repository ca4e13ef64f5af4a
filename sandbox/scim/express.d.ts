/** The little of Express 4 that the sandbox uses; it comes without types. */
declare module 'express' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  export interface Request extends IncomingMessage {
    readonly path: string;
    readonly query: Readonly<Record<string, unknown>>;
    readonly params: Readonly<Record<string, string>>;
    readonly body: unknown;
  }
  export interface Response extends ServerResponse {
    status(code: number): Response;
    send(body?: unknown): Response;
    type(type: string): Response;
  }
  export type Handler = (request: Request, response: Response, next: (error?: unknown) => void) => void;
  export interface Router {
    use(handler: Handler | Router): this;
    use(path: string, handler: Handler | Router): this;
    get(path: string, ...handlers: Handler[]): this;
    post(path: string, ...handlers: Handler[]): this;
  }
  export interface Application extends Router, RequestListener {
    disable(setting: string): this;
  }
  interface Express {
    (): Application;
    json(options: { readonly type: readonly string[]; readonly limit: string }): Handler;
  }
  const express: Express;
  export default express;
}
