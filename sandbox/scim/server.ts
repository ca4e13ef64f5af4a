import { randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Application, type Handler } from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { sendError } from './errors.ts';
import { MAX_RESULTS } from './query.ts';
import { serveReading, versioned } from './reading.ts';
import { declareTypes } from './schemas.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import { bulk, handleWrites, precondition } from './writing.ts';

export interface ScimSandboxOptions extends StoreOptions {
  /** Whoever sends it is let in. */
  readonly token: string;
  /** Default: the loopback address. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

export interface ScimSandbox extends AsyncDisposable {
  /** Base of the service. */
  readonly url: string;
  /** Without the path. */
  readonly origin: string;
  /** Also answered at `GET /sandbox/instance`. */
  readonly instance: string;
  readonly store: Store;
  /** Finishes what is being answered and closes the journal. Calling it again changes nothing. */
  stop(): Promise<void>;
}

const BASE = '/scim/v2';

/**
 * Starts a SCIM 2.0 server: SCIMMY's discovery, validation and patching over a store of our own.
 *
 * Rejects when the journal in `dataDir` was written on another seed, or the port is taken.
 */
export const startScimSandbox = async (options: ScimSandboxOptions): Promise<ScimSandbox> => {
  const store = openStore(options);
  const instance = randomUUID();
  const server = createServer(application(store, options.token, instance));
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= close(server).then(() => store.close()));
  return { url: origin + BASE, origin, instance, store, stop, [Symbol.asyncDispose]: stop };
};

const application = (store: Store, token: string, instance: string): Application => {
  declareTypes();
  handleWrites();
  const app = express();
  app.disable('etag').disable('x-powered-by');
  app.get('/sandbox/instance', (_, response) => void response.type('text/plain').send(instance));
  app.use(BASE, authenticated(token));
  app.use(versioned);
  app.use(precondition(BASE, store));
  serveReading(app, BASE, store);
  app.post(
    `${BASE}/Bulk`,
    express.json({ type: ['application/scim+json', 'application/json'], limit: '1mb' }),
    bulk(store),
  );
  app.use(BASE, routers(store));
  return app;
};

const authenticated =
  (token: string): Handler =>
  (request, response, next) => {
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${token}`);
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) return next();
    response.setHeader('WWW-Authenticate', 'Bearer');
    sendError(response, 401, 'The token is not valid.');
  };

/** SCIMMY keeps one configuration for the process, whatever the number of servers. */
const routers = (store: Store) => {
  SCIMMY.Config.set({ authenticationSchemes: [] });
  const made = new SCIMMYRouters({
    type: 'bearer',
    handler: () => 'gateway',
    context: () => store,
    baseUri: ({ headers }: { readonly headers: { readonly host?: string } }) => `http://${headers.host}`,
  });
  SCIMMY.Config.set({ filter: { supported: true, maxResults: MAX_RESULTS }, etag: true });
  return made as never;
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(() => resolve());
    server.closeIdleConnections();
    setImmediate(() => server.closeAllConnections());
  });
