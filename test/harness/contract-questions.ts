import { type GraphQLField, type GraphQLObjectType, getNamedType, isObjectType, isRequiredArgument } from 'graphql';

/** What arguments that have to be given are given, by type. */
export type Literals = Readonly<Record<string, string>>;

const LITERALS: Literals = { ID: '"x"', Date: '"2026-01-01"' };

/** The arguments that a field cannot be asked for without. */
export const given = ({ args }: GraphQLField<unknown, unknown>, literals: Literals = LITERALS): string => {
  const needed = args
    .filter(isRequiredArgument)
    .map(({ name, type }) => `${name}: ${literals[getNamedType(type).name]}`);
  return needed.length === 0 ? '' : `(${needed.join()})`;
};

/** A root field with everything of what it returns, down to a depth. */
export const questionOf = (
  field: GraphQLField<unknown, unknown>,
  depth: number,
  literals: Literals = LITERALS,
): string => {
  const type = getNamedType(field.type);
  return `{ ${field.name}${given(field, literals)} ${isObjectType(type) ? selectionIn(type, depth, literals) : ''} }`;
};

/** Of an edge it is no more than that there is a row, which stands in `nodes` as well. */
const selectionIn = (type: GraphQLObjectType, depth: number, literals: Literals): string => {
  if (type.name.endsWith('Edge')) return '{ cursor node { __typename } }';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    if (!isObjectType(inner)) return [`${field.name}${given(field, literals)}`];
    return depth === 0 ? [] : [`${field.name}${given(field, literals)} ${selectionIn(inner, depth - 1, literals)}`];
  });
  return `{ ${fields.join(' ') || '__typename'} }`;
};
