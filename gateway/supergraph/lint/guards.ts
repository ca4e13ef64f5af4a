import type { DocumentNode, FieldDefinitionNode } from 'graphql';
import type { CatalogueEntry } from '../../../policies/catalogue.ts';
import { type FieldedType, fieldedTypes, isMarked, namedType } from '../../../policies/supergraph-text.ts';

/**
 * Nobody gets at a field without being known, and at what is more than everyday business without a scope or a rule: its own,
 * that of its type, or that of what it returns. Parts of values are reached through the field that holds the value.
 */
export const lintGuards = (document: DocumentNode, catalogue: readonly CatalogueEntry[]): readonly string[] => {
  const types = new Map(fieldedTypes(document).map((type) => [type.name.value, type]));
  const guards = new Map(
    [...types.values()].flatMap((type) =>
      (type.fields ?? []).map((field) => [`${type.name.value}.${field.name.value}`, guardOf(type, field, types)]),
    ),
  );
  return catalogue.flatMap(({ coordinate, type, classes }) => {
    const parent = types.get(type);
    if (parent !== undefined && isMarked(parent, 'valueType')) return [];
    const guard = guards.get(coordinate) ?? 'none';
    if (guard === 'none') return [`${coordinate}: is not guarded (@requiresScopes, @policy or @authenticated)`];
    const isEveryday = classes.every((one) => EVERYDAY.has(one));
    return guard === 'known' && !isEveryday
      ? [`${coordinate}: is ${classes.join()}, and everybody may see it who has a token (@requiresScopes or @policy)`]
      : [];
  });
};

const EVERYDAY: ReadonlySet<string> = new Set(['PUBLIC', 'INTERNAL']);

type Guard = 'none' | 'known' | 'granted';

const guardOf = (type: FieldedType, field: FieldDefinitionNode, types: ReadonlyMap<string, FieldedType>): Guard => {
  const returned = types.get(namedType(field.type));
  const nodes = [field, type, ...(returned === undefined ? [] : [returned])];
  if (nodes.some((node) => isMarked(node, 'requiresScopes') || isMarked(node, 'policy'))) return 'granted';
  return nodes.some((node) => isMarked(node, 'authenticated')) ? 'known' : 'none';
};
