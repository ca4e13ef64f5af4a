import {
  GraphQLBoolean,
  type GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
} from 'graphql';
import type { Completer, Place } from './completer.ts';
import { tellInvalid } from './completion-error.ts';

/** Completes what is not null of a scalar or an enum (GraphQL section 3.5, result coercion). */
export const completeLeaf = (type: GraphQLLeafType, place: Place): Completer => {
  if (isEnumType(type)) return completeEnum(type, place);
  // A number is an ID that the subgraph did not write as the string it has to be.
  if (type.name === GraphQLID.name)
    return (value, state) => {
      if (typeof value === 'string') return value;
      return Number.isInteger(value) ? String(value) : tellInvalid(place, state);
    };
  const isOfType = BUILT_IN.get(type.name);
  // The gateway does not know what values a scalar of the subgraphs' own may have.
  if (isOfType === undefined) return (value) => value;
  return (value, state) => (isOfType(value) ? value : tellInvalid(place, state));
};

/** Only values clients may see: one that is `@inaccessible` is not in the schema. */
const completeEnum = (type: GraphQLEnumType, place: Place): Completer => {
  const names = new Set<unknown>(type.getValues().map(({ name }) => name));
  return (value, state) => (names.has(value) ? value : tellInvalid(place, state));
};

const BUILT_IN: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  [GraphQLString.name, (value: unknown) => typeof value === 'string'],
  [GraphQLInt.name, (value: unknown) => typeof value === 'number' && (value | 0) === value],
  [GraphQLFloat.name, (value: unknown) => Number.isFinite(value)],
  [GraphQLBoolean.name, (value: unknown) => typeof value === 'boolean'],
]);
