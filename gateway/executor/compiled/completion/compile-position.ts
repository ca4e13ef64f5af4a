import { type GraphQLOutputType, isAbstractType, isLeafType, isListType, isNonNullType } from 'graphql';
import type { JoinedMasks } from '../../joined-masks.ts';
import { isJsonObject } from '../json-object.ts';
import { namesWithin } from '../type-names.ts';
import type { Document, SelectionSets } from './collect-fields.ts';
import { compileList } from './compile-list.ts';
import { compileObject } from './compile-object.ts';
import { completeLeaf } from './complete-leaf.ts';
import { type Completer, type CompletionState, itemsOf, type Place } from './completer.ts';
import { tellInvalid, tellUntyped } from './completion-error.ts';
import type { DeniedLayer } from './denied-layers.ts';
import type { Guards } from './guards.ts';
import type { Introspected } from './introspection.ts';

/** What is the same everywhere in an operation. */
export interface Operation extends Document {
  readonly guards: Guards;
  /** Response key that is not part of the answer. */
  readonly typeKey: string;
  /** Fields of introspection at the root. */
  readonly introspected: Introspected;
  /** `undefined`: nothing is masked here. */
  readonly masks: JoinedMasks | undefined;
}

/** What is asked of the objects at one position, and what is denied. */
export interface Asked {
  readonly sets: SelectionSets;
  readonly layers: readonly DeniedLayer[];
}

/** Compiles the completion of one position of the operation, for values that are not null. */
export const compilePosition = (
  operation: Operation,
  type: GraphQLOutputType,
  asked: Asked,
  place: Place,
): Completer => {
  if (isNonNullType(type)) return compilePosition(operation, type.ofType as GraphQLOutputType, asked, place);
  if (isListType(type)) {
    const items = itemsOf(place);
    const complete = compilePosition(operation, type.ofType, asked, items);
    return compileList(place, items, isNonNullType(type.ofType), complete);
  }
  if (isLeafType(type)) return completeLeaf(type, place);
  return isAbstractType(type)
    ? compileAbstract(operation, type.name, asked, place)
    : compileObject(operation, type.name, asked, place);
};

/**
 * Which type it is, the object says. One that was only asked of a subgraph that knows an interface as an object type
 * has the interface's own name, or none: it has what the interface has, and no more.
 */
const compileAbstract = (operation: Operation, typeName: string, asked: Asked, place: Place): Completer => {
  const possible = namesWithin(operation.schema, typeName);
  const compiled = new Map<string, Completer>();
  const compile = (name: string, state: CompletionState): Completer => {
    const made = compileObject(operation, name, asked, place);
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
