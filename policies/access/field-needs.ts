import {
  type ArgumentNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  type ValueNode,
} from 'graphql';
import type { Requirements } from './requirements.ts';

/** What stands where a field is selected. */
export interface FieldPosition {
  /** The type the selection is written against. */
  readonly parent: GraphQLNamedType;
  /** Names of the object types that can stand there when it is answered. */
  readonly objects: ReadonlySet<string>;
  readonly field: GraphQLField<unknown, unknown>;
  readonly arguments: readonly ArgumentNode[] | undefined;
}

/**
 * The requirements a caller must meet, all of them, to select a field: its own, those of its type, those of every
 * object type that can stand there, and those of the scalars and enums in the arguments given.
 */
export const fieldNeeds = (schema: GraphQLSchema, requirements: Requirements, position: FieldPosition): Set<number> => {
  const { parent, objects, field } = position;
  const needs = new Set<number>();
  const add = (ids: readonly number[]) => {
    for (const id of ids) needs.add(id);
  };
  for (const name of new Set([parent.name, ...objects])) {
    const type = schema.getType(name);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const declared = type.getFields()[field.name] ?? field;
    add(requirements.ofType(name));
    add(requirements.ofField(name, field.name));
    add(requirements.ofType(getNamedType(declared.type).name));
  }
  for (const argument of position.arguments ?? []) {
    const declared = field.args.find(({ name }) => name === argument.name.value);
    if (declared !== undefined) addInput(argument.value, declared.type, requirements, add);
  }
  return needs;
};

type Add = (ids: readonly number[]) => void;

/** A literal asks for what it names; a variable for everything a value of its type can hold. */
const addInput = (value: ValueNode, type: GraphQLInputType, requirements: Requirements, add: Add): void => {
  const named = getNamedType(type);
  if (value.kind === Kind.VARIABLE) return addInputType(named, requirements, add, new Set());
  if (value.kind === Kind.LIST) {
    for (const item of value.values) addInput(item, type, requirements, add);
    return;
  }
  add(requirements.ofType(named.name));
  if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return;
  for (const { name, value: inner } of value.fields) {
    const field = named.getFields()[name.value];
    if (field !== undefined) addInput(inner, field.type, requirements, add);
  }
};

const addInputType = (type: GraphQLNamedType, requirements: Requirements, add: Add, seen: Set<string>): void => {
  if (seen.has(type.name) || isCompositeType(type)) return;
  seen.add(type.name);
  add(requirements.ofType(type.name));
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) addInputType(getNamedType(field.type), requirements, add, seen);
};
