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
import { encodeId } from '../../platform/ids.ts';
import type { Asker, Graph } from './graph.ts';
import { nodeOf } from './walk-schema.ts';

type Field = GraphQLField<unknown, unknown>;

/** A field of a row, as it was answered. */
export type Row = Readonly<Record<string, unknown>>;

/** A root field that answers rows: a page of them, or all of them at once. */
export interface RowList {
  readonly name: string;
  readonly field: Field;
  readonly row: GraphQLObjectType;
  readonly isPaged: boolean;
}

/** The root fields of a schema: those that list rows, those that look one up, and the rest. */
export const rootFields = (schema: GraphQLSchema) => {
  const all = Object.values(schema.getQueryType()?.getFields() ?? {});
  const lists = all.flatMap((field): readonly RowList[] => {
    const list = listOf(field);
    return list === null ? [] : [list];
  });
  const listed = new Set(lists.map(({ field }) => field));
  const rest = all.filter((field) => !listed.has(field));
  const isLookUp = ({ args }: Field) =>
    args
      .filter(isRequiredArgument)
      .map(({ name }) => name)
      .join() === 'id';
  return { lists, lookUps: rest.filter(isLookUp), others: rest.filter((field) => !isLookUp(field)) };
};

/** A field that lists rows, as such; null for one that does not. */
export const listOf = (field: Field): RowList | null => {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return null;
  const { name } = field;
  if (type.name.endsWith('Connection')) return { name, field, row: nodeOf(type), isPaged: true };
  const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
  return isList ? { name, field, row: type, isPaged: false } : null;
};

/** What tells rows of a type apart, and whose they are. */
export const rowSelection = (type: GraphQLObjectType, more = ''): string => {
  const fields = type.getFields();
  const facility = getNamedType(fields['facility']?.type)?.toString() === 'Facility' ? 'facility { code }' : '';
  return `{ __typename ${'id' in fields ? 'id' : leavesOf(type)} ${facility} ${more} }`;
};

const leavesOf = (type: GraphQLObjectType): string =>
  Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)) && !field.args.some(isRequiredArgument))
    .map(({ name }) => name)
    .join(' ');

export const keyOf = (row: Row): string => (typeof row['id'] === 'string' ? row['id'] : JSON.stringify(row));

/** Rows, and how many the owner counts. */
export interface RowSet {
  readonly rows: ReadonlyMap<string, Row>;
  readonly total: number | null;
}

const PAGE = 200;

export interface Reading {
  /** What is given for arguments that want one. */
  readonly facility: string;
  /** What is asked for of each row besides. */
  readonly more?: string | undefined;
  /** The most that are read. */
  readonly pages?: number;
}

/** Every row of a list that a caller sees, page after page. */
export const readRows = async (
  graph: Graph,
  list: RowList,
  asker: Asker,
  { facility, more = '', pages = Number.POSITIVE_INFINITY }: Reading,
): Promise<RowSet> => {
  const rows = new Map<string, Row>();
  const selection = rowSelection(list.row, more);
  const args = requiredArgs(list.field, facility);
  const ask = async (query: string) => {
    const { data, errors } = await graph.ask(query, asker);
    if (errors.length > 0) throw new Error(`${list.name}: ${JSON.stringify(errors)}`);
    return data?.[list.name];
  };
  if (!list.isPaged) {
    const all = (await ask(`{ ${called(list.name, args)} ${selection} }`)) as readonly Row[] | null;
    for (const row of all ?? []) rows.set(keyOf(row), row);
    return { rows, total: null };
  }
  let total: number | null = null;
  let after: string | null = null;
  let read = 0;
  do {
    const paged = [...args, `first: ${PAGE}`, ...(after === null ? [] : [`after: ${JSON.stringify(after)}`])];
    const counted = after === null ? 'totalCount' : '';
    const page = (await ask(
      `{ ${called(list.name, paged)} { ${counted} nodes ${selection} pageInfo { hasNextPage endCursor } } }`,
    )) as Page | null;
    if (page === null) return { rows, total: 0 };
    total ??= page.totalCount ?? null;
    for (const row of page.nodes) rows.set(keyOf(row), row);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    read += 1;
  } while (after !== null && read < pages);
  return { rows, total };
};

interface Page {
  readonly totalCount?: number;
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

/** `name(a: 1)` */
export const called = (name: string, args: readonly string[]): string =>
  args.length === 0 ? name : `${name}(${args.join(', ')})`;

/** Values for the arguments that have to be given. @throws for one that nothing is known of */
export const requiredArgs = ({ name, args }: Field, facility: string): readonly string[] => {
  const id = JSON.stringify(encodeId('Facility', facility));
  const known: Readonly<Record<string, string>> = {
    facility: id,
    id,
    type: '"Facility"',
    of: 'PATIENT',
    system: '"hr"',
    kind: '"facilityCode"',
    value: JSON.stringify(facility),
    from: '"2026-01-01"',
    to: '"2026-11-01"',
  };
  return args.filter(isRequiredArgument).map((argument) => {
    const value = known[argument.name];
    if (value === undefined) throw new Error(`no value for ${name}(${argument.name})`);
    return `${argument.name}: ${value}`;
  });
};
