import {
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';
import { reachableTypes } from './reachable-types.ts';
import { rebuildSchema } from './rebuild-schema.ts';

/** What stays of a schema, by its own merits; what cannot stand without something that goes, goes too. */
export interface Keeps {
  field(type: string, field: string): boolean;
  argument(type: string, field: string, argument: GraphQLArgument): boolean;
  input(type: string, field: GraphQLInputField): boolean;
  value(type: string, value: string): boolean;
}

/** Names of what is left, by where it stands: fields and members by type, arguments by `Type.field`. */
export interface Left {
  readonly types: ReadonlySet<string>;
  readonly parts: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * A schema with nothing in it but what stays. It is valid, and nothing in it names what is not in it:
 *
 * - a field goes with the type of its value, and with an argument that it cannot be asked for without;
 * - a type goes with its last field, value or member, and an input type with a field that it cannot be given without;
 * - an interface keeps what all object types that are left have of it, and goes with the last of these;
 * - what nothing leads to any more goes.
 *
 * @returns the same schema where everything stays; `undefined` where nothing is left to ask for
 */
export const narrowSchema = (schema: GraphQLSchema, keeps: Keeps): GraphQLSchema | undefined => {
  const draft = draftOf(schema, keeps);
  settle(schema, draft);
  const query = schema.getQueryType();
  if (query == null || !draft.types.has(query.name)) return undefined;
  const left: Left = { types: reachableTypes(schema, draft), parts: draft.parts };
  return isWhole(schema, left) ? schema : rebuildSchema(schema, left);
};

interface Draft {
  readonly types: Set<string>;
  readonly parts: Map<string, Set<string>>;
}

const typesOf = (schema: GraphQLSchema): GraphQLNamedType[] =>
  Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));

/** What stays by its own merits. */
const draftOf = (schema: GraphQLSchema, keeps: Keeps): Draft => {
  const draft: Draft = { types: new Set(), parts: new Map() };
  for (const type of typesOf(schema)) {
    const { name } = type;
    draft.types.add(name);
    if (isEnumType(type)) put(draft, name, type.getValues(), (value) => keeps.value(name, value.name));
    else if (isUnionType(type)) put(draft, name, type.getTypes(), () => true);
    else if (isInputObjectType(type)) put(draft, name, fieldsOf(type), (field) => keeps.input(name, field));
    else if (isObjectType(type) || isInterfaceType(type)) {
      put(draft, name, fieldsOf(type), (field) => keeps.field(name, field.name));
      for (const field of fieldsOf(type))
        put(draft, `${name}.${field.name}`, field.args, (argument) => keeps.argument(name, field.name, argument));
    }
  }
  return draft;
};

const put = <T extends { readonly name: string }>(
  { parts }: Draft,
  place: string,
  all: readonly T[],
  stays: (part: T) => boolean,
): void => {
  parts.set(place, new Set(all.filter(stays).map(({ name }) => name)));
};

type Fielded = GraphQLObjectType | GraphQLInterfaceType;
type Field = GraphQLField<unknown, unknown>;

function fieldsOf(type: GraphQLInputObjectType): readonly GraphQLInputField[];
function fieldsOf(type: Fielded): readonly Field[];
function fieldsOf(type: Fielded | GraphQLInputObjectType): readonly (Field | GraphQLInputField)[] {
  return Object.values(type.getFields());
}

/**
 * Takes out what cannot stand any more, until nothing has gone that something else leans on. Interfaces come last each time:
 * a type that goes anyway takes nothing from those that it implements.
 */
const settle = (schema: GraphQLSchema, draft: Draft): void => {
  let hasChanged = true;
  const drop: Drop = (place, name) => {
    if (place?.delete(name) === true) hasChanged = true;
  };
  while (hasChanged) {
    hasChanged = false;
    for (const type of typesOf(schema)) dropFallen(draft, type, drop);
    if (hasChanged) continue;
    for (const type of typesOf(schema))
      if (isInterfaceType(type) && draft.types.has(type.name)) dropUnmet(schema, draft, type, drop);
  }
};

const dropFallen = (draft: Draft, type: GraphQLNamedType, drop: Drop): void => {
  const parts = draft.parts.get(type.name);
  if (!draft.types.has(type.name) || parts === undefined) return;
  for (const name of parts) if (!stands(draft, type, name, drop)) drop(parts, name);
  if (parts.size === 0 || (isInputObjectType(type) && lacksRequired(type, parts))) drop(draft.types, type.name);
};

type Drop = (place: Set<string> | undefined, name: string) => void;

/** Whether a part of a type can stay, given the types that are left. Arguments of a field that cannot are taken out. */
const stands = ({ types, parts }: Draft, type: GraphQLNamedType, name: string, drop: Drop): boolean => {
  const isLeft = (used: GraphQLInputType | Field['type']) => types.has(getNamedType(used).name);
  if (isUnionType(type)) return types.has(name);
  if (isInputObjectType(type)) {
    const field = type.getFields()[name] as GraphQLInputField;
    return isLeft(field.type) && isDefaultLeft(parts, field.type, field.defaultValue);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return true;
  const field = type.getFields()[name] as Field;
  const given = parts.get(`${type.name}.${name}`);
  for (const argument of field.args)
    if (!isLeft(argument.type) || !isDefaultLeft(parts, argument.type, argument.defaultValue))
      drop(given, argument.name);
  return (
    isLeft(field.type) && field.args.every((argument) => !isRequiredArgument(argument) || given?.has(argument.name))
  );
};

const lacksRequired = (type: GraphQLInputObjectType, left: ReadonlySet<string>): boolean =>
  fieldsOf(type).some((field) => isRequiredInputField(field) && !left.has(field.name));

/** Of an interface stays what every type has that implements it and is left (GraphQL section 3.7). */
const dropUnmet = (schema: GraphQLSchema, draft: Draft, type: GraphQLInterfaceType, drop: Drop): void => {
  const { objects, interfaces } = schema.getImplementations(type);
  const isLeft = ({ name }: Fielded) => draft.types.has(name);
  if (!objects.some(isLeft)) {
    drop(draft.types, type.name);
    return;
  }
  for (const implementer of [...objects, ...interfaces].filter(isLeft))
    for (const { name, args } of fieldsOf(type)) {
      if (draft.parts.get(implementer.name)?.has(name) !== true) drop(draft.parts.get(type.name), name);
      const theirs = draft.parts.get(`${implementer.name}.${name}`);
      for (const argument of args)
        if (theirs?.has(argument.name) !== true) drop(draft.parts.get(`${type.name}.${name}`), argument.name);
    }
};

/** Whether a default holds nothing that has gone: introspection would show it. */
const isDefaultLeft = (parts: Left['parts'], type: GraphQLInputType, value: unknown): boolean => {
  if (value === undefined || value === null) return true;
  if (isNonNullType(type)) return isDefaultLeft(parts, type.ofType, value);
  if (isListType(type)) return [value].flat().every((item) => isDefaultLeft(parts, type.ofType, item));
  if (isEnumType(type)) return valueNames(type, value).every((name) => parts.get(type.name)?.has(name));
  if (!isInputObjectType(type)) return true;
  return Object.entries(value).every(([name, inner]) => {
    const field = type.getFields()[name];
    return field !== undefined && parts.get(type.name)?.has(name) === true && isDefaultLeft(parts, field.type, inner);
  });
};

const valueNames = (type: GraphQLEnumType, value: unknown): readonly string[] =>
  type.getValues().flatMap((one) => (one.value === value ? [one.name] : []));

const isWhole = (schema: GraphQLSchema, { types, parts }: Left): boolean =>
  typesOf(schema).every((type) => {
    const count = parts.get(type.name)?.size;
    if (!types.has(type.name)) return false;
    if (isEnumType(type)) return type.getValues().length === count;
    if (isUnionType(type)) return type.getTypes().length === count;
    if (isInputObjectType(type)) return fieldsOf(type).length === count;
    if (!isObjectType(type) && !isInterfaceType(type)) return true;
    return (
      fieldsOf(type).length === count &&
      fieldsOf(type).every(({ name, args }) => parts.get(`${type.name}.${name}`)?.size === args.length)
    );
  });
