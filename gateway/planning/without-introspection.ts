import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { filterSelections, fragmentsOf, operationIn, typenameField } from '../../policies/access/filter-selections.ts';

/**
 * The operation without `__schema` and `__type`, which the gateway answers itself, at whatever level and in whatever
 * fragment they stand; the planner finds nobody to ask for those and throws. `undefined` when nothing is left to ask:
 * the type of the root is known as well.
 */
export const withoutIntrospection = (
  document: DocumentNode,
  operationName: string | null,
): DocumentNode | undefined => {
  const left = filterSelections(document, operationName, keep, typenameField());
  return asks(operationIn(left, operationName).selectionSet, fragmentsOf(left)) ? left : undefined;
};

const keep = (selection: SelectionNode): SelectionNode | undefined =>
  selection.kind === Kind.FIELD && /^__(?:schema|type)$/.test(selection.name.value) ? undefined : selection;

/** Whether these selections of the root hold anything but its type. */
const asks = (set: SelectionSetNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): boolean => {
  const seen = new Set<string>();
  const any = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value !== '__typename';
      if (selection.kind === Kind.INLINE_FRAGMENT) return any(selection.selectionSet);
      const fragment = fragments.get(selection.name.value);
      if (fragment === undefined || seen.has(selection.name.value)) return false;
      seen.add(selection.name.value);
      return any(fragment.selectionSet);
    });
  return any(set);
};
