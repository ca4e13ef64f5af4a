import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Requirements } from '../../policies/access/requirement-table.ts';
import { shownMaskOf, visibleSchema } from '../../policies/access/visible-schema.ts';
import type { Generation } from './generation.ts';

/** What introspection shows of a schema to whom; kept for callers who meet the same requirements. */
export const shownSchemas = (schema: GraphQLSchema, requirements: Requirements): Generation['shownTo'] => {
  const shown = new LRUCache<string, GraphQLSchema>({ max: MOST_SHOWN });
  return (caller) => {
    const mask = shownMaskOf(requirements, caller);
    const known = shown.get(mask) ?? visibleSchema(schema, requirements, mask);
    shown.set(mask, known);
    return known;
  };
};

/** Callers differ in their roles, which are few; a schema takes about a megabyte. */
const MOST_SHOWN = 32;
