import { createHash } from 'node:crypto';
import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, type Schema, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { AnalyzedOperation } from '../authorization/analyze-operation.ts';
import type { PreparedOperation } from '../authorization/filter-document.ts';
import { extractRequirements, noRequirements, POLICY, type Requirements } from '../authorization/requirements.ts';

/**
 * One supergraph and everything derived from it. Nothing in it changes but its caches, whose entries are functions of
 * their keys; a request takes the generation once and works with it to its end, whatever comes after.
 */
export interface Generation {
  /** SHA-256 of the supergraph's text, in hex. */
  readonly id: string;
  readonly supergraphSdl: string;
  /** What clients see: documents are validated against it, and introspection shows it. */
  readonly schema: GraphQLSchema;
  /** The same for the planner's library. */
  readonly apiSchema: Schema;
  /** With everything clients do not see. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: QueryPlanner;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly requirements: Requirements;
  readonly caches: GenerationCaches;
}

export interface GenerationCaches {
  /** By document and operation name: what the operation asks of a caller. */
  readonly analyzed: LRUCache<string, AnalyzedOperation>;
  /** By document, operation name and mask: what such a caller may run. */
  readonly prepared: LRUCache<string, PreparedOperation>;
  /** By the key of the prepared operation. */
  readonly plans: LRUCache<string, QueryPlan>;
}

export interface GenerationOptions {
  /** Enforces nothing, for a gateway without authentication. */
  readonly open?: boolean;
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
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: FEATURES });
  if (!open) refusePolicies(supergraph.schema);
  const apiSchema = supergraph.apiSchema();
  return Object.freeze({
    id: createHash('sha256').update(supergraphSdl).digest('hex'),
    supergraphSdl,
    schema: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: new QueryPlanner(supergraph),
    subgraphs: Object.freeze(supergraph.subgraphsMetadata().map(({ name, url }) => Object.freeze({ name, url }))),
    requirements: open ? noRequirements : extractRequirements(supergraph.schema),
    caches: Object.freeze({
      analyzed: new LRUCache<string, AnalyzedOperation>(BY_SIZE),
      prepared: new LRUCache<string, PreparedOperation>(BY_SIZE),
      plans: new LRUCache<string, QueryPlan>({ max: MOST_OPERATIONS }),
    }),
  });
};

const MOST_OPERATIONS = 1000;

/** What is kept of operations grows with their selections, so those are counted too. */
const BY_SIZE = {
  max: MOST_OPERATIONS,
  maxSize: 200 * MOST_OPERATIONS,
  sizeCalculation: ({ size }: { readonly size: number }) => size,
};

/** `@fromContext` arguments are planned, and the reference executor does not fill them in: context stays out. */
const FEATURES = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  'https://specs.apollo.dev/authenticated/v0.1',
  'https://specs.apollo.dev/requiresScopes/v0.1',
  'https://specs.apollo.dev/policy/v0.1',
]);

const refusePolicies = (supergraph: Schema): void => {
  if (supergraph.coreFeatures?.getByIdentity(POLICY) === undefined) return;
  throw new Error(
    'The supergraph uses @policy, and this gateway has no rules yet: it would have to let everybody pass.',
  );
};
