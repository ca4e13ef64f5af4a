import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  getNamedType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { createGeneration } from '../../gateway/supergraph/generation.ts';
import { ROOT } from '../../platform/root.ts';

/** The API schema of the product, as clients see it. */
export const apiSchema = (): GraphQLSchema =>
  createGeneration(readFileSync(join(ROOT, 'gateway', 'supergraph', 'supergraph.graphql'), 'utf8')).schema;

export interface RootList {
  readonly name: string;
  readonly field: GraphQLField<unknown, unknown>;
  /** The type of its rows. */
  readonly node: GraphQLObjectType;
}

/** Root fields that are connections. */
export const rootLists = (schema: GraphQLSchema): readonly RootList[] =>
  Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
    const type = getNamedType(field.type);
    if (!isObjectType(type) || !type.name.endsWith('Connection')) return [];
    return [{ name: field.name, field, node: nodeOf(type) }];
  });

/** The type of the rows of a connection. */
export const nodeOf = (connection: GraphQLObjectType): GraphQLObjectType =>
  getNamedType(connection.getFields()['nodes']?.type) as GraphQLObjectType;

/** Every field of a type, nested ones to the given depth; of a connection, its first rows. */
export const selectAll = (type: GraphQLObjectType, depth: number, first = 2): string => {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    const called = `${field.name}${neededArgs(field)}`;
    if (isLeafType(inner)) return [called];
    if (!isObjectType(inner) || depth === 0) return [];
    // Everything hangs on a facility: of each one all of it would be most of the query.
    if (inner.name === 'Facility') return [`${called} { id code name }`];
    if (!inner.name.endsWith('Connection')) return [`${called} ${selectAll(inner, depth - 1, first)}`];
    return [`${field.name}(first: ${first}) { totalCount nodes ${selectAll(nodeOf(inner), depth - 1, first)} }`];
  });
  return fields.length === 0 ? '{ __typename }' : `{ ${fields.join(' ')} }`;
};

/** Arguments that a field cannot be asked for without. */
export const neededArgs = ({ args }: GraphQLField<unknown, unknown>): string => {
  const needed = args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${NEEDED[getNamedType(type).name]}`);
  return needed.length === 0 ? '' : `(${needed.join(', ')})`;
};

const NEEDED: Readonly<Record<string, string>> = { Date: '"2026-01-01"' };

/** One filter per key of the list's filter input, each a literal that matches plausible rows or none. */
export const filtersOf = ({ field }: RootList): readonly { readonly key: string; readonly literal: string }[] => {
  const filter = getNamedType(field.args.find(({ name }) => name === 'filter')?.type);
  if (!isInputObjectType(filter)) return [];
  return Object.values(filter.getFields()).map(({ name, type }) => {
    const unwrapped = isNonNullType(type) ? type.ofType : type;
    if (isListType(unwrapped)) return { key: name, literal: `[${enumValues(getNamedType(unwrapped)).join(' ')}]` };
    if (isInputObjectType(unwrapped)) return { key: name, literal: SAMPLES[unwrapped.name] ?? empty(unwrapped) };
    return { key: name, literal: 'true' };
  });
};

/** Values of the list's order enum. */
export const ordersOf = ({ field }: RootList): readonly string[] => {
  const order = getNamedType(field.args.find(({ name }) => name === 'orderBy')?.type);
  return isInputObjectType(order) ? enumValues(getNamedType(order.getFields()['field']?.type)) : [];
};

const enumValues = (type: unknown): readonly string[] =>
  isEnumType(type) ? type.getValues().map(({ name }) => name) : [];

const empty = (type: GraphQLInputObjectType): string => {
  throw new Error(`no sample for ${type.name}`);
};

/** One literal per filter input, with every operator it has. */
const SAMPLES: Readonly<Record<string, string>> = {
  IdFilter: '{ in: ["bm90IGFuIGlk", "UHVyY2hhc2VPcmRlcjox"] }',
  TextFilter: '{ in: ["a", "b"], contains: "a_%\\\\", startsWith: "a" }',
  CodeFilter: '{ eq: "A-1", in: ["A-1", "B|2,3"] }',
  DateFilter: '{ from: "2020-01-01", to: "2040-12-31" }',
  DateTimeFilter: '{ from: "2020-01-01T00:00:00Z", before: "2040-12-31T23:59:59+02:00" }',
  DecimalFilter: '{ gte: "-1000000", lte: "1000000.5" }',
};
