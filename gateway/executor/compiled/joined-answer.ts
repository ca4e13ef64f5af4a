import type { GraphQLFormattedError } from 'graphql';
import type { SubgraphAnswer } from '../../../platform/subgraph.ts';
import { aliasOf, groupOf } from './aliased-query.ts';

/**
 * The answer to an aliased query as one to a query for all entities at once: they are in one list, and errors are told
 * at their places in it. Without the list where a group does not have its number of entities.
 */
export const joined = ({ data, errors }: SubgraphAnswer, sizes: readonly number[]): SubgraphAnswer => {
  const lists = sizes.map((size, group) => {
    const list = data?.[aliasOf(group)];
    return Array.isArray(list) && list.length === size ? (list as readonly unknown[]) : undefined;
  });
  return {
    ...(data && { data: lists.every((list) => list !== undefined) ? { _entities: lists.flat() } : {} }),
    ...(errors && { errors: errors.map((error) => atItsPlace(error, sizes)) }),
  };
};

const atItsPlace = (error: GraphQLFormattedError, sizes: readonly number[]): GraphQLFormattedError => {
  const [key, slot, ...rest] = Array.isArray(error.path) ? error.path : [];
  const group = typeof key === 'string' ? groupOf(key) : undefined;
  if (group === undefined) return error;
  const isEntity = typeof slot === 'number' && slot >= 0 && slot < (sizes[group] ?? 0);
  return { ...error, path: isEntity ? ['_entities', placeOf(sizes, group) + slot, ...rest] : ['_entities'] };
};

/** Entities of the groups before. */
const placeOf = (sizes: readonly number[], group: number): number =>
  sizes.slice(0, group).reduce((sum, size) => sum + size, 0);
