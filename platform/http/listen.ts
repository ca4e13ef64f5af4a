import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { SECOND } from '../time.ts';
import type { TlsFiles } from './tls.ts';

export interface Listener {
  readonly url: string;
  /** Uses these from the next connection on. @throws when they are no certificate and its key; all stays as it was */
  renew(tls: TlsFiles): void;
  /** Takes no more connections, and ends each one as soon as it has nothing under way. */
  refuseNew(): void;
  /** Ends what is left. Resolves when the port is free. */
  close(): Promise<void>;
}

/**
 * Serves HTTP/1.1 with limits on how long a client may take, over TLS when there are files for it. `handle` answers every
 * request and does not throw.
 */
export const listen = async (
  address: { readonly host: string; readonly port: number },
  handle: Handle,
  tls?: TlsFiles,
): Promise<Listener> => {
  const server = tls === undefined ? createServer(LIMITS, handle) : secureServer(tls, handle);
  server.on('clientError', refuseMalformed);
  server.listen(address.port, address.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    renew: (files) => {
      if ('setSecureContext' in server) server.setSecureContext(contextOf(files));
    },
    refuseNew: () => {
      server.close();
      server.closeIdleConnections();
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

const LIMITS = {
  headersTimeout: 20 * SECOND,
  requestTimeout: 60 * SECOND,
  keepAliveTimeout: 30 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
  insecureHTTPParser: false,
};

/**
 * A client without a certificate, or with one that leads nowhere, is let in: it is by the token that it is told whether one
 * is needed, and then who does not have it.
 */
const secureServer = (tls: TlsFiles, handle: Handle): Server | SecureServer =>
  createSecureServer(
    {
      ...LIMITS,
      ...contextOf(tls),
      minVersion: 'TLSv1.2',
      handshakeTimeout: 20 * SECOND,
      requestCert: tls.clientCa !== undefined,
      rejectUnauthorized: false,
    },
    handle,
  );

const contextOf = ({ cert, key, clientCa }: TlsFiles) => ({
  cert,
  key,
  ...(clientCa === undefined ? {} : { ca: clientCa }),
});

const STATUS_OF: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** What cannot be parsed gets a status and nothing else. */
const refuseMalformed = (error: NodeJS.ErrnoException, socket: Socket | NodeJS.WritableStream): void => {
  const status = STATUS_OF[error.code ?? ''] ?? '400 Bad Request';
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  else (socket as Socket).destroy?.();
};
