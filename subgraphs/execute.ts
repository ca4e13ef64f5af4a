import {
  type DocumentNode,
  execute,
  type ExecutionResult,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  parse,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Envelope } from '../platform/envelope.ts';
import { codeOf, ERRORS, fail, isErrorCode } from '../platform/errors.ts';
import type { Log } from '../platform/log.ts';
import type { ExecutableSubgraph, SubgraphAnswer, SubgraphCall } from '../platform/subgraph.ts';
import { createMaskKeys, type MaskKeys } from '../policies/mask-keys.ts';
import type { Subgraph } from './define-subgraph.ts';
import { healthOf, openSessions, type Owners } from './owners.ts';

export interface Runtime {
  readonly owners: Owners;
  readonly log: Log;
  /** The gateway's, so that both hash alike. Left out: those of a gateway in the same process without a secret. */
  readonly maskKeys?: MaskKeys;
}

/** Documents are plans of the gateway: few, and repeated. */
const MAX_DOCUMENTS = 1000;

/**
 * Joins a subgraph to the owners it reads, so that it can be asked.
 *
 * Both transports end here: whoever calls has opened, or made, the envelope.
 */
export const executable = (
  subgraph: Subgraph,
  { owners, log, maskKeys = createMaskKeys() }: Runtime,
): ExecutableSubgraph => {
  const documents = new WeakMap<GraphQLSchema, LRUCache<string, Read>>();
  // One context, and so one set of loaders, for all fetches of a request: the gateway hands over the same envelope.
  const contexts = new WeakMap<Envelope, Promise<object>>();

  const contextOf = (envelope: Envelope, signal: AbortSignal | undefined): Promise<object> => {
    const known = contexts.get(envelope);
    if (known !== undefined) return known;
    const made = openSessions(owners, subgraph.connector.owners, envelope, signal).then((sessions) => ({
      ...subgraph.connector.connect(sessions),
      identity: envelope.identity,
      isDryRun: envelope.isDryRun,
    }));
    contexts.set(envelope, made);
    return made;
  };

  const run = async (
    call: SubgraphCall,
    envelope: Envelope,
    signal: AbortSignal | undefined,
  ): Promise<ExecutionResult> => {
    const contract = subgraph.contractFor(envelope.identity.audience);
    const document = contract === undefined ? [OUTSIDE] : documentFor(contract, call.query);
    if (!('kind' in document)) return { errors: document };
    const refused = contract === undefined ? [] : refusedVariables(subgraph.schema, contract, document, call);
    if (refused.length > 0) return { errors: refused };
    try {
      return await execute({
        schema: subgraph.schemaFor(envelope.identity, maskKeys),
        document,
        contextValue: await contextOf(envelope, signal),
        variableValues: call.variables ?? {},
        operationName: call.operationName ?? null,
      });
    } catch (error) {
      // Without its owner no field can be answered, and each says so.
      return { errors: rootKeys(document, call.operationName).map((key) => located(error, key)) };
    }
  };

  /** What is valid for one audience may ask for what there is not for another. */
  const documentFor = (contract: GraphQLSchema, query: string): DocumentNode | readonly GraphQLError[] => {
    const known = documents.get(contract) ?? new LRUCache<string, Read>({ max: MAX_DOCUMENTS });
    documents.set(contract, known);
    const document = known.get(query) ?? read(contract, query);
    known.set(query, document);
    return document;
  };

  const toAnswer = ({ data, errors }: ExecutionResult, requestId: string): SubgraphAnswer => {
    if (errors === undefined || errors.length === 0) return { data: data ?? null };
    for (const error of errors) report(log, subgraph.name, requestId, error);
    return { data: data ?? null, errors: errors.map(toPublic) };
  };

  return Object.freeze({
    name: subgraph.name,
    sdl: subgraph.sdl,
    health: () => healthOf(owners, subgraph.connector.owners),
    execute: async (call: SubgraphCall, envelope: Envelope, signal?: AbortSignal): Promise<SubgraphAnswer> =>
      toAnswer(await run(call, envelope, signal), envelope.requestId),
  });
};

type Read = DocumentNode | readonly GraphQLError[];

const read = (schema: GraphQLSchema, query: string): Read => {
  try {
    const document = parse(query, { noLocation: true });
    const errors = validate(schema, document);
    return errors.length === 0 ? document : errors.map((cause) => fail('GRAPHQL_VALIDATION_FAILED', { cause }));
  } catch (cause) {
    return [fail('GRAPHQL_PARSE_FAILED', { cause })];
  }
};

const OUTSIDE = fail('GRAPHQL_VALIDATION_FAILED');

/** Filters and orders come in variables, in which the document does not show what they name. */
const refusedVariables = (
  whole: GraphQLSchema,
  contract: GraphQLSchema,
  document: DocumentNode,
  { operationName, variables = {} }: SubgraphCall,
): readonly GraphQLError[] => {
  const definitions = contract === whole ? [] : (getOperationAST(document, operationName)?.variableDefinitions ?? []);
  if (definitions.length === 0) return [];
  // What graphql-js says of them quotes values.
  return getVariableValues(contract, definitions, variables, { maxErrors: 1 }).errors === undefined ? [] : [OUTSIDE];
};

const rootKeys = (document: DocumentNode, name: string | undefined): readonly string[] => {
  const selections = getOperationAST(document, name)?.selectionSet.selections ?? [];
  return selections.flatMap((node) => (node.kind === Kind.FIELD ? [(node.alias ?? node.name).value] : []));
};

const located = (error: unknown, key: string): GraphQLError =>
  error instanceof GraphQLError
    ? new GraphQLError(error.message, { path: [key], extensions: error.extensions, originalError: error })
    : fail('INTERNAL_SERVER_ERROR', { cause: error });

/** What may leave: our code with our sentence. Anything else is INTERNAL_SERVER_ERROR, whatever it says of itself. */
const toPublic = (error: unknown): GraphQLFormattedError => {
  const code = codeOf(error);
  const { message, path } = error as GraphQLError;
  const known = isErrorCode((error as GraphQLError).extensions?.['code']);
  return {
    message: known ? message : ERRORS[code].message,
    ...(path === undefined ? {} : { path }),
    extensions: { code, retryable: ERRORS[code].retryable },
  };
};

const report = (log: Log, subgraph: string, requestId: string, error: unknown): void => {
  const code = codeOf(error);
  const fields = { subgraph, requestId, code, path: (error as GraphQLError).path?.join('.'), error };
  if (code === 'INTERNAL_SERVER_ERROR' || ERRORS[code].actor === 'us') log.error(fields, 'field:failed');
  else if (ERRORS[code].actor === 'operator') log.warn(fields, 'field:failed');
  else log.debug(fields, 'field:refused');
};
