import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';
import type { Left } from './narrow-schema.ts';

/**
 * Of the types that are left, those that a client can come by: from the root types and from directives, by fields,
 * arguments, members and implementers. The scalars of the specification are always there.
 */
export const reachableTypes = (schema: GraphQLSchema, left: Left): ReadonlySet<string> => {
  const found = new Set<string>();
  const open: GraphQLNamedType[] = [];
  const add = (type: GraphQLNamedType | null | undefined): void => {
    if (type == null || found.has(type.name) || !left.types.has(type.name)) return;
    found.add(type.name);
    open.push(type);
  };
  add(schema.getQueryType());
  add(schema.getMutationType());
  add(schema.getSubscriptionType());
  for (const { args } of schema.getDirectives()) for (const { type } of args) add(getNamedType(type));
  for (const type of Object.values(schema.getTypeMap()))
    if (isScalarType(type) && isSpecifiedScalarType(type)) add(type);
  for (let type = open.pop(); type !== undefined; type = open.pop())
    for (const next of below(schema, left, type)) add(next);
  return found;
};

const below = (schema: GraphQLSchema, { parts }: Left, type: GraphQLNamedType): readonly GraphQLNamedType[] => {
  const names = parts.get(type.name);
  if (isUnionType(type)) return type.getTypes().filter(({ name }) => names?.has(name));
  if (isInputObjectType(type))
    return Object.values(type.getFields()).flatMap((field) =>
      names?.has(field.name) === true ? [getNamedType(field.type)] : [],
    );
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const fields = Object.values(type.getFields()).filter(({ name }) => names?.has(name));
  return [
    ...type.getInterfaces(),
    ...(isInterfaceType(type) ? schema.getPossibleTypes(type) : []),
    ...fields.flatMap((field) => [
      getNamedType(field.type),
      ...field.args.flatMap((argument) =>
        parts.get(`${type.name}.${field.name}`)?.has(argument.name) === true ? [getNamedType(argument.type)] : [],
      ),
    ]),
  ];
};
