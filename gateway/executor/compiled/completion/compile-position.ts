import {
  type GraphQLNullableType,
  type GraphQLOutputType,
  GraphQLBoolean,
  GraphQLID,
  GraphQLString,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { isJsonObject } from '../json-object.ts';
import { isConcrete, namesWithin } from '../type-names.ts';
import { collectFields, type Document, type Selected, type SelectionSets, selectionSetsOf } from './collect-fields.ts';
import { completeLeaf } from './complete-leaf.ts';
import { type Completer, type CompletionState, itemsOf, type Place } from './completer.ts';
import { tellInvalid, tellMissing, tellUntyped } from './completion-error.ts';
import type { Guards } from './guards.ts';
import { objectWriter, type WrittenField } from './object-writer.ts';

/** What is the same everywhere in an operation. */
export interface Operation extends Document {
  readonly guards: Guards;
  /** Fields of introspection at the root, by response key. */
  readonly introspected: (state: CompletionState) => Readonly<Record<string, unknown>>;
}

/** Compiles the completion of one position of the operation. */
export const compilePosition = (
  operation: Operation,
  type: GraphQLOutputType,
  sets: SelectionSets,
  place: Place,
): Completer => {
  if (isNonNullType(type)) {
    const complete = compileFilled(operation, type.ofType as GraphQLNullableOutput, sets, place);
    return (value, state) =>
      value === null || value === undefined ? tellMissing(place, state) : complete(value, state);
  }
  const complete = compileFilled(operation, type, sets, place);
  return (value, state) => (value === null || value === undefined ? null : complete(value, state));
};

type GraphQLNullableOutput = GraphQLOutputType & GraphQLNullableType;

/** The same for values that are there. */
const compileFilled = (
  operation: Operation,
  type: GraphQLNullableOutput,
  sets: SelectionSets,
  place: Place,
): Completer => {
  if (isListType(type)) return compileList(operation, type.ofType, sets, place);
  if (isLeafType(type)) return completeLeaf(type, place);
  return isAbstractType(type)
    ? compileAbstract(operation, type.name, sets, place)
    : compileObject(operation, type.name, sets, place);
};

const compileList = (
  operation: Operation,
  itemType: GraphQLOutputType,
  sets: SelectionSets,
  place: Place,
): Completer => {
  const complete = compilePosition(operation, itemType, sets, itemsOf(place));
  const isNonNull = isNonNullType(itemType);
  const { depth } = place;
  return (value, state) => {
    if (!Array.isArray(value)) return tellInvalid(place, state);
    const { length } = value;
    const items: unknown[] = [];
    let isWhole = true;
    for (let i = 0; i < length; i++) {
      state.indices[depth] = i;
      const item = complete(value[i], state);
      if (item === null && isNonNull) isWhole = false;
      items.push(item);
    }
    return isWhole ? items : null;
  };
};

/**
 * Which type it is, the object says. One that was only asked of a subgraph that knows an interface as an object type
 * has the interface's own name, or none: it has what the interface has, and no more.
 */
const compileAbstract = (operation: Operation, typeName: string, sets: SelectionSets, place: Place): Completer => {
  const possible = namesWithin(operation.schema, typeName);
  const compiled = new Map<string, Completer>();
  const compile = (name: string, state: CompletionState): Completer => {
    const made = compileObject(operation, name, sets, place);
    compiled.set(name, made);
    // There may be guards now that were not there when this request began.
    operation.guards.evaluate(state);
    return made;
  };
  return (value, state) => {
    if (!isJsonObject(value)) return tellInvalid(place, state);
    const name = value['__typename'] ?? typeName;
    if (typeof name !== 'string' || !possible.has(name)) return tellUntyped(place, state);
    return (compiled.get(name) ?? compile(name, state))(value, state);
  };
};

/** Compiles the selections of one object type, or of an abstract one that stands in for it. */
export const compileObject = (operation: Operation, typeName: string, sets: SelectionSets, place: Place): Completer => {
  const { selected, order } = collectFields(operation, typeName, sets);
  const fields = new Map<string, CompiledField>();
  for (const [key, group] of selected) fields.set(key, compileField(operation, typeName, key, group, place));
  const written = order.flatMap(({ key, when }, index): WrittenField[] => {
    const field = fields.get(key);
    const isAgain = order.findIndex((other) => other.key === key) < index;
    return field === undefined ? [] : [{ ...field, guard: operation.guards.numberOf(when), isAgain }];
  });
  return objectWriter(written, place);
};

type CompiledField = Omit<WrittenField, 'guard' | 'isAgain'>;

const compileField = (
  operation: Operation,
  typeName: string,
  key: string,
  selected: readonly Selected[],
  parent: Place,
): CompiledField => {
  const name = selected[0]?.node.name.value ?? key;
  const place: Place = {
    path: [...parent.path, key],
    depth: parent.depth,
    field: `${typeName}.${name}`,
    nodes: selected.map(({ node }) => node),
  };
  if (name === '__typename') {
    const isKnown = isConcrete(operation.schema, typeName);
    const complete: Completer = isKnown ? () => typeName : (_value, state) => tellUntyped(place, state);
    return { key, complete, isGiven: true, isNonNull: !isKnown, plain: undefined };
  }
  if (name === '__schema' || name === '__type') {
    const complete: Completer = (_value, state) => operation.introspected(state)[key] ?? null;
    return { key, complete, isGiven: true, isNonNull: false, plain: undefined };
  }
  const type = outputTypeOf(operation, typeName, name);
  const complete = compilePosition(operation, type, selectionSetsOf(selected), place);
  return { key, complete, isGiven: false, isNonNull: isNonNullType(type), plain: plainOf(type) };
};

const outputTypeOf = ({ schema }: Operation, typeName: string, fieldName: string): GraphQLOutputType => {
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error('the operation was not validated against this schema');
  return field.type;
};

const plainOf = (type: GraphQLOutputType): WrittenField['plain'] => {
  const named = isNonNullType(type) ? type.ofType : type;
  if (named.toString() === GraphQLBoolean.name) return 'boolean';
  return [GraphQLString.name, GraphQLID.name].includes(named.toString()) ? 'string' : undefined;
};
