import type { ConstDirectiveNode, TypeDefinitionNode } from 'graphql';
import { argumentOf, isComposite, type SupergraphText, withTypes } from './supergraph-text.ts';

/**
 * Puts the keys a subgraph resolves before those it only mentions.
 *
 * After it has fetched what a field requires, the planner comes back to the subgraph of the field by the first key that
 * stands there, and does not look whether the subgraph takes it.
 */
export const resolvableKeysFirst = (text: SupergraphText): SupergraphText => {
  const changed = new Map<string, TypeDefinitionNode>();
  for (const [name, type] of text.types)
    if (isComposite(type) && type.directives?.some(isOnlyMentioned) === true)
      changed.set(name, { ...type, directives: type.directives.toSorted(byUse) });
  return changed.size === 0 ? text : withTypes(text, changed);
};

const isOnlyMentioned = (directive: ConstDirectiveNode): boolean =>
  directive.name.value === 'join__type' && argumentOf(directive, 'resolvable') === false;

const byUse = (one: ConstDirectiveNode, other: ConstDirectiveNode): number =>
  Number(isOnlyMentioned(one)) - Number(isOnlyMentioned(other));
