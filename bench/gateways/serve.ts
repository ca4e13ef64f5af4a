import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Our gateway keeps a connection that long; so does every peer. Milliseconds. */
export const KEEP_ALIVE = 30_000;

/** Serves on a free port and says where. The runner waits for the line. */
export const serve = async (handler: RequestListener): Promise<void> => {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  sayReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
};

export const sayReady = (origin: string): void => void process.stdout.write(`ready: ${origin}/graphql\n`);
