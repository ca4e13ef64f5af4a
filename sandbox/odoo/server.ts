import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startEngine } from './engine/engine.ts';
import { type Fault, type Faults, faultSwitch } from './faults.ts';
import { flavourOf } from './flavours/flavour.ts';
import { type Journal, openJournal } from './journal.ts';
import type { Seed } from './seed.ts';
import type { Answer, Asked } from './wire/answer.ts';
import { route } from './wire/routes.ts';
import { closeServer } from '../close-server.ts';
import type { LoggedCall, Service } from './wire/service.ts';

export interface OdooSandboxOptions {
  readonly seed: Seed;
  /** The Odoo to be: 19 speaks JSON-2 and JSON-RPC, 14 JSON-RPC only. */
  readonly version?: 14 | 19;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Where the journal is kept; left out, everything is forgotten at the end. */
  readonly dataDir?: string;
  /** Also survive a power cut. */
  readonly fsync?: boolean;
  /** Told about faults of the sandbox itself. */
  readonly log?: (message: string) => void;
  /** Milliseconds since 1970; the wall clock when left out. */
  readonly clock?: () => number;
}

/** What has been called since the last reset, in order. */
export interface CallLog {
  readonly all: readonly LoggedCall[];
  reset(): void;
}

export interface OdooSandbox extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly db: string;
  /** Also answered at `GET /sandbox/instance`. */
  readonly instance: string;
  readonly calls: CallLog;
  readonly faults: Faults;
  /** Finishes what is being answered, cuts what hangs, and closes the journal. Calling it again changes nothing. */
  stop(): Promise<void>;
}

/** The name of the one database of a sandbox. */
export const SANDBOX_DB = 'caregraph';

/**
 * Starts an Odoo on the loopback address: Odoo's wire protocol over a small model in memory.
 *
 * Rejects when the journal in `dataDir` was written on another seed, or the port is taken.
 */
export const startOdooSandbox = async (options: OdooSandboxOptions): Promise<OdooSandbox> => {
  const version = options.version ?? 19;
  const flavour = flavourOf(version, options.seed);
  const running = startEngine({ seed: options.seed, version, clock: options.clock ?? Date.now, ...flavour });
  const journal = journalOf(options, (model, id, after) => running.engine.db.replay(model, id, after));
  const instance = randomUUID();
  const calls: LoggedCall[] = [];
  let injected: Error | null = null;
  const service: Service = {
    running,
    db: SANDBOX_DB,
    instance,
    commit: (changes) => journal?.append(changes),
    log: (call) => calls.push(call),
    injected: () => injected,
    ...(flavour.translate !== undefined && { translate: flavour.translate }),
  };
  const server = createServer();
  // As Odoo does: every answer ends its connection.
  server.on('request', (request, response) => {
    const fault = control.next();
    receive(request, response, (asked) => {
      injected = fault?.kind === 'error' ? fault.error : null;
      const answer = answerTo(service, asked, options.log);
      misbehave(response, answer, fault, version, timers);
    });
  });
  const timers = new Set<NodeJS.Timeout>();
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const control = faultSwitch({ close: () => closeServer(server, timers), open: () => listen(server, port) });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= closeServer(server, timers).then(() => journal?.close()));
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    db: SANDBOX_DB,
    instance,
    calls: { all: calls, reset: () => void calls.splice(0) },
    faults: control.faults,
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

const journalOf = (options: OdooSandboxOptions, replay: Parameters<typeof openJournal>[1]): Journal | null => {
  const { dataDir, seed, fsync = false } = options;
  return dataDir === undefined ? null : openJournal({ dataDir, fingerprint: seed.fingerprint, fsync }, replay);
};

const listen = async (server: Server, port: number): Promise<void> => {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
};

const receive = (request: IncomingMessage, response: ServerResponse, done: (asked: Asked) => void): void => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => response.destroy());
  request.on('end', () => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox');
    done({
      method: request.method ?? 'GET',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    });
  });
};

const answerTo = (service: Service, asked: Asked, log: OdooSandboxOptions['log']): Answer => {
  try {
    return route(service, asked);
  } catch (error) {
    log?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { status: 500, type: 'text/html; charset=utf-8', body: '<h1>Internal Server Error</h1>' };
  }
};

const PROXY_PAGE =
  '<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n';

const misbehave = (
  response: ServerResponse,
  answer: Answer,
  fault: Fault | null,
  version: 14 | 19,
  timers: Set<NodeJS.Timeout>,
): void => {
  switch (fault?.kind) {
    case 'hang':
      return;
    case 'drop after write':
      response.socket?.destroy();
      return;
    case 'status':
      return send(response, { status: fault.status, type: 'text/html', body: PROXY_PAGE }, version);
    case 'html':
      return send(response, { status: 200, type: 'text/html', body: PROXY_PAGE }, version);
    case 'half body':
      return sendHalf(response, answer);
    case 'slow': {
      const timer = setTimeout(() => {
        timers.delete(timer);
        send(response, answer, version);
      }, fault.ms);
      timers.add(timer);
      return;
    }
    default:
      send(response, answer, version);
  }
};

const send = (response: ServerResponse, answer: Answer, version: 14 | 19): void => {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    Server: version === 14 ? 'Werkzeug/1.0.1 Python/3.9.2' : 'Werkzeug/2.2.2 Python/3.11.2',
    'Content-Type': answer.type,
    'Content-Length': body.length,
    Connection: 'close',
    ...answer.headers,
  });
  response.end(body);
};

const sendHalf = (response: ServerResponse, answer: Answer): void => {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'Content-Type': answer.type,
    'Content-Length': body.length,
    Connection: 'close',
  });
  response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
};
