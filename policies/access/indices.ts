import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql';

/** One `@` per level of list. */
export const indices = (type: GraphQLOutputType): string[] => {
  if (isNonNullType(type)) return indices(type.ofType as GraphQLOutputType);
  return isListType(type) ? ['@', ...indices(type.ofType)] : [];
};
