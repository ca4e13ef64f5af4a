import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request as forward, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request that reached the proxy, whether or not it was passed on. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed if it is JSON, the text otherwise. */
  readonly body: unknown;
  /** `purchase.order/search_read`, in either of Odoo's protocols; null for anything else. */
  readonly call: string | null;
}

/** Which requests a fault meets: the next `times` of those for which `when` holds. Default: all. */
export interface Aim {
  readonly times?: number;
  readonly when?: (request: SeenRequest) => boolean;
}

/** A proxy that understands HTTP, so that it can count requests and break exactly one of them. One fault at a time. */
export interface FaultyProxy extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Exchanges that the client gave up before an answer was complete. */
  readonly abandoned: number;
  /** Waits for something to become true of the proxy. */
  until(condition: () => boolean): Promise<void>;
  /** Passes on after a while. */
  delay(ms: number, aim?: Aim): void;
  /** Takes the request and never answers. */
  hang(aim?: Aim): void;
  status(code: number, body?: unknown, aim?: Aim): void;
  /** A page where JSON is expected, as proxies in between like to send. */
  html(code?: number, aim?: Aim): void;
  /** Passes on, then sends half of the answer and resets the connection. */
  halfBody(aim?: Aim): void;
  /** Resets the connection; the target sees nothing. */
  drop(aim?: Aim): void;
  /** Passes on and, once the target has answered, resets the connection: the work is done, the answer lost. */
  dropAfterSend(aim?: Aim): void;
  /** Answers 200 with whatever is made of the request. */
  answerWith(make: (request: SeenRequest) => unknown, aim?: Aim): void;
  /** Takes no connections, and cuts those there are. */
  refuse(): Promise<void>;
  /** Takes connections again, at the same address. */
  admit(): Promise<void>;
  heal(): void;
  stop(): Promise<void>;
}

export interface FaultyProxyOptions {
  /** Passes the name on that it was called by, so that links in answers lead through the proxy. */
  readonly keepsHost?: boolean;
}

type Fault = (exchange: Exchange) => void | Promise<void>;

interface Exchange {
  readonly seen: SeenRequest;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly body: Buffer;
  readonly target: URL;
  readonly keepsHost: boolean;
}

export const startFaultyProxy = async (
  targetUrl: string,
  { keepsHost = false }: FaultyProxyOptions = {},
): Promise<FaultyProxy> => {
  const target = new URL(targetUrl);
  const requests: SeenRequest[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  let fault: Fault | undefined;
  let aim: Aim = {};
  let shots = 0;
  let abandoned = 0;

  const server = createServer((incoming, outgoing) => {
    outgoing.on('close', () => {
      if (!outgoing.writableFinished && !broken.has(outgoing)) abandoned += 1;
      changes.emit('change');
    });
    void serve(incoming, outgoing);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await collect(incoming).catch(() => undefined);
    if (body === undefined) return;
    const seen = describe(incoming, body);
    requests.push(seen);
    const hit = fault !== undefined && shots < (aim.times ?? Number.POSITIVE_INFINITY) && (aim.when?.(seen) ?? true);
    if (hit) shots += 1;
    changes.emit('change');
    await (hit && fault !== undefined ? fault : passOn)({ seen, incoming, outgoing, body, target, keepsHost });
  };

  const inject = (next: Fault | undefined, at: Aim = {}): void => {
    fault = next;
    aim = at;
    shots = 0;
  };

  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const stop = async (): Promise<void> => {
    for (const timer of timers) clearTimeout(timer);
    await refuse();
  };
  const listen = async (at: number): Promise<void> => {
    if (server.listening) return;
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };

  await listen(0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    get abandoned() {
      return abandoned;
    },
    until: async (condition) => {
      while (!condition()) await once(changes, 'change');
    },
    delay: (ms, at) =>
      inject((exchange) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          void passOn(exchange);
        }, ms);
        timers.add(timer);
      }, at),
    hang: (at) => inject(() => undefined, at),
    status: (code, body = '', at) =>
      inject(({ outgoing }) => answer(outgoing, code, 'application/json', textOf(body)), at),
    html: (code = 200, at) =>
      inject(
        ({ outgoing }) => answer(outgoing, code, 'text/html', '<!doctype html><title>Not what you want</title>'),
        at,
      ),
    halfBody: (at) => inject(answerHalf, at),
    drop: (at) => inject(({ outgoing }) => reset(outgoing), at),
    dropAfterSend: (at) =>
      inject(async (exchange) => {
        await fetchAnswer(exchange);
        reset(exchange.outgoing);
      }, at),
    answerWith: (make, at) =>
      inject(({ outgoing, seen }) => answer(outgoing, 200, 'application/json', JSON.stringify(make(seen))), at),
    refuse,
    admit: () => listen(port),
    heal: () => inject(undefined),
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

/** Exchanges that the proxy itself broke off. */
const broken = new WeakSet<ServerResponse>();

const reset = (outgoing: ServerResponse): void => {
  broken.add(outgoing);
  outgoing.socket?.resetAndDestroy();
};

const passOn = async (exchange: Exchange): Promise<void> => {
  const received = await fetchAnswer(exchange);
  if (received === undefined) return reset(exchange.outgoing);
  exchange.outgoing.writeHead(received.status, received.headers).end(received.body);
};

const answerHalf = async (exchange: Exchange): Promise<void> => {
  const received = await fetchAnswer(exchange);
  if (received === undefined) return reset(exchange.outgoing);
  const { status, headers, body } = received;
  exchange.outgoing.writeHead(status, { ...headers, 'content-length': String(body.byteLength) });
  exchange.outgoing.write(body.subarray(0, body.byteLength >> 1), () => reset(exchange.outgoing));
};

const answer = (outgoing: ServerResponse, status: number, type: string, body: string): void => {
  outgoing.writeHead(status, { 'content-type': type }).end(body);
};

interface Received {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** The target's answer; undefined if it gave none. */
const fetchAnswer = ({ incoming, body, target, keepsHost }: Exchange): Promise<Received | undefined> =>
  new Promise((resolve) => {
    const host = keepsHost ? incoming.headers.host : target.host;
    const headers = { ...incoming.headers, host, connection: 'close' };
    const path = target.pathname.replace(/\/$/, '') + (incoming.url ?? '/');
    const options = { host: target.hostname, port: target.port, method: incoming.method, path, headers, agent: false };
    const upstream = forward(options, (response) => {
      collect(response).then(
        (received) => resolve({ status: response.statusCode ?? 502, headers: kept(response.headers), body: received }),
        () => resolve(undefined),
      );
    });
    upstream.on('error', () => resolve(undefined));
    upstream.end(body);
  });

const kept = (headers: IncomingMessage['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !/^(connection|keep-alive|transfer-encoding|content-length)$/.test(name)
        ? [[name, value]]
        : [],
    ),
  );

const collect = async (stream: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const describe = ({ method = '', url = '', headers }: IncomingMessage, raw: Buffer): SeenRequest => {
  const body = parsed(raw.toString('utf8'));
  return { method, path: url, headers, body, call: callOf(url, body) };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const callOf = (path: string, body: unknown): string | null => {
  const json2 = /\/json\/2\/([\w.]+\/\w+)$/.exec(path)?.[1];
  if (json2 !== undefined) return json2;
  const { service, method, args } =
    (body as { params?: { service?: string; method?: string; args?: unknown[] } } | null)?.params ?? {};
  if (service === undefined) return null;
  return service === 'object' ? `${String(args?.[3])}/${String(args?.[4])}` : `${service}/${String(method)}`;
};

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));
