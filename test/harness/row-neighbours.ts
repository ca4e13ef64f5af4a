import {
  getNamedType,
  getNullableType,
  type GraphQLField,
  type GraphQLObjectType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import { called, listOf, requiredArgs, type Row } from './row-sets.ts';

type Field = GraphQLField<unknown, unknown>;

/** Something that a row leads to: other rows, one other row, or what it is at each facility. */
export interface Neighbour {
  readonly name: string;
  readonly kind: 'list' | 'link' | 'per-facility';
  /** The type at the other end. */
  readonly type: GraphQLObjectType;
  readonly selection: string;
}

/** How many rows of a list below a row are asked for: as many as a page may have. */
const PAGE = 200;

/** What rows of a type lead to, one step from them. */
export const neighboursOf = (type: GraphQLObjectType, facility: string): readonly Neighbour[] =>
  Object.values(type.getFields()).flatMap((field) => neighbourAt(field, facility) ?? []);

const neighbourAt = (field: Field, facility: string): Neighbour | null => {
  const { name } = field;
  const list = listOf(field);
  const args = requiredArgs(field, facility);
  const type = list?.row ?? getNamedType(field.type);
  if (!isObjectType(type)) return null;
  if (list === null) {
    const isRow = 'id' in type.getFields() && !isListType(getNullableType(field.type));
    return isRow ? { name, kind: 'link', type, selection: `${called(name, args)} { __typename id }` } : null;
  }
  if (list.isPaged) {
    const paged = called(name, [...args, `first: ${PAGE}`]);
    const selection = `${paged} { totalCount nodes { __typename id } pageInfo { hasNextPage } }`;
    return { name, kind: 'list', type, selection };
  }
  const parts = Object.values(type.getFields()).map((part) => partOf(part));
  return 'facility' in type.getFields()
    ? { name, kind: 'per-facility', type, selection: `${called(name, args)} { ${parts.join(' ')} }` }
    : null;
};

/** A value, with what it is made of. */
const partOf = ({ name, type }: Field): string => {
  const inner = getNamedType(type);
  if (!isObjectType(inner)) return name;
  if (inner.name === 'Facility') return `${name} { code }`;
  if ('id' in inner.getFields()) return `${name} { id }`;
  const leaves = Object.values(inner.getFields()).filter((leaf) => isLeafType(getNamedType(leaf.type)));
  return `${name} { ${leaves.map((leaf) => leaf.name).join(' ')} }`;
};

/** Ids of the rows that a row leads to; null where there are more than were asked for. */
export const idsAt = (row: Row, { name, kind }: Neighbour): readonly string[] | null => {
  const value = row[name] as Readonly<Record<string, unknown>> | null;
  if (value === null) return [];
  if (kind === 'link') return [value['id'] as string];
  const { nodes, pageInfo } = value as unknown as Page;
  return pageInfo.hasNextPage ? null : nodes.map(({ id }) => id);
};

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}
