import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type {
  GatewayExecutionResult,
  GatewayExecutor,
  GatewayGraphQLRequestContext,
  GatewayInterface,
} from '@apollo/server-gateway-interface';
import { type DocumentNode, GraphQLError, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Log } from '../platform/log.ts';
import { coerceVariables } from './coerce-variables.ts';
import { MOST_TOKENS } from './document-size.ts';
import { currentExchange, type Exchange, from } from './exchange.ts';
import { formatError } from './format-error.ts';
import { refuse } from './refusal.ts';
import type { Generation } from './supergraph/generation.ts';

/** A generation that takes requests, with the Apollo Server in front of it. Another generation gets a serving of its own. */
export interface Serving {
  readonly generation: Generation;
  readonly apollo: ApolloServer<ApolloContext>;
  /** Hashes of documents whose size has been looked at and found bearable. */
  readonly sized: LRUCache<string, true>;
}

/** What travels through Apollo Server with one request. */
export interface ApolloContext {
  readonly exchange: Exchange;
  /** Runs the steps that come after the document has been admitted. */
  readonly next: () => Promise<void>;
}

/** Starts serving a generation. Whoever replaces it stops `apollo`, which lets running requests finish. */
export const createServing = async (generation: Generation, log: Log): Promise<Serving> => {
  const apollo = new ApolloServer<ApolloContext>({
    gateway: gatewayOf(generation),
    introspection: true,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    parseOptions: { maxTokens: MOST_TOKENS },
    documentStore: documentStore(),
    logger: quiet(log),
    formatError: (formatted, error) => {
      const exchange = currentExchange.getStore();
      const allowed = formatError(formatted, error, exchange?.requestId);
      logFailure(log, error, allowed.extensions?.['code'], exchange);
      return allowed;
    },
    plugins: [
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
  await apollo.start();
  return { generation, apollo, sized: new LRUCache({ max: MOST_DOCUMENTS }) };
};

const MOST_DOCUMENTS = 1000;
/** Characters of document text. What is parsed from them takes some ten times that in memory. */
const MOST_TEXT = 4_000_000;

const documentStore = () => {
  const documents = new LRUCache<string, DocumentNode>({
    max: MOST_DOCUMENTS,
    maxSize: MOST_TEXT,
    sizeCalculation: ({ loc }) => Math.max(1, loc?.end ?? 1),
  });
  return {
    get: (key: string) => Promise.resolve(documents.get(key)),
    set: (key: string, document: DocumentNode) => Promise.resolve(void documents.set(key, document)),
    delete: (key: string) => Promise.resolve(documents.delete(key)),
  };
};

const gatewayOf = (generation: Generation): GatewayInterface => {
  const loaded = { apiSchema: generation.schema, coreSupergraphSdl: generation.supergraphSdl };
  const listeners = new Set<(context: typeof loaded) => void>();
  return {
    onSchemaLoadOrUpdate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: () => {
      for (const listener of listeners) listener(loaded);
      return Promise.resolve({ executor: execute });
    },
    stop: () => Promise.resolve(),
  };
};

/** Called by Apollo Server with a validated document. */
const execute: GatewayExecutor = async (context): Promise<GatewayExecutionResult> => {
  const { exchange, next } = context.context as ApolloContext;
  const { operation, document, queryHash, operationName, request, schema } = context as Unresolved;
  if (operation === undefined) return { errors: [unresolved(request.operationName)] };
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw refuse('BAD_REQUEST', { message: 'Subscriptions are not served.' });
  const variables = coerceVariables(schema, operation, request.variables ?? {});
  exchange.operation = { hash: queryHash, document, operationName, operation, variables };
  await next();
  return from(exchange, 'result') as GatewayExecutionResult;
};

/** Apollo Server calls the executor, against its own types, when it could not tell which operation is meant. */
type Unresolved = Omit<GatewayGraphQLRequestContext, 'operation'> &
  Partial<Pick<GatewayGraphQLRequestContext, 'operation'>>;

const unresolved = (operationName: string | undefined): GraphQLError =>
  new GraphQLError(operationName ? 'The document has no operation of that name.' : 'Say which operation is to run.');

/** Apollo Server's own lines may quote a request; that there was one is enough. */
const quiet = (log: Log) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: () => log.warn({}, 'apollo:warned'),
  error: () => log.error({}, 'apollo:failed'),
});

const logFailure = (log: Log, error: unknown, code: unknown, exchange: Exchange | undefined): void => {
  const requestId = exchange?.requestId;
  if (code === 'INTERNAL_SERVER_ERROR') log.error({ error, requestId }, 'request:failed');
  else if (code === 'DOWNSTREAM_SERVICE_ERROR') log.warn({ error, requestId }, 'subgraph:failed');
};
