import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isListType,
  isObjectType,
} from 'graphql';
import { toConnection } from '../platform/connection.ts';
import type { Identity } from '../platform/identity.ts';
import { mayHaveRows, type RowScope } from './rows.ts';

/**
 * Keeps objects of types that a party has no rows of, and pages of them, from being handed out to one, whatever a resolver
 * would return: null or an empty page, as if there were none, and the resolver is not asked. Connectors do not read such
 * rows; this holds for what they read as a part of others, such as the journal entry that a bill is, for what they know
 * without asking, and for owners that know no parties.
 *
 * Changes the schema it is given.
 */
export const hideRows = (schema: GraphQLSchema, scopes: ReadonlyMap<string, RowScope>): void => {
  for (const type of Object.values(schema.getTypeMap())) {
    // The rows of a page are kept by the field that gives the page.
    if (!isObjectType(type) || isPage(type) || type.name.endsWith('Edge')) continue;
    for (const field of Object.values(type.getFields())) hideAt(field, scopes);
  }
};

type Field = GraphQLField<unknown, WithIdentity>;

interface WithIdentity {
  readonly identity: Identity;
}

const hideAt = (field: Field, scopes: ReadonlyMap<string, RowScope>): void => {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return;
  const row = isPage(type) ? getNamedType(type.getFields()['nodes']?.type) : type;
  const scope = row === undefined ? undefined : scopes.get(row.name);
  if (scope === undefined) return;
  const { resolve = defaultFieldResolver } = field;
  const none = noneOf(field, type);
  field.resolve = (parent, args, context, info) =>
    mayHaveRows(scope, context.identity.party) ? resolve(parent, args, context, info) : none;
};

const isPage = ({ name }: GraphQLObjectType): boolean => name.endsWith('Connection');

const noneOf = (field: Field, type: GraphQLObjectType): unknown => {
  if (isPage(type)) return toConnection([], false, null, 0);
  return isListType(getNullableType(field.type)) ? [] : null;
};
