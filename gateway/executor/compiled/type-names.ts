import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/** Names a `__typename` may have for a type condition to hold: the type itself, and what implements or belongs to it. */
export const namesWithin = (schema: GraphQLSchema, condition: string): ReadonlySet<string> => {
  const known = NAMES.get(schema) ?? new Map<string, ReadonlySet<string>>();
  NAMES.set(schema, known);
  const names = known.get(condition) ?? findNames(schema, condition);
  known.set(condition, names);
  return names;
};

const NAMES = new WeakMap<GraphQLSchema, Map<string, ReadonlySet<string>>>();

const findNames = (schema: GraphQLSchema, condition: string): ReadonlySet<string> => {
  const type = schema.getType(condition);
  if (!isAbstractType(type)) return new Set([condition]);
  const { objects, interfaces } = isInterfaceType(type)
    ? schema.getImplementations(type)
    : { objects: type.getTypes(), interfaces: [] };
  return new Set([condition, ...objects.map(({ name }) => name), ...interfaces.map(({ name }) => name)]);
};

/** Whether the name is that of an object type; one of an interface says nothing of what an object is. */
export const isConcrete = (schema: GraphQLSchema, name: unknown): boolean =>
  typeof name === 'string' && isObjectType(schema.getType(name));
