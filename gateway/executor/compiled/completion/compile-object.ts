import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLOutputType,
  GraphQLString,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Condition } from '../../../../policies/access/conditions.ts';
import type { PutMask } from '../../joined-masks.ts';
import { isConcrete } from '../type-names.ts';
import { collectFields, type Fields, type Selected, selectionSetsOf } from './collect-fields.ts';
import { type Asked, compilePosition, type Operation } from './compile-position.ts';
import type { Completer, Place } from './completer.ts';
import { tellUntyped } from './completion-error.ts';
import { deniedKeys, type DeniedKeys, type DeniedLayer, dependOnType } from './denied-layers.ts';
import type { Guards } from './guards.ts';
import { objectWriter, type Plain, type WrittenKey, type WrittenValue } from './object-writer.ts';
import { quote } from './quote.ts';

/** Compiles the selections of one object type, or of an abstract one that stands in for it. */
export const compileObject = (operation: Operation, typeName: string, asked: Asked, place: Place): Completer => {
  const isKnown = isConcrete(operation.schema, typeName);
  if (!isKnown && dependOnType(asked.layers)) return (_value, state) => tellUntyped(place, state);
  const denied = deniedKeys(asked.layers, typeName);
  const fields = collectFields(operation, typeName, asked.sets);
  const keys = placesOf(operation, fields, denied).flatMap(({ key, open, shut }): WrittenKey[] => {
    const group = fields.selected.get(key);
    const value = group && compileField(operation, typeName, key, group, denied.layersAt(key), place);
    const nulls = denied.nullsAt(key).map(({ when, rises }) => ({ guard: operation.guards.numberOf(when), rises }));
    // Else it is a key of objects of another type.
    return value !== undefined || nulls.length > 0 ? [{ key, open, shut, value, nulls }] : [];
  });
  return objectWriter(keys, place);
};

type KeyPlace = Pick<WrittenKey, 'key' | 'open' | 'shut'>;

/**
 * Where keys stand: those of the layers first, in the order of the document, and others as they are selected. A key that
 * stands behind conditions can have several places, and is written at the first that is part of the request.
 */
const placesOf = ({ guards, typeKey }: Operation, { order }: Fields, denied: DeniedKeys): KeyPlace[] => {
  const conditions = new Map<string, (readonly Condition[])[]>();
  const places: KeyPlace[] = [];
  for (const { key, when } of order) {
    const before = conditions.get(key) ?? [];
    conditions.set(key, [...before, when]);
    const shut = before.flatMap((one) => guards.numberOf(one) ?? []);
    if (!denied.order.has(key)) places.push({ key, open: anyOf(guards, [when]), shut });
  }
  const first = [...denied.order].map(
    (key): KeyPlace => ({ key, open: anyOf(guards, conditions.get(key) ?? []), shut: [] }),
  );
  return [...first, ...places].filter(({ key }) => key !== typeKey);
};

/** `undefined` when one of them always holds. */
const anyOf = ({ numberOf }: Guards, conditions: readonly (readonly Condition[])[]): readonly number[] | undefined => {
  const numbers = conditions.flatMap((one) => numberOf(one) ?? []);
  return numbers.length < conditions.length ? undefined : numbers;
};

const compileField = (
  operation: Operation,
  typeName: string,
  key: string,
  selected: readonly Selected[],
  layers: readonly DeniedLayer[],
  parent: Place,
): WrittenValue => {
  const name = selected[0]?.node.name.value ?? key;
  const place: Place = {
    path: [...parent.path, key],
    depth: parent.depth,
    field: `${typeName}.${name}`,
    nodes: selected.map(({ node }) => node),
  };
  if (name === '__typename')
    return isConcrete(operation.schema, typeName)
      ? { kind: 'constant', json: quote(typeName) }
      : { kind: 'given', give: (state) => tellUntyped(place, state), isNonNull: true };
  if (name === '__schema' || name === '__type')
    return { kind: 'given', give: operation.introspected(key), isNonNull: name === '__schema' };
  const type = outputTypeOf(operation, typeName, name);
  const complete = compilePosition(operation, type, { sets: selectionSetsOf(selected), layers }, place);
  const read = { kind: 'read', place, isNonNull: isNonNullType(type) } as const;
  const mask = operation.masks?.at(typeName, name);
  if (mask !== undefined) return { ...read, complete: masking(mask, complete), plain: undefined };
  return { ...read, complete, plain: plainOf(type) };
};

/** What is masked is null or of its type; completion looks at what the mask has left of it. */
const masking =
  (mask: PutMask, complete: Completer): Completer =>
  (value, state) => {
    const left = mask(value, state.maskKey);
    return left === null ? null : complete(left, state);
  };

const outputTypeOf = ({ schema }: Operation, typeName: string, fieldName: string): GraphQLOutputType => {
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) throw new Error('the operation was not validated against this schema');
  return field.type;
};

const plainOf = (type: GraphQLOutputType): Plain | undefined =>
  PLAIN.get((isNonNullType(type) ? type.ofType : type).toString());

const PLAIN: ReadonlyMap<string, Plain> = new Map([
  [GraphQLString.name, 'string'],
  [GraphQLID.name, 'string'],
  [GraphQLBoolean.name, 'boolean'],
  [GraphQLInt.name, 'int'],
  [GraphQLFloat.name, 'float'],
]);
