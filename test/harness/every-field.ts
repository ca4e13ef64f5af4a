import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import type { Given } from './list-queries.ts';

type Field = GraphQLField<unknown, unknown>;

/** A document that asks for every field of some types, and where in its answer each of them stands. */
export interface FieldsQuery {
  readonly query: string;
  readonly places: readonly FieldPlace[];
}

export interface FieldPlace {
  readonly coordinate: string;
  /** As the product tells paths: response keys, `@` for each list. */
  readonly path: readonly string[];
  /** The fields that lead there, outermost first, without its own. */
  readonly through: readonly { readonly coordinate: string; readonly path: readonly string[] }[];
}

/**
 * Asks for every field of every object type that queries reach, each type by the shortest way there, one row of each list.
 * Fields that hold objects are asked for their type name.
 *
 * @param given values for required arguments; what has one without a value is not asked for
 */
export const everyField = (schema: GraphQLSchema, given: Given, typesPerQuery = 12): readonly FieldsQuery[] => {
  const ways = [...waysToTypes(schema, given)];
  return Array.from({ length: Math.ceil(ways.length / typesPerQuery) }, (_, batch) => {
    const asked = ways
      .slice(batch * typesPerQuery, (batch + 1) * typesPerQuery)
      .map(([type, way], index) => askType(type, way, `t${index}`, given));
    return {
      query: `{ ${asked.map(({ selection }) => selection).join(' ')} }`,
      places: asked.flatMap(({ places }) => places),
    };
  });
};

/**
 * A document for each mutation, with every field of what it returns.
 *
 * @param inputs literals of the argument `input`, by mutation; one without is not asked for
 */
export const everyMutation = (schema: GraphQLSchema, inputs: Given): readonly FieldsQuery[] =>
  Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap((field): readonly FieldsQuery[] => {
    const payload = getNamedType(field.type);
    if (!(field.name in inputs) || !isObjectType(payload)) return [];
    const fields = Object.values(payload.getFields());
    const inner = fields.map(({ name, type }) => (isObjectType(getNamedType(type)) ? `${name} { __typename }` : name));
    const root = { coordinate: `Mutation.${field.name}`, path: [field.name] };
    const below = fields.map(({ name }) => ({
      coordinate: `${payload.name}.${name}`,
      path: [...root.path, ...indices(field.type), name],
      through: [root],
    }));
    const query = `mutation { ${field.name}(input: ${inputs[field.name]}) { ${inner.join(' ')} } }`;
    return [{ query, places: [{ ...root, through: [] }, ...below] }];
  });

interface Step {
  readonly parent: GraphQLObjectType;
  readonly field: Field;
}

/** Breadth first, so that each way is a shortest one. */
const waysToTypes = (schema: GraphQLSchema, given: Given): ReadonlyMap<GraphQLObjectType, readonly Step[]> => {
  const query = schema.getQueryType() as GraphQLObjectType;
  const ways = new Map<GraphQLObjectType, readonly Step[]>([[query, []]]);
  for (const [type, way] of ways)
    for (const field of Object.values(type.getFields())) {
      const next = getNamedType(field.type);
      if (isObjectType(next) && !ways.has(next) && canBeAsked(field, given))
        ways.set(next, [...way, { parent: type, field }]);
    }
  return ways;
};

const canBeAsked = ({ args }: Field, given: Given): boolean =>
  args.every(
    (argument) =>
      !isRequiredArgument(argument) || (argument.name in given && !isInputObjectType(getNamedType(argument.type))),
  );

const askType = (type: GraphQLObjectType, way: readonly Step[], alias: string, given: Given) => {
  const fields = Object.values(type.getFields()).filter((field) => canBeAsked(field, given));
  const keyOf = (field: Field, depth: number, index = 0) =>
    depth === 0 ? `${alias}${index === 0 ? '' : `x${index}`}` : field.name;
  const through: { coordinate: string; path: readonly string[] }[] = [];
  let around: readonly string[] = [];
  for (const [depth, { parent, field }] of way.entries()) {
    const path = [...around, keyOf(field, depth)];
    through.push({ coordinate: `${parent.name}.${field.name}`, path });
    around = [...path, ...indices(field.type)];
  }
  const places = fields.map((field, index) => ({
    coordinate: `${type.name}.${field.name}`,
    path: [...around, keyOf(field, way.length, index + 1)],
    through: [...through],
  }));
  const innermost = fields
    .map((field, index) => {
      const key = keyOf(field, way.length, index + 1);
      return `${key === field.name ? '' : `${key}: `}${called(field, given)}${isObjectType(getNamedType(field.type)) ? ' { __typename }' : ''}`;
    })
    .join(' ');
  const selection = way.reduceRight(
    (inner, { field }, depth) => `${depth === 0 ? `${alias}: ` : ''}${called(field, given)} { ${inner} }`,
    innermost,
  );
  return { selection, places };
};

const called = ({ name, args }: Field, given: Given): string => {
  const values = args.flatMap((argument) => {
    if (argument.name === 'first') return ['first: 1'];
    return isRequiredArgument(argument) ? [`${argument.name}: ${given[argument.name]}`] : [];
  });
  return values.length === 0 ? name : `${name}(${values.join(', ')})`;
};

/** One `@` per level of list. */
const indices = (type: GraphQLOutputType): readonly string[] => {
  if (isNonNullType(type)) return indices(type.ofType as GraphQLOutputType);
  return isListType(type) ? ['@', ...indices(type.ofType)] : [];
};
