import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type GraphQLResolveInfo, type GraphQLSchema, parse } from 'graphql';
import type { FhirEntitySpec } from '../platform/fhir/entity.ts';
import type { Identity } from '../platform/identity.ts';
import type { EntitySpec } from '../platform/odoo/entity.ts';
import type { ScimEntity } from '../platform/scim/entity.ts';
import { besideSource } from '../platform/root.ts';
import { overlay, rulesFromSchema, type SchemaRules } from '../policies/from-schema.ts';
import { type FieldMasks, readFieldMasks, readTypeClasses, type Sights, sightsOf } from '../policies/field-masks.ts';
import { guard } from '../policies/guard.ts';
import { assertMeets, type Asking } from '../policies/demands.ts';
import { hideRows } from '../policies/hide-rows.ts';
import type { MaskKeys } from '../policies/mask-keys.ts';
import { isAnyMasked, putMasks } from '../policies/put-masks.ts';
import { mayHaveRows, rowScopes } from '../policies/rows.ts';
import type { RuleTree } from '../policies/shield.ts';
import { type SchemaForAudience, schemasByAudience } from '../policies/subgraph-contracts.ts';
import type { IdentitySource } from './identities.ts';
import type { OwnerName, Sessions } from './owners.ts';
import { scalars } from './scalars.ts';

/** What a resolver is given besides its parent and arguments: who asks, and the connector of the subgraph. */
export type Context<Api> = Api & Asking & { readonly identity: Identity };

export type Resolver<Api> = (parent: never, args: never, context: Context<Api>, info: GraphQLResolveInfo) => unknown;
export type Resolvers<Api> = Readonly<Record<string, Readonly<Record<string, Resolver<Api>>>>>;

/** From the key in a reference to the record, or null. It must itself stay in the caller's rows. */
export type ReferenceResolver<Api> = (
  key: Readonly<Record<string, unknown>>,
  context: Context<Api>,
  info: GraphQLResolveInfo,
) => unknown;
export type References<Api> = Readonly<Record<string, ReferenceResolver<Api>>>;

/** The only place of a subgraph that knows its owners' models. */
export interface Connector<Api> {
  /** The systems it reads. */
  readonly owners: readonly OwnerName[];
  /** Systems it takes reference data from when they are there. It answers without them. */
  readonly learnsFrom?: readonly OwnerName[];
  /** What it reads from Odoo, so that a server that lacks a field is found out at start-up. */
  readonly odoo?: readonly EntitySpec[];
  /** What it reads from each FHIR server, for the same reason. */
  readonly scheduling?: readonly FhirEntitySpec[];
  readonly billing?: readonly FhirEntitySpec[];
  /** What it reads from the SCIM server of HR, likewise. */
  readonly hr?: readonly ScimEntity[];
  /** Records by which the worker finds out what the systems call one thing (identities.ts). */
  readonly identities?: readonly IdentitySource[];
  /** For one request. It may use the sessions of the owners it has named, and no others. */
  connect(sessions: Sessions): Api;
}

export interface SubgraphParts<Api> {
  readonly name: string;
  readonly dir: string;
  readonly resolvers: Resolvers<Api>;
  readonly references: References<Api>;
  readonly policy: RuleTree;
  readonly connector: Connector<Api>;
}

/** A subgraph, ready to be served: its contract and the schema that enforces its policy. */
export interface Subgraph {
  readonly name: string;
  /** The SDL that is composed. */
  readonly sdl: string;
  readonly schema: GraphQLSchema;
  /** As much of the schema as may be asked for on behalf of an audience. */
  readonly contractFor: SchemaForAudience;
  /** The schema for a caller: the one above for who sees everything in it as it is, else one with masks. */
  schemaFor(caller: Pick<Identity, 'audience' | 'purpose'>, keys: MaskKeys): GraphQLSchema;
  readonly connector: Connector<object>;
}

/**
 * Makes a subgraph of the five files of its folder.
 *
 * The policy is what the schema's directives say, with `policy.ts` over it, and denies whatever neither names.
 */
export const defineSubgraph = <Api extends object>(parts: SubgraphParts<Api>): Subgraph => {
  const sdl = `${read(import.meta.dirname, 'common.graphql')}\n${read(parts.dir, 'schema.graphql')}`;
  const document = parse(sdl);
  const schema = guarded(document, parts, undefined);
  return Object.freeze({
    name: parts.name,
    sdl,
    schema,
    contractFor: schemasByAudience(schema, document),
    schemaFor: schemasBySight(document, parts, schema),
    connector: parts.connector,
  });
};

/**
 * Masks are put on once for each way to see classes, which are few, so that who sees everything pays nothing for them.
 * Each way has a schema of its own; they differ in their resolvers only, and what is valid for one is for all.
 */
const schemasBySight = <Api extends object>(
  document: DocumentNode,
  parts: SubgraphParts<Api>,
  clear: GraphQLSchema,
): Subgraph['schemaFor'] => {
  const fields = readFieldMasks(document);
  const make = (sights: Sights, keys: MaskKeys) =>
    isAnyMasked(fields, sights) ? guarded(document, parts, { fields, sights, keys }) : clear;
  const made = new WeakMap<MaskKeys, Map<Sights, GraphQLSchema>>();
  return ({ audience, purpose }, keys) => {
    const sights = sightsOf(audience, purpose);
    const schemas = made.get(keys) ?? new Map<Sights, GraphQLSchema>();
    made.set(keys, schemas);
    const known = schemas.get(sights);
    if (known !== undefined) return known;
    // Several audiences and purposes come to the same.
    const alike = [...schemas].find(([others]) => isAlike(sights, others));
    const schema = alike?.[1] ?? make(sights, keys);
    schemas.set(sights, schema);
    return schema;
  };
};

const isAlike = (one: Sights, other: Sights): boolean =>
  Object.entries(one).every(([name, sight]) => other[name as keyof Sights] === sight);

interface Masking {
  readonly fields: FieldMasks;
  readonly sights: Sights;
  readonly keys: MaskKeys;
}

const guarded = <Api extends object>(
  document: DocumentNode,
  { resolvers, references, policy }: SubgraphParts<Api>,
  masking: Masking | undefined,
): GraphQLSchema => {
  const rules = rulesFromSchema(document);
  const removed = removedTypes(document, masking?.sights);
  const scopes = rowScopes(document);
  const isHidden = (type: string, { party }: Identity) => removed.has(type) || !mayHaveRows(scopes.get(type), party);
  const all = { ...withReferences(resolvers, references, rules, isHidden), ...scalars };
  // The list form is the one that every release of @apollo/subgraph takes.
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers: all as never }]);
  hideRows(schema, scopes);
  // Inside of the rules: who may not see a field is told so, and not that it was masked.
  if (masking !== undefined) putMasks(schema, masking.fields, masking.sights, masking.keys);
  return guard(schema, overlay(rules.tree, policy));
};

const removedTypes = (document: DocumentNode, sights: Sights | undefined): ReadonlySet<string> =>
  new Set([...readTypeClasses(document)].flatMap(([type, ofClass]) => (sights?.[ofClass] === 'removed' ? [type] : [])));

/** A reference is refused, or answered as one to nothing, before anything is looked up. */
const withReferences = <Api>(
  resolvers: Resolvers<Api>,
  references: References<Api>,
  rules: SchemaRules,
  isHidden: (type: string, identity: Identity) => boolean,
) => {
  const merged: Record<string, Record<string, unknown>> = { ...resolvers };
  for (const [type, find] of Object.entries(references)) {
    const required = rules.requirementsOf(type);
    const resolveReference: ReferenceResolver<Api> = (key, context, info) => {
      assertMeets(context, required, rules.requirements);
      return isHidden(type, context.identity) ? null : find(key, context, info);
    };
    merged[type] = { ...merged[type], __resolveReference: resolveReference };
  }
  return merged;
};

const read = (dir: string, file: string): string => readFileSync(besideSource(dir, file), 'utf8');
