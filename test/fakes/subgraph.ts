import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse } from 'graphql';
import type { Envelope } from '../../platform/envelope.ts';
import type { ExecutableSubgraph, SubgraphAnswer, SubgraphCall } from '../../platform/subgraph.ts';

// biome-ignore format: one shape
type Resolver = (parent: never, args: never, context: never) => unknown;
/** As graphql-tools has them; `__resolveReference` and `__resolveType` included. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolver>>>>;

export interface SubgraphDefinition {
  readonly sdl: string;
  readonly resolvers: Resolvers;
}

/** A request as it reached the subgraph. */
export interface SeenRequest {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: SubgraphCall;
}

export interface FakeSubgraph extends AsyncDisposable {
  readonly url: string;
  readonly sdl: string;
  readonly requests: SeenRequest[];
  /** Connections it has taken so far. */
  readonly connections: number;
  /** Waits for something to become true when a request has come. */
  until(condition: () => boolean): Promise<void>;
  /** Answers requests in place of the schema, until it is taken away with `undefined`. */
  answerWith(handler: ((request: IncomingMessage, response: ServerResponse) => void) | undefined): void;
  stop(): Promise<void>;
}

/** Serves a small real subgraph over HTTP. */
export const startSubgraph = async (definition: SubgraphDefinition): Promise<FakeSubgraph> => {
  const schema = schemaOf(definition);
  const requests: SeenRequest[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  let connections = 0;
  let instead: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const body = JSON.parse(text) as SubgraphCall;
    requests.push({ headers: request.headers, text, body });
    const handler = instead;
    handler?.(request, response);
    changes.emit('change');
    if (handler !== undefined) return;
    const result = await run(schema, body, {});
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    sdl: definition.sdl,
    requests,
    get connections() {
      return connections;
    },
    until: async (condition) => {
      while (!condition()) await once(changes, 'change');
    },
    answerWith: (handler) => {
      instead = handler;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
};

export interface InProcessSubgraph extends ExecutableSubgraph {
  readonly calls: { readonly call: SubgraphCall; readonly envelope: Envelope }[];
}

/** The same in this process, without a door. */
export const subgraphInProcess = (name: string, definition: SubgraphDefinition): InProcessSubgraph => {
  const schema = schemaOf(definition);
  const calls: InProcessSubgraph['calls'] = [];
  return {
    name,
    sdl: definition.sdl,
    calls,
    execute: async (call, envelope) => {
      calls.push({ call, envelope });
      return run(schema, call, { envelope });
    },
    health: () => [],
  };
};

const schemaOf = ({ sdl, resolvers }: SubgraphDefinition) =>
  buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]);

const run = async (
  schema: ReturnType<typeof schemaOf>,
  { query, operationName, variables }: SubgraphCall,
  contextValue: object,
): Promise<SubgraphAnswer> => {
  const result = await execute({
    schema,
    document: parse(query),
    variableValues: variables ?? {},
    contextValue,
    operationName: operationName ?? null,
  });
  return {
    ...(result.data === undefined ? {} : { data: result.data }),
    ...(result.errors === undefined ? {} : { errors: result.errors.map((error) => error.toJSON()) }),
  };
};
