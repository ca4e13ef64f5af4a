import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLSchema,
  isListType,
  isObjectType,
} from 'graphql';
import type { Identity } from '../platform/identity.ts';
import { mayHaveRows, type RowScope } from './rows.ts';

/**
 * Keeps objects of types that a party has no rows of from being handed out to one, whatever a resolver returns: null, as if
 * there were none. Connectors do not read such rows; this holds for what they read as a part of others, such as the journal
 * entry that a bill is, or know without asking.
 *
 * Changes the schema it is given.
 */
export const hideRows = (schema: GraphQLSchema, scopes: ReadonlyMap<string, RowScope>): void => {
  for (const type of Object.values(schema.getTypeMap())) {
    // A page is made of rows that were read.
    if (!isObjectType(type) || /(?:Connection|Edge)$/.test(type.name)) continue;
    for (const field of Object.values(type.getFields())) hideAt(field, scopes.get(getNamedType(field.type).name));
  }
};

const hideAt = (field: GraphQLField<unknown, WithIdentity>, scope: RowScope | undefined): void => {
  if (scope === undefined) return;
  const { resolve = defaultFieldResolver } = field;
  const none = isListType(getNullableType(field.type)) ? [] : null;
  field.resolve = (parent, args, context, info) =>
    mayHaveRows(scope, context.identity.party) ? resolve(parent, args, context, info) : none;
};

interface WithIdentity {
  readonly identity: Identity;
}
