import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
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

/** The same for a handler that takes its time and may fail. */
export const serveAnswers = (
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<void> =>
  serve((request, response) => {
    answer(request, response).catch((error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });

export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

export const sayReady = (origin: string): void => void process.stdout.write(`ready: ${origin}/graphql\n`);
