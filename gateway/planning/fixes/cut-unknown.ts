import type { FetchNode } from '@apollo/query-planner';
import { Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import { readFetch, TYPENAME, writeUsed } from './fetch-text.ts';
import { possibleIn } from './possible-types.ts';
import { fieldOf } from './required-fields.ts';
import { rootOf, type SupergraphText, typeNameOf } from './supergraph-text.ts';

/** Cuts out of a fetch what its subgraph can never return there: fragments on types that it does not know, or not here. */
export const cutUnknown = (text: SupergraphText, graph: string, fetch: FetchNode): FetchNode => {
  const operation = readFetch(fetch.operation);
  const root = fetch.requires === undefined ? rootOf(text, operation.operation) : '_Query';
  let isCut = false;

  const overlaps = (parent: string, condition: string): boolean => {
    if (parent === condition || parent === '_Entity') return true;
    const possible = possibleIn(text, graph, parent);
    return [...possibleIn(text, graph, condition)].some((name) => possible.has(name));
  };

  const cut = (set: SelectionSetNode, parent: string): SelectionSetNode => {
    const selections = set.selections.flatMap((node): SelectionNode[] => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value ?? parent;
        if (!overlaps(parent, condition)) {
          isCut = true;
          return [];
        }
        return [{ ...node, selectionSet: cut(node.selectionSet, condition) }];
      }
      if (node.selectionSet === undefined) return [node];
      const below = node.name.value === '_entities' ? '_Entity' : fieldTypeOf(text, graph, parent, node.name.value);
      return [below === undefined ? node : { ...node, selectionSet: cut(node.selectionSet, below) }];
    });
    return { ...set, selections: selections.length === 0 ? [TYPENAME] : selections };
  };

  const selectionSet = cut(operation.selectionSet, root);
  return isCut ? { ...fetch, ...writeUsed({ ...operation, selectionSet }) } : fetch;
};

const fieldTypeOf = (text: SupergraphText, graph: string, typeName: string, fieldName: string): string | undefined => {
  const field = fieldOf(text, typeName, fieldName);
  return field && typeNameOf(field, graph);
};
