import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ENVELOPE_HEADER } from '../../platform/envelope.ts';
import type { FromSubgraphs, ToSubgraphs } from '../protocol.ts';
import { answersOf, utf8 } from './answers.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { SUBGRAPHS, type SubgraphName } from './schemas.ts';

// All subgraphs in one process, each on a port of its own, as child of the runner: see protocol.ts.

let recorder: Recorder | undefined;
let calls = 0;
let executed = 0;

const start = async (name: SubgraphName): Promise<readonly [SubgraphName, string]> => {
  const answer = answererOf(name);
  // Longer than any pause between rounds: a gateway does not find its connections closed.
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    // Events rather than iteration: what the load's core saves here is what keeps it from being the limit.
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => answer(body, request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [name, `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`];
};

const answererOf = (subgraph: SubgraphName) => {
  const { prepared, prepare } = answersOf(subgraph);
  const slowly = async (body: string, request: IncomingMessage): Promise<Buffer> => {
    await recorder?.add({ subgraph, body: utf8(body) }, request.headers[ENVELOPE_HEADER] !== undefined);
    const known = prepared.get(body);
    if (known !== undefined) return known;
    executed += 1;
    return prepare(body);
  };
  return (body: string, request: IncomingMessage, response: ServerResponse): void => {
    calls += 1;
    const known = recorder === undefined ? prepared.get(body) : undefined;
    if (known !== undefined) send(response, known);
    else
      slowly(body, request).then(
        (answer) => send(response, answer),
        (error: unknown) => {
          console.error(error);
          response.writeHead(500).end();
        },
      );
  };
};

const send = (response: ServerResponse, answer: Buffer): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
};

const tell = (message: FromSubgraphs): void => void process.send?.(message);

process.on('message', (message: ToSubgraphs) => {
  if (message === 'record') recorder = createRecorder();
  else if (message === 'recorded') {
    tell(recorder?.recorded() ?? { waves: [], signed: false });
    recorder = undefined;
  } else tell({ calls, executed });
});
process.on('disconnect', () => process.exit());

tell({ urls: Object.fromEntries(await Promise.all(SUBGRAPHS.map(start))) as Record<SubgraphName, string> });
