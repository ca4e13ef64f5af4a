import { createHash } from 'node:crypto';
import type { Schema } from '@apollo/federation-internals';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { noRequirements, type Requirements } from '../../policies/access/requirement-table.ts';
import { extractRequirements } from '../../policies/access/requirements.ts';
import type { Rules } from '../../policies/rules/rule.ts';
import { type FieldMasks, maskable, readFieldMasks } from '../../policies/field-masks.ts';
import { overrideLabels } from '../planning/overrides.ts';
import { createPlanner, type Planner } from '../planning/planner.ts';
import { readSupergraph } from '../planning/read-supergraph.ts';
import { createOperationCache, type OperationCache } from '../operations/operation-cache.ts';

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
  /** Idle until its first document, or until it is started. Closed by who serves the generation. */
  readonly planner: Planner;
  /** Of fields that move from one subgraph to another. */
  readonly overrideLabels: readonly string[];
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly requirements: Requirements;
  /** Fields that somebody sees otherwise than they are. */
  readonly masks: FieldMasks;
  readonly operations: OperationCache;
}

export interface GenerationOptions {
  /** Enforces nothing, for a gateway without authentication. */
  readonly open?: boolean;
  /** Plans as Apollo's planner makes them, and nothing that Apollo's executor cannot run. */
  readonly forReference?: boolean;
  /** Bytes that may be spent on keeping what was made of operations. */
  readonly operationBytes?: number;
  /** The rules that `@policy` may name; ours unless the supergraph is another's. */
  readonly rules?: Rules;
}

/**
 * Builds the generation of a supergraph.
 *
 * Apollo's gateway refuses a supergraph with security features, since it does not enforce them; we do, so the planner
 * is used without it.
 *
 * @throws when the text is no supergraph, or needs what we do not have
 */
export const createGeneration = (supergraphSdl: string, options: GenerationOptions = {}): Generation => {
  const open = options.open ?? false;
  const supergraph = readSupergraph(supergraphSdl);
  if (options.forReference === true) refuseContexts(supergraph.schema);
  const apiSchema = supergraph.apiSchema();
  const document = parse(supergraphSdl, { noLocation: true });
  return Object.freeze({
    id: createHash('sha256').update(supergraphSdl).digest('hex'),
    supergraphSdl,
    schema: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    planner: createPlanner(supergraphSdl, { isFixed: options.forReference !== true }),
    overrideLabels: overrideLabels(supergraph.schema),
    subgraphs: Object.freeze(supergraph.subgraphsMetadata().map(({ name, url }) => Object.freeze({ name, url }))),
    requirements: open ? noRequirements : requirementsOf(supergraph.schema, document, options),
    masks: open ? NO_MASKS : maskable(readFieldMasks(document)),
    operations: createOperationCache(options.operationBytes ?? MOST_BYTES),
  });
};

const NO_MASKS: FieldMasks = new Map();

const MOST_BYTES = 128 * 1024 * 1024;

const refuseContexts = (supergraph: Schema): void => {
  if (supergraph.coreFeatures?.getByIdentity(CONTEXT) === undefined) return;
  throw new Error(
    'The supergraph uses @fromContext, which the reference executor cannot do: set `executor: compiled`.',
  );
};

const CONTEXT = 'https://specs.apollo.dev/context';

const requirementsOf = (supergraph: Schema, document: DocumentNode, { rules }: GenerationOptions): Requirements =>
  extractRequirements(supergraph, {
    document,
    ...(rules === undefined ? {} : { rules }),
  });
