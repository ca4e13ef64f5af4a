import {
  getNamedType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { readCatalogue } from '../../policies/catalogue.ts';
import { subgraphs } from '../../subgraphs/index.ts';
import type { OwnerName } from '../../subgraphs/owners.ts';
import { supergraphText } from './test-owners.ts';
import { nodeOf } from './walk-schema.ts';

type Field = GraphQLField<unknown, unknown>;

/** Who is behind the fields of the graph. */
export interface Provenance {
  /** Names of the subgraphs that can answer a field. */
  subgraphsOf(type: string, field: string): readonly string[];
  /** The systems that these subgraphs read. */
  ownersOf(type: string, field: string): ReadonlySet<OwnerName>;
}

/** From the supergraph and the connectors. */
export const provenance = (): Provenance => {
  const entries = new Map(readCatalogue(supergraphText()).map((entry) => [entry.coordinate, entry.subgraphs]));
  const owners = new Map(subgraphs.map(({ name, connector }) => [name, connector.owners]));
  const subgraphsOf = (type: string, field: string) => entries.get(`${type}.${field}`) ?? [];
  return {
    subgraphsOf,
    ownersOf: (type, field) => new Set(subgraphsOf(type, field).flatMap((name) => owners.get(name) ?? [])),
  };
};

/**
 * One query that asks every subgraph for all it can be asked for without arguments: the first rows of each list at the
 * root, and of what lies below them whatever another subgraph has to answer.
 */
export const broadQuery = (schema: GraphQLSchema, { subgraphsOf }: Provenance): string => {
  const select = (field: Field, from: readonly string[], depth: number): string => {
    const named = getNamedType(field.type) as GraphQLObjectType;
    const isConnection = named.name.endsWith('Connection');
    const row = isConnection ? nodeOf(named) : named;
    const inner = [
      ...leavesOf(row),
      ...(depth === 0 ? [] : joinsOf(row, from).map((join) => select(join, from, depth - 1))),
    ];
    const first = field.args.some(({ name }) => name === 'first') ? '(first: 2)' : '';
    const body = `{ __typename ${inner.join(' ')} }`;
    return `${field.name}${first} ${isConnection ? `{ nodes ${body} }` : body}`;
  };
  /** Whether somebody else than the subgraphs that gave the row is needed for a field, or for what it holds. */
  const joinsOf = (type: GraphQLObjectType, from: readonly string[]): readonly Field[] =>
    Object.values(type.getFields()).filter((field) => {
      const named = getNamedType(field.type);
      if (!isObjectType(named) || field.args.some(isRequiredArgument)) return false;
      // A contract may have the number of rows and not the rows.
      if (named.name.endsWith('Connection') && named.getFields()['nodes'] === undefined) return false;
      const row = named.name.endsWith('Connection') ? nodeOf(named) : named;
      const isForeign = (name: string, at: string) => !subgraphsOf(name, at).some((each) => from.includes(each));
      // What several can answer is no reason: it would be asked of whoever is near.
      const isElsewhere = (leaf: string) => isForeign(row.name, leaf) && subgraphsOf(row.name, leaf).length === 1;
      return isForeign(type.name, field.name) || leavesOf(row).some(isElsewhere);
    });
  const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(
    (field) => isObjectType(getNamedType(field.type)) && !field.args.some(isRequiredArgument),
  );
  return `{ ${roots.map((field) => select(field, subgraphsOf('Query', field.name), 1)).join(' ')} }`;
};

const leavesOf = (type: GraphQLObjectType): readonly string[] =>
  Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument))
    .map(({ name }) => name);

/** A place where two answers to one query differ. */
export interface Difference {
  /** Names of fields only. */
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
  /** Owners that may be behind the field or what was selected below it. */
  readonly owners: ReadonlySet<OwnerName>;
}

type Json = Readonly<Record<string, unknown>>;

/** Where an answer is another than an earlier one: the outermost places that are not alike. */
export const differences = (
  schema: GraphQLSchema,
  from: Provenance,
  before: unknown,
  after: unknown,
): readonly Difference[] => {
  const atField = (
    type: GraphQLObjectType,
    name: string,
    path: readonly string[],
    a: unknown,
    b: unknown,
  ): readonly Difference[] => {
    if (JSON.stringify(a) === JSON.stringify(b)) return [];
    const at = [...path, name];
    const named = getNamedType(type.getFields()[name]?.type);
    if (isObjectType(named)) {
      if (Array.isArray(a) && Array.isArray(b) && a.length === b.length)
        return a.flatMap((each, index) => atValue(named, at, each, b[index], behind(type.name, name, a)));
      if (isRecord(a) && isRecord(b)) return atValue(named, at, a, b, new Set());
    }
    return [{ path: at, before: a, after: b, owners: behind(type.name, name, a) }];
  };
  const atValue = (
    type: GraphQLObjectType,
    path: readonly string[],
    a: unknown,
    b: unknown,
    owners: ReadonlySet<OwnerName>,
  ): readonly Difference[] => {
    if (!isRecord(a) || !isRecord(b)) return a === b ? [] : [{ path, before: a, after: b, owners }];
    return Object.keys(a)
      .filter((name) => name !== '__typename')
      .flatMap((name) => atField(type, name, path, a[name], b[name]));
  };
  /** A value that cannot be null takes its object with it, so what is below a field counts too. */
  const behind = (type: string, field: string, value: unknown): ReadonlySet<OwnerName> =>
    new Set([...from.ownersOf(type, field), ...below(value)]);
  const below = (value: unknown): readonly OwnerName[] => {
    if (Array.isArray(value)) return value.flatMap(below);
    if (!isRecord(value)) return [];
    const type = value['__typename'];
    return Object.entries(value).flatMap(([name, inner]) => [
      ...(typeof type === 'string' ? from.ownersOf(type, name) : []),
      ...below(inner),
    ]);
  };
  const query = schema.getQueryType();
  return query === null || query === undefined ? [] : atValue(query, [], before, after, new Set());
};

const isRecord = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
