import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { nodeOf } from './walk-schema.ts';

type Field = GraphQLField<unknown, unknown>;

/** One list of the graph, asked for with some of what lies below its rows. */
export interface ListQuery {
  /** The list at the root, `catalogue.fields` where that is inside of something. */
  readonly list: string;
  /** `purchaseOrders`, or `purchaseOrders.lines`: the list, and what of its rows is looked into. */
  readonly name: string;
  /** Takes `$outer` and `$inner`: how many rows of the list, and of each list inside; where there are any. */
  readonly query: string;
  /** Where the rows are in the answer: names of fields. */
  readonly path: readonly string[];
  /** What is selected of the deepest rows: the fields without any below, and each other field with those below it. */
  readonly parts: readonly string[];
  /** The same query with other parts. */
  only(parts: readonly string[]): string;
}

/** Values for arguments that have to be given, by argument. */
export type Given = Readonly<Record<string, string>>;

/**
 * Two queries for every list at the root, whatever it is called: one with everything its rows have, one level deep, and
 * for each object in a row, one with everything that object's rows have.
 *
 * @throws for an argument that is required and has no value
 */
export const listQueries = (schema: GraphQLSchema, given: Given): readonly ListQuery[] => {
  const roots = Object.values(schema.getQueryType()?.getFields() ?? {});
  return roots.flatMap((field) => {
    const type = getNamedType(field.type);
    if (!isObjectType(type)) return [];
    if (isList(field)) return queriesOf([field], given);
    // What is looked up by id is a row of some list; what needs nothing holds lists of its own.
    if (field.args.some(isRequiredArgument)) return [];
    return Object.values(type.getFields())
      .filter(isList)
      .flatMap((inner) => queriesOf([field, inner], given));
  });
};

/** The rows of a list in an answer. */
export const rowsOf = (data: unknown, path: readonly string[]): readonly unknown[] => {
  const found = path.reduce<unknown>((at, name) => (at as Record<string, unknown> | null | undefined)?.[name], data);
  const rows = (found as { readonly nodes?: unknown } | null | undefined)?.nodes ?? found;
  return Array.isArray(rows) ? rows : [];
};

/** A connection, or a plain list of objects. */
const isList = (field: Field): boolean => {
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  const named = getNamedType(field.type);
  return isObjectType(named) && (isListType(type) || isConnection(named));
};

const isConnection = ({ name }: GraphQLObjectType): boolean => name.endsWith('Connection');

const rowOf = (field: Field): GraphQLObjectType => {
  const named = getNamedType(field.type) as GraphQLObjectType;
  return isConnection(named) ? nodeOf(named) : named;
};

const queriesOf = (path: readonly Field[], given: Given): readonly ListQuery[] => {
  const row = rowOf(path.at(-1) as Field);
  return [toQuery(path, [], given), ...objectsOf(row).map((field) => toQuery(path, [field], given))];
};

const toQuery = (path: readonly Field[], below: readonly Field[], given: Given): ListQuery => {
  const all = [...path, ...below];
  const last = all.at(-1) as Field;
  const row = rowOf(last);
  const parts = [
    leavesOf(row),
    ...objectsOf(row).map((field) => selected(field, leavesOf(rowOf(field)), '$inner', given)),
  ];
  const text = (some: readonly string[]): string => {
    const wrap = (inner: string, field: Field): string =>
      selected(field, inner, below.includes(field) ? '$inner' : '$outer', given);
    const body = all.reduceRight(wrap, some.join(' '));
    const sizes = ['$outer', '$inner'].filter((name) => body.includes(name)).map((name) => `${name}: Int`);
    return `query Walk${sizes.length === 0 ? '' : `(${sizes.join(', ')})`} { ${body} }`;
  };
  return {
    list: path.map(({ name }) => name).join('.'),
    name: all.map(({ name }) => name).join('.'),
    query: text(parts),
    path: path.map(({ name }) => name),
    parts,
    only: text,
  };
};

/** A field with some of what it holds; of a connection, `first` rows and how many there are. */
const selected = (field: Field, inner: string, first: string, given: Given): string => {
  const named = getNamedType(field.type) as GraphQLObjectType;
  const args = field.args.flatMap((argument) => {
    if (argument.name === 'first') return [`first: ${first}`];
    if (!isRequiredArgument(argument)) return [];
    const value = given[argument.name];
    if (value === undefined) throw new Error(`no value for ${field.name}(${argument.name})`);
    return [`${argument.name}: ${value}`];
  });
  const list = args.length === 0 ? '' : `(${args.join(', ')})`;
  const body = isConnection(named) ? `{ totalCount nodes { ${inner} } pageInfo { hasNextPage } }` : `{ ${inner} }`;
  return `${field.name}${list} ${body}`;
};

const leavesOf = (type: GraphQLObjectType): string =>
  Object.values(type.getFields())
    .filter(({ type: inner, args }) => isLeafType(getNamedType(inner)) && !args.some(isRequiredArgument))
    .map(({ name }) => name)
    .concat('__typename')
    .join(' ');

/** Fields of a row that hold objects. */
const objectsOf = (type: GraphQLObjectType): readonly Field[] =>
  Object.values(type.getFields()).filter((field) => isObjectType(getNamedType(field.type)));
