import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from '../close-server.ts';
import { type Fault, type Faults, faultSwitch } from '../odoo/faults.ts';
import { type FhirOptions, openFhir } from './fhir.ts';
import { answerTo } from './http.ts';
import type { Answer } from './rest/message.ts';

export interface FhirSandboxOptions extends FhirOptions {
  /** Who has it may do everything. */
  readonly token: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Where it listens. Default 127.0.0.1. */
  readonly host?: string;
  /** Told about faults of the sandbox itself. */
  readonly log?: (message: string) => void;
}

/** A request that has been received. */
export interface LoggedRequest {
  readonly method: string;
  /** Path and query, below the base. */
  readonly url: string;
}

export interface FhirSandbox extends AsyncDisposable {
  /** Base of the FHIR server. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Also answered at `GET /sandbox/instance`, and there below the base, to anybody. */
  readonly instance: string;
  /** Requests since the last reset, in order. */
  readonly calls: { readonly all: readonly LoggedRequest[]; reset(): void };
  readonly faults: Faults;
  /** Finishes what is being answered, cuts what hangs, and closes the journal. Calling it again changes nothing. */
  stop(): Promise<void>;
}

const BASE = '/fhir/R4';
const LOOPBACK = '127.0.0.1';
const INSTANCE = '/sandbox/instance';

/**
 * Starts a FHIR R4 server, with its resources in memory and a journal in `dataDir`. Addresses in its answers are those
 * that the request was sent to.
 *
 * Rejects when the journal was written on another seed, or the port is taken.
 */
export const startFhirSandbox = async (options: FhirSandboxOptions): Promise<FhirSandbox> => {
  const { token, log, host = LOOPBACK } = options;
  let port = options.port ?? 0;
  let authority = LOOPBACK;
  const fhir = openFhir(options, () => `http://${authority}${BASE}`);
  const instance = randomUUID();
  const calls: LoggedRequest[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    if (url === INSTANCE || url === BASE + INSTANCE) {
      response.end(instance);
      return;
    }
    const fault = control.next();
    receive(request, response, (body) => {
      calls.push({ method: request.method ?? 'GET', url: url.startsWith(BASE) ? url.slice(BASE.length) : url });
      authority = authorityOf(request) ?? `${LOOPBACK}:${port}`;
      const answer = answerTo({ fhir, token, log }, { request, base: BASE, body });
      misbehave(response, answer, fault, timers);
    });
  });
  try {
    await listen(server, port, host);
  } catch (error) {
    fhir.close();
    throw error;
  }
  ({ port } = server.address() as AddressInfo);
  const control = faultSwitch({ close: () => closeServer(server, timers), open: () => listen(server, port, host) });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= closeServer(server, timers).then(() => fhir.close()));
  return {
    url: `http://${LOOPBACK}:${port}${BASE}`,
    port,
    token,
    instance,
    calls: { all: calls, reset: () => void calls.splice(0) },
    faults: control.faults,
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

/** Undefined for a Host that is none. */
const authorityOf = ({ headers }: IncomingMessage): string | undefined =>
  /^[\w.-]+(:\d+)?$/.test(headers.host ?? '') ? headers.host : undefined;

const listen = async (server: Server, port: number, host: string): Promise<void> => {
  server.listen(port, host);
  await once(server, 'listening');
};

const receive = (request: IncomingMessage, response: ServerResponse, done: (body: string) => void): void => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => response.destroy());
  request.on('end', () => done(Buffer.concat(chunks).toString('utf8')));
};

const PROXY_PAGE = '<html>\n<body><h1>502 Bad Gateway</h1></body>\n</html>\n';

const misbehave = (
  response: ServerResponse,
  answer: Answer,
  fault: Fault | null,
  timers: Set<NodeJS.Timeout>,
): void => {
  const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
  switch (fault?.kind) {
    case 'hang':
      return;
    case 'drop after write':
      response.socket?.destroy();
      return;
    case 'status':
      return send(response, fault.status, { 'Content-Type': 'text/html' }, PROXY_PAGE);
    case 'error':
      return send(response, 500, { 'Content-Type': 'text/html' }, PROXY_PAGE);
    case 'html':
      return send(response, 200, { 'Content-Type': 'text/html' }, PROXY_PAGE);
    case 'half body':
      response.writeHead(answer.status, { ...headersOf(answer), 'Content-Length': Buffer.byteLength(body) });
      response.write(body.slice(0, Math.ceil(body.length / 2)), () => response.socket?.destroy());
      return;
    case 'slow': {
      const timer = setTimeout(() => {
        timers.delete(timer);
        send(response, answer.status, headersOf(answer), body);
      }, fault.ms);
      timers.add(timer);
      return;
    }
    default:
      send(response, answer.status, headersOf(answer), body);
  }
};

const headersOf = ({ headers = {}, body }: Answer): Record<string, string> => ({
  ...(body !== undefined && { 'Content-Type': 'application/fhir+json; charset=utf-8' }),
  ...headers,
});

const send = (response: ServerResponse, status: number, headers: Record<string, string>, body: string): void => {
  response.writeHead(
    status,
    status === 204 || status === 304 ? headers : { ...headers, 'Content-Length': Buffer.byteLength(body) },
  );
  response.end(body);
};
