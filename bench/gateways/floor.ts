import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import type { Replay, Waves } from '../protocol.ts';
import type { SubgraphName } from '../subgraphs/schemas.ts';
import { readArguments } from './arguments.ts';
import { KEEP_ALIVE, serve } from './serve.ts';

// The floor: makes the requests to subgraphs a gateway was seen to make, at once what it made at once, reads their
// answers as bytes without looking at them, and answers what the gateway answered. Everything else a gateway does it
// does on top of this.
const { urls, operations } = JSON.parse(await readFile(readArguments().replay, 'utf8')) as Replay;

const pools = new Map(
  Object.entries(urls).map(([name, url]) => [
    name as SubgraphName,
    {
      pool: new Pool(new URL(url).origin, { connections: 64, keepAliveTimeout: KEEP_ALIVE }),
      path: new URL(url).pathname,
    },
  ]),
);
const known = new Map(operations.map(({ body, waves, answer }) => [body, { waves, answer: Buffer.from(answer) }]));

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const operation = known.get(Buffer.concat(chunks).toString('utf8'));
  if (operation === undefined) {
    response.writeHead(404).end();
    return;
  }
  await replay(operation.waves);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': operation.answer.length });
  response.end(operation.answer);
};

const replay = async (waves: Waves): Promise<void> => {
  for (const wave of waves)
    await Promise.all(
      wave.map(({ subgraph, body }) => {
        const target = pools.get(subgraph);
        if (target === undefined) throw new Error(`no subgraph ${subgraph}`);
        return ask(target.pool, target.path, body);
      }),
    );
};

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

const ask = (pool: Pool, path: string, body: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: (_, chunk) => void chunks.push(chunk),
      onResponseEnd: () => resolve(Buffer.concat(chunks)),
      onResponseError: (_, error) => reject(error),
    };
    pool.dispatch({ method: 'POST', path, headers: HEADERS, body }, handler);
  });

await serve((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
