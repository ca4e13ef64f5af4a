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
import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  OperationTypeNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Log } from '../platform/log.ts';
import { CONTRACTS } from '../policies/audiences.ts';
import { coerceVariables } from './coerce-variables.ts';
import { MOST_TOKENS } from './document-size.ts';
import type { Exchange } from './exchange.ts';
import { type Transport, type Transports, transportsOf } from './executor/transports/transport.ts';
import { operationOf } from './operations/known-document.ts';
import { refuse } from './refusal.ts';
import type { Generation } from './supergraph/generation.ts';

/**
 * A generation that takes requests, as one contract shows it, with the Apollo Server in front of that. A document is
 * judged by the contract of who sends it: Apollo Server does not validate what it finds in its store, so that each contract
 * has a store of its own.
 */
export interface Serving {
  readonly generation: Generation;
  readonly transports: Transports;
  readonly apollo: ApolloServer<ApolloContext>;
  /** The content type Apollo Server has chosen for an Accept header before; `''` stands for none. */
  readonly contentTypes: LRUCache<string, string>;
  /** The same graph by another contract; `undefined` where it has nothing for that. */
  by(contract: string | null): Serving | undefined;
}

/** Few clients differ in what they accept. */
const MOST_CONTENT_TYPES = 100;

/** What travels through Apollo Server with one request. */
export interface ApolloContext {
  readonly exchange: Exchange;
  /** Runs the steps that come after the document has been admitted. */
  readonly next: () => Promise<void>;
}

/** Starts serving a generation by every contract there is. Closed by `closeServing`, once nothing runs on it any more. */
export const createServing = async (
  generation: Generation,
  transports: readonly Transport[],
  log: Log,
): Promise<Serving> => {
  const byName = transportsOf(transports);
  const unreachable = generation.subgraphs.filter(({ name }) => !byName.has(name)).map(({ name }) => name);
  if (unreachable.length > 0) throw new Error(`no transport for ${unreachable.join(', ')}`);
  const servings = new Map<string | null, Serving>();
  const by = (contract: string | null) => servings.get(contract);
  for (const contract of SERVED) {
    const shown = contract === null ? generation : generation.by(contract);
    if (shown === undefined) continue;
    const contentTypes = new LRUCache<string, string>({ max: MOST_CONTENT_TYPES });
    servings.set(contract, {
      generation: shown,
      transports: byName,
      apollo: await startApollo(shown, log),
      contentTypes,
      by,
    });
  }
  generation.planner.start();
  return servings.get(null) as Serving;
};

const SERVED: readonly (string | null)[] = [null, ...CONTRACTS];

const startApollo = async (generation: Generation, log: Log): Promise<ApolloServer<ApolloContext>> => {
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
    documentStore: documentStore(generation),
    logger: quiet(log),
    formatError: (formatted, error): ApolloError => ({ ...formatted, [ORIGINAL]: error }),
    // Neither here is the request known that the errors belong to, so the text is made where it is.
    stringifyResult: (result) => result as unknown as string,
    plugins: [
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
  await apollo.start();
  return apollo;
};

/** What is served by all contracts together. */
export const servedBy = (serving: Serving): readonly Serving[] =>
  SERVED.flatMap((contract) => serving.by(contract) ?? []);

export const closeTransports = async (transports: Iterable<Transport>): Promise<void> => {
  await Promise.all([...transports].map(async (transport) => transport.close?.()));
};

/** Frees what a serving holds, connections to subgraphs included. */
export const closeServing = async (serving: Serving): Promise<void> => {
  const { generation, transports } = serving;
  for (const { apollo } of servedBy(serving)) await apollo.stop();
  await generation.planner.close();
  await closeTransports(transports.values());
};

/** What was thrown, beside what Apollo Server has made of it. */
export const ORIGINAL = Symbol('the error');

export type ApolloError = GraphQLFormattedError & { readonly [ORIGINAL]?: unknown };

/** What Apollo Server gives for the text of an answer. */
export type ApolloResult = Omit<FormattedExecutionResult, 'errors'> & { readonly errors?: readonly ApolloError[] };

/** Documents are kept where everything is kept that was made of them, once one of their operations runs. */
const documentStore = ({ operations }: Generation) => ({
  get: (key: string) => Promise.resolve<DocumentNode | undefined>(operations.getByHash(hashOf(key))?.document),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(false),
});

/** Apollo Server puts the hash of its configuration before that of the document. */
const hashOf = (key: string): string => key.slice(-64);

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
  const { operation, document, queryHash, request, schema, source } = context as Unresolved;
  if (operation === undefined) return { errors: [unresolved(request.operationName)] };
  if (operation.operation === OperationTypeNode.SUBSCRIPTION)
    throw refuse('BAD_REQUEST', { message: 'Subscriptions are not served.' });
  const variables = coerceVariables(schema, operation, request.variables ?? {});
  const known = operationOf(
    exchange.serving.generation.operations.add(source, queryHash, document),
    request.operationName,
  );
  if (known === undefined) throw new Error('the operation is in the document');
  exchange.operation = { known, variables };
  await next();
  return { data: ANSWERED };
};

/** Stands for the answer that the steps have written. */
export const ANSWERED: Readonly<Record<string, unknown>> = Object.freeze({});

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
