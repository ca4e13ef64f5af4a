import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { SECOND } from '../time.ts';

export interface Listener {
  readonly url: string;
  /** Takes no more connections, and ends each one as soon as it has nothing under way. */
  refuseNew(): void;
  /** Ends what is left. Resolves when the port is free. */
  close(): Promise<void>;
}

/** Serves HTTP/1.1 with limits on how long a client may take. `handle` answers every request and does not throw. */
export const listen = async (
  address: { readonly host: string; readonly port: number },
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listener> => {
  const server = createServer(
    {
      headersTimeout: 20 * SECOND,
      requestTimeout: 60 * SECOND,
      keepAliveTimeout: 30 * SECOND,
      connectionsCheckingInterval: 5 * SECOND,
      insecureHTTPParser: false,
    },
    handle,
  );
  server.on('clientError', refuseMalformed);
  server.listen(address.port, address.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
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
