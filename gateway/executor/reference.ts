import '../apollo-environment.ts';
import { buildOperationContext, executeQueryPlan, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import { GraphQLError, type GraphQLFormattedError, Kind, parse } from 'graphql';
import { codeOf, isErrorCode } from '../../platform/errors.ts';
import { LoggableError } from '../../platform/log.ts';
import type { SubgraphCall } from '../../platform/subgraph.ts';
import { type ResponseObject, writeDenied } from './complete-denied.ts';
import type { ExecutePlan, PlanRun } from './execute-plan.ts';
import { maskAnswer } from './mask-answer.ts';
import { errorAt, type Path, passedOn, reduced } from './subgraph-error.ts';
import type { Transport } from './transports/transport.ts';

/** Runs plans with Apollo's own executor: slow, and the measure of what is right. */
export const executeByReference: ExecutePlan = async (run) => {
  const { generation, plan, prepared, variables } = run;
  const { operation, document } = prepared;
  if (document === undefined) return { data: writeDenied({}, prepared, variables), errors: [] };
  const operationContext = buildOperationContext({
    // It is looked at for introspection, and for nothing else.
    schema: run.shown(),
    operationDocument: document,
    ...(operation.name === undefined ? {} : { operationName: operation.name.value }),
  });
  const failed: GraphQLError[] = [];
  const result = await executeQueryPlan(
    plan ?? { kind: 'QueryPlan' },
    serviceMap(run, failed),
    requestContext(variables),
    operationContext,
    generation.supergraphSchema,
    generation.apiSchema,
  );
  const answered = (result.errors ?? []).map((error) => atItsPlace(error, run.open));
  return {
    data: writeDenied(masked(run, result.data ?? null), prepared, variables),
    errors: failed.length > 0 ? [...failed, ...answered] : [...answered, ...completionErrors(result.extensions)],
  };
};

const masked = ({ generation, prepared, maskKey }: PlanRun, data: ResponseObject | null): ResponseObject | null =>
  data === null ? null : maskAnswer(generation.schema, prepared, data, maskKey);

type RequestContext = Parameters<typeof executeQueryPlan>[2];

/** The executor reads the variables, and the metrics it writes to; its logger would quote answers of subgraphs. */
const requestContext = (variables: PlanRun['variables']): RequestContext =>
  ({ request: { variables }, metrics: {}, context: {}, logger: SILENT }) as unknown as RequestContext;

const ignore = () => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const serviceMap = (run: PlanRun, failed: GraphQLError[]): ServiceMap => {
  const services = Object.create(null) as ServiceMap;
  for (const transport of run.transports.values()) services[transport.name] = dataSource(transport, run, failed);
  return services;
};

const dataSource = (transport: Transport, run: PlanRun, failed: GraphQLError[]): GraphQLDataSource => ({
  process: async (options) => {
    const { query = '', operationName, variables } = options.request;
    const call: SubgraphCall = {
      query,
      ...(operationName === undefined ? {} : { operationName }),
      ...(variables === undefined ? {} : { variables }),
    };
    const at = 'pathInIncomingRequest' in options ? (options.pathInIncomingRequest ?? []) : [];
    try {
      const { data, errors } = await transport.send(call, run.envelope, run.cancellation);
      return {
        ...(data === undefined ? {} : { data }),
        ...(errors === undefined ? {} : { errors: errors.map((error) => tagged(error, transport.name)) }),
      };
    } catch (error) {
      // Kept aside: the executor would give an error without a path none, and the caller should learn what is missing.
      failed.push(...unanswered(error, transport.name, at, query));
      return { data: null };
    }
  },
});

/** Survives the executor, which wraps each error in one of its own and adds extensions to it. */
class AnsweredError extends Error {
  readonly answered: GraphQLFormattedError;
  readonly subgraph: string;

  constructor(answered: GraphQLFormattedError, subgraph: string) {
    super(answered.message);
    this.answered = answered;
    this.subgraph = subgraph;
  }
}

const tagged = (answered: GraphQLFormattedError, subgraph: string): GraphQLFormattedError =>
  Object.assign(new AnsweredError(answered, subgraph), answered.path === undefined ? {} : { path: answered.path });

/** The executor has worked out where in the whole answer the error belongs. Errors of its own may quote an answer. */
const atItsPlace = (error: GraphQLError, open: boolean): GraphQLError => {
  const { originalError, path } = error;
  if (!(originalError instanceof AnsweredError)) return errorAt('DOWNSTREAM_SERVICE_ERROR', path, { cause: error });
  const { answered, subgraph } = originalError;
  return open ? passedOn(answered, path) : reduced(answered, path, subgraph);
};

/** One error per position the fetch would have filled: its root fields, or the place of the entities it was for. */
const unanswered = (error: unknown, subgraph: string, at: Path, query: string): GraphQLError[] => {
  const known = isErrorCode((error as { extensions?: { code?: unknown } } | null)?.extensions?.code);
  const code = known ? codeOf(error) : 'DOWNSTREAM_SERVICE_ERROR';
  const paths = at.length > 0 ? [at] : rootKeys(query).map((key) => [key]);
  const cause = Object.assign(new LoggableError('a subgraph did not answer', { subgraph }), { cause: error });
  return paths.map((path) => errorAt(code, path, { cause }));
};

const rootKeys = (query: string): string[] => {
  const [operation] = parse(query, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.alias?.value ?? selection.name.value] : [],
  );
};

/**
 * What did not fit the schema: null where there is no place for it, a value of the wrong kind. The executor tells it in
 * extensions; the specification has it in errors (GraphQL section 6.4.4). The sentences name fields and types only.
 */
const completionErrors = (extensions: { readonly [name: string]: unknown } | undefined): GraphQLError[] => {
  const errors = extensions?.['valueCompletion'];
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) =>
    error instanceof GraphQLError ? [errorAt('DOWNSTREAM_SERVICE_ERROR', error.path, { message: error.message })] : [],
  );
};
