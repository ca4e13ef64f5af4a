import { createHash } from 'node:crypto';
import type { Schema } from '@apollo/federation-internals';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import type { Identity } from '../../platform/identity.ts';
import { noRequirements, type Requirements } from '../../policies/access/requirement-table.ts';
import { extractRequirements } from '../../policies/access/requirements.ts';
import type { Rules } from '../../policies/rules/rule.ts';
import { type FieldMasks, maskable, readFieldMasks } from '../../policies/field-masks.ts';
import { overrideLabels } from '../planning/overrides.ts';
import { createPlanner, type Planner } from '../planning/planner.ts';
import { readSupergraph } from '../planning/read-supergraph.ts';
import { createOperationCache, type OperationCache } from '../operations/operation-cache.ts';
import { contractParts, contractSchemas } from './contract-parts.ts';
import { shownSchemas } from './shown-schemas.ts';

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
  /** Fields that somebody sees otherwise than they are. */
  readonly masks: FieldMasks;
  readonly operations: OperationCache;
  /** What introspection shows to this caller: of what clients see, what it may use. The same object for alike callers. */
  shownTo(caller: Identity): GraphQLSchema;
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
  const schema = apiSchema.toGraphQLJSSchema();
  const requirements = open ? noRequirements : requirementsOf(supergraph.schema, document, options);
  const bytes = options.operationBytes ?? MOST_BYTES;
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
    masks: open ? NO_MASKS : maskable(readFieldMasks(document)),
    operations: createOperationCache(bytes),
    shownTo: shownSchemas(schema, requirements),
    by: (contract: string | null) => (contract === null ? whole : parts(contract)),
  });
  const parts = contractParts(whole, contractSchemas(supergraphSdl, supergraph, schema), bytes / PARTS);
  return whole;
};

/** Of the room for operations, what each contract has besides: partners send few documents. */
const PARTS = 8;
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
