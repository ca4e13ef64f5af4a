import type { IncomingMessage, ServerResponse } from 'node:http';

/** A path the HTTP server answers besides the graph itself. */
export interface ExtraRoute {
  readonly method: 'GET';
  /** The exact path, or a prefix when it ends in `*`. */
  readonly path: string;
  /** Writes the whole answer. For HEAD it may do the same: node leaves the body out. */
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}
