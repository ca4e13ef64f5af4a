import { createHash } from 'node:crypto';
import { buildSchema, type Schema } from '@apollo/federation-internals';
import { type GraphQLSchema, parse, printSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { visibleSchema, wholeMaskOf } from '../../policies/access/visible-schema.ts';
import { type Contracts, contractSchema, readContracts } from '../../policies/contracts.ts';
import type { Holder } from '../../policies/access/requirement.ts';
import { extractRequirements, noRequirements, POLICY, type Requirements } from '../../policies/access/requirements.ts';
import { overrideLabels } from '../planning/overrides.ts';
import { createPlanner, type Planner } from '../planning/planner.ts';
import { readSupergraph } from '../planning/read-supergraph.ts';
import { createOperationCache, type OperationCache } from '../operations/operation-cache.ts';

/**
 * One supergraph and everything derived from it. Nothing in it changes but its caches, whose entries are functions of
 * their keys; a request takes the generation once and works with it to its end, whatever comes after.
 */
export interface Generation {
  /** The contract by which it is seen, and which its schema, its operations and what it shows belong to; `null`: whole. */
  readonly contract: string | null;
  /** SHA-256 of the supergraph's text, in hex. */
  readonly id: string;
  readonly supergraphSdl: string;
  /** What clients see: documents are validated against it, and introspection shows it. */
  readonly schema: GraphQLSchema;
  /** The same for the planner's library. */
  readonly apiSchema: Schema;
  /** With everything clients do not see. */
  readonly supergraphSchema: GraphQLSchema;
  /** Idle until its first document, or until it is started. Closed by who serves the generation. */
  readonly planner: Planner;
  /** Of fields that move from one subgraph to another. */
  readonly overrideLabels: readonly string[];
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly requirements: Requirements;
  readonly operations: OperationCache;
  /** What introspection shows to this caller: of what clients see, what it may use. The same object for alike callers. */
  shownTo(caller: Holder): GraphQLSchema;
  /** The same graph as a contract shows it, with operations of its own; `undefined` where it has nothing for that. */
  by(contract: string | null): Generation | undefined;
}

export interface GenerationOptions {
  /** Enforces nothing, for a gateway without authentication. */
  readonly open?: boolean;
  /** Plans as Apollo's planner makes them, and nothing that Apollo's executor cannot run. */
  readonly forReference?: boolean;
  /** Bytes that may be spent on keeping what was made of operations. */
  readonly operationBytes?: number;
}

/**
 * Builds the generation of a supergraph.
 *
 * Apollo's gateway refuses a supergraph with security features, since it does not enforce them; we do, so the planner
 * is used without it. `@policy` is refused until there are rules to ask.
 *
 * @throws when the text is no supergraph, or needs what we do not have
 */
export const createGeneration = (supergraphSdl: string, options: GenerationOptions = {}): Generation => {
  const open = options.open ?? false;
  const supergraph = readSupergraph(supergraphSdl);
  if (!open) refusePolicies(supergraph.schema);
  if (options.forReference === true) refuseContexts(supergraph.schema);
  const apiSchema = supergraph.apiSchema();
  const schema = apiSchema.toGraphQLJSSchema();
  const requirements = open ? noRequirements : extractRequirements(supergraph.schema);
  const bytes = options.operationBytes ?? MOST_BYTES;
  const contracts = new Map<string | null, Generation | undefined>();
  const whole: Generation = Object.freeze({
    contract: null,
    id: createHash('sha256').update(supergraphSdl).digest('hex'),
    supergraphSdl,
    schema,
    apiSchema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: createPlanner(supergraphSdl, { isFixed: options.forReference !== true }),
    overrideLabels: overrideLabels(supergraph.schema),
    subgraphs: Object.freeze(supergraph.subgraphsMetadata().map(({ name, url }) => Object.freeze({ name, url }))),
    requirements,
    operations: createOperationCache(bytes),
    shownTo: shownSchemas(schema, requirements),
    by: (contract: string | null) => {
      if (!contracts.has(contract)) contracts.set(contract, narrowed(whole, contract, supergraph.schema, bytes));
      return contracts.get(contract);
    },
  });
  contracts.set(null, whole);
  return whole;
};

/** The whole as a contract shows it: plans are made on the whole all the same, since joins go by what nobody is shown. */
const narrowed = (
  whole: Generation,
  contract: string | null,
  supergraph: Schema,
  bytes: number,
): Generation | undefined => {
  const said = contractsOf(whole, supergraph);
  const schema = contract === null ? whole.schema : contractSchema(whole.schema, said, contract);
  if (schema === undefined) return undefined;
  let apiSchema: Schema | undefined;
  return Object.freeze({
    ...whole,
    contract,
    schema,
    get apiSchema() {
      return (apiSchema ??= buildSchema(printSchema(schema)));
    },
    operations: createOperationCache(bytes / PARTS),
    shownTo: shownSchemas(schema, whole.requirements),
  });
};

const contractsOf = ({ supergraphSdl }: Generation, supergraph: Schema): Contracts =>
  readContracts(
    parse(supergraphSdl, { noLocation: true }),
    supergraph.coreFeatures?.getByIdentity(TAG)?.directiveNameInSchema('tag'),
  );

const TAG = 'https://specs.apollo.dev/tag';

/** Of the room for operations, what one contract has, besides what the whole graph has: partners send few documents. */
const PARTS = 8;

const shownSchemas = (schema: GraphQLSchema, requirements: Requirements): Generation['shownTo'] => {
  const shown = new LRUCache<string, GraphQLSchema>({ max: MOST_SHOWN });
  return (caller) => {
    const mask = wholeMaskOf(requirements, caller);
    const known = shown.get(mask) ?? visibleSchema(schema, requirements, mask);
    shown.set(mask, known);
    return known;
  };
};

/** Callers differ in roles, and those are few; each schema takes a megabyte. */
const MOST_SHOWN = 32;

const MOST_BYTES = 128 * 1024 * 1024;

const refuseContexts = (supergraph: Schema): void => {
  if (supergraph.coreFeatures?.getByIdentity(CONTEXT) === undefined) return;
  throw new Error(
    'The supergraph uses @fromContext, which the reference executor cannot do: set `executor: compiled`.',
  );
};

const CONTEXT = 'https://specs.apollo.dev/context';

const refusePolicies = (supergraph: Schema): void => {
  if (supergraph.coreFeatures?.getByIdentity(POLICY) === undefined) return;
  throw new Error(
    'The supergraph uses @policy, and this gateway has no rules yet: it would have to let everybody pass.',
  );
};
