import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connectOdoo, type OdooDeps } from '../../platform/odoo/client.ts';
import type { CallContext, CallEvent, OdooClient, OdooSettings, Protocol } from '../../platform/odoo/types.ts';

/** One method call as the server understood it, whichever protocol it came in. */
export interface ReceivedCall {
  readonly model: string;
  readonly method: string;
  readonly ids: unknown;
  /** By name over JSON-2; over JSON-RPC the named ones, and the rest under `positional`. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

export type Reply =
  | { readonly result: unknown }
  | { readonly nothing: true }
  | { readonly exception: string; readonly message?: string; readonly status?: number; readonly debug?: string }
  | { readonly raw: (response: ServerResponse) => void };

export interface Script {
  readonly major?: number;
  /** `fields_get` by model; a model that is missing does not exist. */
  readonly models?: Readonly<Record<string, Readonly<Record<string, object>>>>;
  readonly uid?: number | false;
  readonly reply?: (call: ReceivedCall) => Reply;
}

export const KEY = 'not-a-real-key-0001';

export interface ScriptedOdoo extends AsyncDisposable {
  readonly url: string;
  /** Method calls, in order, without the server's own business (version, authentication, fields_get). */
  readonly calls: readonly ReceivedCall[];
  /** Every HTTP request, as `METHOD path`. */
  readonly hits: readonly string[];
  /** Replaces parts of the script from now on. */
  become(change: Script): void;
  stop(): Promise<void>;
}

const RES_PARTNER = {
  id: { type: 'integer', store: true, sortable: true },
  name: { type: 'char', store: true, sortable: true, required: true },
  ref: { type: 'char', store: true, sortable: true },
  active: { type: 'boolean', store: true, sortable: true },
  country_id: { type: 'many2one', relation: 'res.country', store: true, sortable: true },
  child_ids: { type: 'one2many', relation: 'res.partner', store: true },
  credit: { type: 'float', digits: [16, 2], store: true },
  date: { type: 'date', store: true, sortable: true },
  write_date: { type: 'datetime', store: true, sortable: true },
};

/** A server that speaks both of Odoo's protocols on the wire and says what a test tells it to. */
export const startScriptedOdoo = async (initial: Script = {}): Promise<ScriptedOdoo> => {
  let script: Script = { major: 19, uid: 7, models: { 'res.partner': RES_PARTNER }, ...initial };
  const calls: ReceivedCall[] = [];
  const hits: string[] = [];
  const sockets = new Set<Socket>();

  const replyTo = (call: ReceivedCall): Reply => {
    if (call.method === 'fields_get') {
      const fields = script.models?.[call.model];
      if (fields !== undefined) return { result: fields };
      return call.headers.authorization === undefined
        ? { exception: 'odoo.exceptions.UserError', message: `Object ${call.model} doesn't exist` }
        : { exception: 'werkzeug.exceptions.NotFound', status: 404 };
    }
    if (call.method === 'context_get') {
      if (script.uid === false) return { exception: 'werkzeug.exceptions.Unauthorized', status: 401 };
      return { result: { lang: 'en_US', tz: false, uid: script.uid } };
    }
    calls.push(call);
    return script.reply?.(call) ?? { result: [] };
  };

  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    void readJson(request).then((body) => route(script, request, response, body, replyTo));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    hits,
    become: (change) => {
      script = { ...script, ...change };
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

export const settingsFor = (url: string, more: Partial<OdooSettings> = {}): OdooSettings => ({
  url,
  db: 'invented',
  login: 'gateway',
  apiKey: { reveal: () => KEY },
  ...more,
});

export interface Connected extends AsyncDisposable {
  readonly client: OdooClient;
  readonly events: readonly CallEvent[];
}

/** A client that does not wait between attempts and keeps what it reports. */
export const connect = async (
  url: string,
  more: Partial<OdooSettings> = {},
  deps: OdooDeps = {},
): Promise<Connected> => {
  const client = await connectOdoo(settingsFor(url, more), { random: () => 0, ...deps });
  const events: CallEvent[] = [];
  client.onCall((event) => events.push(event));
  return { client, events, [Symbol.asyncDispose]: () => client.close() };
};

/** The two generations, each spoken by its own protocol. */
export const GENERATIONS: readonly { readonly major: number; readonly protocol: Protocol }[] = [
  { major: 19, protocol: 'json-2' },
  { major: 14, protocol: 'json-rpc' },
];

export const within = (ms = 20_000, more: Partial<CallContext> = {}): CallContext => ({
  companies: [1],
  deadline: Date.now() + ms,
  ...more,
});

const route = (
  script: Script,
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
  replyTo: (call: ReceivedCall) => Reply,
): void => {
  const { url = '', headers } = request;
  const info = [script.major, 0, 0, 'final', 0, ''];
  const json2 = /^\/json\/2\/([\w.]+)\/(\w+)$/.exec(url);
  if (url === '/web/version' && (script.major ?? 0) >= 19) return sendJson(response, 200, { version_info: info });
  if (json2 !== null && (script.major ?? 0) >= 19) {
    const { ids, context = {}, ...args } = body as { ids?: unknown; context?: ReceivedCall['context'] };
    const call = { model: json2[1] ?? '', method: json2[2] ?? '', ids, args, context, headers };
    return sendJson2(response, replyTo(call));
  }
  if (url === '/jsonrpc') {
    const { service, method, args } = (body as { params: { service: string; method: string; args: unknown[] } }).params;
    if (service === 'common') {
      return sendJson(
        response,
        200,
        rpc({ result: method === 'version' ? { server_version_info: info } : script.uid }),
      );
    }
    const [, , , model, name, positional, named] = args as [string, number, string, string, string, unknown[], object];
    const { context = {}, ...rest } = named as { context?: ReceivedCall['context'] };
    const call = { model, method: name, ids: positional[0], args: { ...rest, positional }, context, headers };
    return sendRpc(response, replyTo(call));
  }
  response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html><title>404 Not Found</title>');
};

const sendJson2 = (response: ServerResponse, reply: Reply): void => {
  if ('raw' in reply) return reply.raw(response);
  if ('result' in reply) return sendJson(response, 200, reply.result);
  if ('nothing' in reply) return sendJson(response, 200, null);
  sendJson(response, reply.status ?? 500, exceptionOf(reply));
};

const sendRpc = (response: ServerResponse, reply: Reply): void => {
  if ('raw' in reply) return reply.raw(response);
  if ('result' in reply) return sendJson(response, 200, rpc({ result: reply.result }));
  // A method that returns None: no result at all.
  if ('nothing' in reply) return sendJson(response, 200, rpc({}));
  sendJson(response, 200, rpc({ error: { code: 200, message: 'Odoo Server Error', data: exceptionOf(reply) } }));
};

const rpc = (body: object) => ({ jsonrpc: '2.0', id: 1, ...body });

const exceptionOf = ({
  exception,
  message = 'an invented reason',
  debug = 'Traceback',
}: Extract<Reply, { exception: string }>) => ({
  name: exception,
  message,
  arguments: [message],
  context: {},
  debug,
});

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : (JSON.parse(text) as unknown);
};
