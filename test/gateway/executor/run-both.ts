import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, getOperationAST, isObjectType } from 'graphql';
import { coerceVariables } from '../../../gateway/coerce-variables.ts';
import { Cancellation } from '../../../gateway/executor/cancellation.ts';
import { executeCompiled } from '../../../gateway/executor/compiled/execute.ts';
import type { Executed, ExecutePlan } from '../../../gateway/executor/execute-plan.ts';
import { executeByReference } from '../../../gateway/executor/reference.ts';
import { type Transport, transportsOf } from '../../../gateway/executor/transports/transport.ts';
import { compose } from '../../../gateway/supergraph/compose.ts';
import { createGeneration, type Generation } from '../../../gateway/supergraph/generation.ts';
import { queryPlannerOf } from '../../../gateway/planning/query-planner.ts';
import { createIdentity } from '../../../platform/identity.ts';
import { type Faults, inventingTransport, type SeenCall, schemaOfSubgraph } from './random-answers.ts';

/** A composed graph whose subgraphs make their answers up. */
export interface World {
  readonly generation: Generation;
  readonly subgraphs: readonly { readonly name: string; readonly schema: GraphQLSchema }[];
}

export const createWorld = (sdls: Readonly<Record<string, string>>): World => {
  const sources = Object.entries(sdls).map(([name, sdl]) => ({ name, url: `http://${name}.invalid/`, sdl }));
  return {
    generation: createGeneration(compose(sources).supergraphSdl, { open: true }),
    subgraphs: sources.map(({ name, sdl }) => ({ name, schema: schemaOfSubgraph(sdl) })),
  };
};

/** The plan as Apollo's planner makes it, at once. */
export const planOf = (generation: Generation, document: DocumentNode): QueryPlan => {
  const planner = PLANNERS.get(generation) ?? queryPlannerOf(Supergraph.build(generation.supergraphSdl));
  PLANNERS.set(generation, planner);
  return planner.buildQueryPlan(operationFromDocument(generation.apiSchema, document));
};

const PLANNERS = new WeakMap<Generation, QueryPlanner>();

export interface Ran {
  readonly data: unknown;
  readonly errors: readonly GraphQLError[];
  /** Bytes of answers were put together. */
  readonly isSpliced: boolean;
  readonly calls: readonly SeenCall[];
  /** The executor itself fell over. */
  readonly thrown: unknown;
}

export interface Case {
  readonly document: DocumentNode;
  readonly plan: QueryPlan;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly faults: Faults;
}

/**
 * Runs one case on both executors: the same plan, the same subgraphs. The reference is told the type of every object,
 * and not the interface's where a subgraph knows that as an object type: it would lose data in both cases (see the
 * written differences).
 */
export const runBoth = async (world: World, given: Case): Promise<{ readonly ours: Ran; readonly reference: Ran }> => {
  const objects = Object.values(world.generation.supergraphSchema.getTypeMap()).filter(isObjectType);
  const typed = new Set(objects.map(({ name }) => name));
  const invent = (execute: ExecutePlan, unasked?: ReadonlySet<string>) => {
    const calls: SeenCall[] = [];
    const transports = world.subgraphs.map(({ name, schema }) =>
      inventingTransport(name, schema, given.seed, given.faults, calls, unasked),
    );
    return run(execute, world.generation, given, transports, calls);
  };
  return { ours: await invent(executeCompiled), reference: await invent(executeByReference, typed) };
};

/** Runs one plan with these transports. */
export const run = async (
  execute: ExecutePlan,
  generation: Generation,
  { document, plan, variables }: Pick<Case, 'document' | 'plan' | 'variables'>,
  transports: readonly Transport[],
  calls: readonly SeenCall[] = [],
): Promise<Ran> => {
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined) throw new Error('one operation per document');
  try {
    const executed = await execute({
      generation,
      plan,
      prepared: { operation, document, denied: undefined, typeKey: 'unused' },
      variables: coerceVariables(generation.schema, operation, variables),
      transports: transportsOf(transports),
      envelope: { identity: NOBODY, requestId: 'test', deadline: Date.now() + 60_000 },
      cancellation: new Cancellation(),
      shown: () => generation.schema,
      open: true,
    });
    const errors = 'data' in executed ? executed.errors : [];
    return { data: JSON.parse(decoded(executed)), errors, isSpliced: 'answer' in executed, calls, thrown: undefined };
  } catch (thrown) {
    return { data: null, isSpliced: false, errors: [], calls, thrown };
  }
};

/** The data an executor has written, as text. */
export const decoded = (executed: Executed): string =>
  'data' in executed ? executed.data : Buffer.concat(executed.answer).toString().slice('{"data":'.length, -1);

const NOBODY = createIdentity({
  audience: 'internal',
  purpose: 'operations',
  subject: 'test',
  client: 'test',
  scopes: [],
  facilities: [],
});

/** Message, code and path of an error, as text. */
export const told = ({ message, path, extensions }: GraphQLError): string =>
  `${String(extensions['code'])} ${path === undefined ? '-' : JSON.stringify(path)} ${message}`;
