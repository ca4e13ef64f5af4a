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
import { numberText } from './number-text.ts';
import { quote } from './quote.ts';

/** Completes what is not null of a scalar or an enum (GraphQL section 3.5, result coercion). */
export const completeLeaf = (type: GraphQLLeafType, place: Place): Completer => {
  if (isEnumType(type)) return completeEnum(type, place);
  const write = BUILT_IN.get(type.name) ?? writeAny;
  return (value, state) => write(value) ?? tellInvalid(place, state);
};

/** Only values clients may see: one that is `@inaccessible` is not in the schema. */
const completeEnum = (type: GraphQLEnumType, place: Place): Completer => {
  const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, quote(name)]));
  return (value, state) => texts.get(value) ?? tellInvalid(place, state);
};

/** A value as JSON, unless it is none of its type. */
type Write = (value: unknown) => string | undefined;

const BUILT_IN: ReadonlyMap<string, Write> = new Map<string, Write>([
  [GraphQLString.name, (value) => (typeof value === 'string' ? quote(value) : undefined)],
  // A number is an ID that the subgraph did not write as the string it has to be.
  [GraphQLID.name, (value) => (typeof value === 'string' ? quote(value) : integerInQuotes(value))],
  [GraphQLInt.name, (value) => (typeof value === 'number' && (value | 0) === value ? String(value) : undefined)],
  [GraphQLFloat.name, (value) => (isFiniteNumber(value) ? numberText(value) : undefined)],
  [GraphQLBoolean.name, (value) => (typeof value === 'boolean' ? String(value) : undefined)],
]);

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);

const integerInQuotes: Write = (value) => (Number.isInteger(value) ? `"${String(value)}"` : undefined);

/** The gateway does not know what values a scalar of the subgraphs' own may have, only that JSON has to have them. */
const writeAny: Write = (value) => {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch {
    return undefined;
  }
};
