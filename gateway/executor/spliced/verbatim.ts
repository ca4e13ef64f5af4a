import { getNamedType, type GraphQLCompositeType, isAbstractType, isCompositeType } from 'graphql';
import { type SelectionSets, selectionSetsOf } from '../compiled/completion/collect-fields.ts';
import type { Position } from './position.ts';
import { askedOf, type ScanContext } from './scan-source.ts';

/**
 * Whether what the subgraph is asked of an object is, key by key and in the same order, what the client gets of it, so
 * that its text can be part of the answer as it is.
 */
export const canBeVerbatim = (
  context: Pick<ScanContext, 'asked' | 'isVisited'>,
  type: GraphQLCompositeType,
  sets: SelectionSets,
  position: Position,
): boolean => {
  if (context.isVisited(position)) return false;
  return position.types.every((typeName) => {
    const asked = askedOf(context.asked, typeName, sets);
    const { keys } = position.selected(typeName);
    if (asked.length !== keys.length || (isAbstractType(type) && asked[0]?.key !== '__typename')) return false;
    return asked.every(({ key, fieldName, group }, index) => {
      const client = keys[index];
      if (client?.key !== key || client.fieldName !== fieldName) return false;
      const named = getNamedType(client.type);
      if (client.child === undefined || !isCompositeType(named)) return true;
      return canBeVerbatim(context, named, selectionSetsOf(group), client.child);
    });
  });
};
