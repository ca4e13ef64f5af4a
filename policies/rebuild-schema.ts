import {
  type GraphQLArgument,
  GraphQLDirective,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isScalarType,
  isSpecifiedDirective,
} from 'graphql';
import type { Left } from './narrow-schema.ts';

/** A schema of what is left of another. Resolvers go along; syntax trees do not, since they name what has gone. */
export const rebuildSchema = (schema: GraphQLSchema, left: Left): GraphQLSchema => {
  const made = new Map<string, GraphQLNamedType>();
  const named = <T extends GraphQLNamedType>({ name }: T): T => made.get(name) as T;
  const same = <T extends GraphQLType>(type: T): T => {
    if (isNonNullType(type)) return new GraphQLNonNull(same(type.ofType as never)) as unknown as T;
    if (isListType(type)) return new GraphQLList(same(type.ofType)) as unknown as T;
    return named(type as GraphQLNamedType) as T;
  };
  const rebuild: Rebuild = { left, named, same };
  for (const type of Object.values(schema.getTypeMap()))
    if (left.types.has(type.name)) made.set(type.name, rebuilt(rebuild, type));
  const root = (type: GraphQLObjectType | null | undefined) =>
    type != null && left.types.has(type.name) ? named(type) : null;
  return new GraphQLSchema({
    description: schema.description,
    query: root(schema.getQueryType()),
    mutation: root(schema.getMutationType()),
    subscription: root(schema.getSubscriptionType()),
    types: [...made.values()],
    directives: schema.getDirectives().flatMap((directive) => rebuiltDirective(rebuild, directive) ?? []),
    // It is, by construction; tests look.
    assumeValid: true,
  });
};

interface Rebuild {
  readonly left: Left;
  /** The type of that name in the schema that is made. Asked for once all are there. */
  readonly named: <T extends GraphQLNamedType>(type: T) => T;
  readonly same: <T extends GraphQLType>(type: T) => T;
}

const BARE = { astNode: undefined, extensionASTNodes: [] };

const rebuilt = (rebuild: Rebuild, type: GraphQLNamedType): GraphQLNamedType => {
  if (isScalarType(type)) return type;
  const { left, named, same } = rebuild;
  const kept = <T>(parts: Readonly<Record<string, T>>): [string, T][] =>
    Object.entries(parts).filter(([name]) => left.parts.get(type.name)?.has(name));
  if (type instanceof GraphQLEnumType) {
    const { values, ...config } = type.toConfig();
    const shown = kept(values).map(([name, value]) => [name, { ...value, astNode: undefined }]);
    return new GraphQLEnumType({ ...config, ...BARE, values: Object.fromEntries(shown) });
  }
  if (type instanceof GraphQLInputObjectType) {
    const config = type.toConfig();
    const fields = () =>
      kept(config.fields).map(([name, field]) => [name, { ...field, ...BARE, type: same(field.type) }]);
    return new GraphQLInputObjectType({ ...config, ...BARE, fields: () => Object.fromEntries(fields()) });
  }
  if (type instanceof GraphQLUnionType) {
    const members = () => type.getTypes().filter(({ name }) => left.types.has(name));
    return new GraphQLUnionType({ ...type.toConfig(), ...BARE, types: () => members().map(named) });
  }
  const interfaces = () =>
    type
      .getInterfaces()
      .filter(({ name }) => left.types.has(name))
      .map(named);
  const fields = () => fieldsOf(rebuild, type);
  return isInterfaceType(type)
    ? new GraphQLInterfaceType({ ...type.toConfig(), ...BARE, interfaces, fields })
    : new GraphQLObjectType({ ...type.toConfig(), ...BARE, interfaces, fields });
};

const fieldsOf = (
  { left, same }: Rebuild,
  type: GraphQLObjectType | GraphQLInterfaceType,
): GraphQLFieldConfigMap<unknown, unknown> => {
  const fields = Object.entries(type.toConfig().fields).flatMap(([name, field]) => {
    if (left.parts.get(type.name)?.has(name) !== true) return [];
    const given = left.parts.get(`${type.name}.${name}`);
    const args = Object.entries(field.args ?? {}).flatMap(([argument, config]) =>
      given?.has(argument) === true ? [[argument, { ...config, astNode: undefined, type: same(config.type) }]] : [],
    );
    const type_ = same(field.type);
    return [[name, { ...field, astNode: undefined, type: type_, args: Object.fromEntries(args) }]];
  });
  return Object.fromEntries(fields) as GraphQLFieldConfigMap<unknown, unknown>;
};

/** Without the arguments whose types have gone; none at all where it cannot be used without them. */
const rebuiltDirective = ({ left, same }: Rebuild, directive: GraphQLDirective): GraphQLDirective | undefined => {
  if (isSpecifiedDirective(directive)) return directive;
  const isLeft = ({ type }: GraphQLArgument) => left.types.has(getNamedType(type).name);
  if (directive.args.some((argument) => isRequiredArgument(argument) && !isLeft(argument))) return undefined;
  const config = directive.toConfig();
  const names = new Set(directive.args.filter(isLeft).map(({ name }) => name));
  const args = Object.entries(config.args).flatMap(([name, argument]) =>
    names.has(name) ? [[name, { ...argument, astNode: undefined, type: same(argument.type) }]] : [],
  );
  return new GraphQLDirective({
    ...config,
    astNode: undefined,
    args: Object.fromEntries(args) as GraphQLFieldConfigArgumentMap,
  });
};
