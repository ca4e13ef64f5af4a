import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type GraphQLResolveInfo, type GraphQLSchema, parse } from 'graphql';
import type { FhirEntitySpec } from '../platform/fhir/entity.ts';
import type { Identity } from '../platform/identity.ts';
import type { EntitySpec } from '../platform/odoo/entity.ts';
import type { ScimEntity } from '../platform/scim/entity.ts';
import { besideSource } from '../platform/root.ts';
import { overlay, rulesFromSchema, type SchemaRules } from '../policies/from-schema.ts';
import { guard } from '../policies/guard.ts';
import { hideRows } from '../policies/hide-rows.ts';
import { mayHaveRows, rowScopes } from '../policies/rows.ts';
import { assertHolds } from '../policies/rules.ts';
import type { RuleTree } from '../policies/shield.ts';
import type { IdentitySource } from './identities.ts';
import type { OwnerName, Sessions } from './owners.ts';
import { scalars } from './scalars.ts';

/** What a resolver is given besides its parent and arguments: who asks, and the connector of the subgraph. */
export type Context<Api> = Api & { readonly identity: Identity };

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
  return Object.freeze({
    name: parts.name,
    sdl,
    schema: guarded(document, parts),
    connector: parts.connector,
  });
};

const guarded = <Api extends object>(
  document: DocumentNode,
  { resolvers, references, policy }: SubgraphParts<Api>,
): GraphQLSchema => {
  const rules = rulesFromSchema(document);
  const scopes = rowScopes(document);
  const isHidden = (type: string, { party }: Identity) => !mayHaveRows(scopes.get(type), party);
  const all = { ...withReferences(resolvers, references, rules, isHidden), ...scalars };
  // The list form is the one that every release of @apollo/subgraph takes.
  const schema = buildSubgraphSchema([{ typeDefs: document, resolvers: all as never }]);
  hideRows(schema, scopes);
  return guard(schema, overlay(rules.tree, policy));
};

/** A reference is refused, or answered as one to nothing, before anything is looked up. */
const withReferences = <Api>(
  resolvers: Resolvers<Api>,
  references: References<Api>,
  rules: SchemaRules,
  isHidden: (type: string, identity: Identity) => boolean,
) => {
  const merged: Record<string, Record<string, unknown>> = { ...resolvers };
  for (const [type, find] of Object.entries(references)) {
    const required = rules.requirementOf(type);
    const resolveReference: ReferenceResolver<Api> = (key, context, info) => {
      assertHolds(context.identity, required);
      return isHidden(type, context.identity) ? null : find(key, context, info);
    };
    merged[type] = { ...merged[type], __resolveReference: resolveReference };
  }
  return merged;
};

const read = (dir: string, file: string): string => readFileSync(besideSource(dir, file), 'utf8');
