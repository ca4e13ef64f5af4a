import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * The data without the types that were asked for under a hidden key. Only objects of the answer are looked at: what a
 * scalar of a subgraph's own holds may have any key.
 */
export const hideTypes = (data: unknown, document: DocumentNode, typeKey: string): unknown => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const roots: SelectionSetNode[] = [];
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    else if (node.kind === Kind.OPERATION_DEFINITION) roots.push(node.selectionSet);
  return hideWithin({ fragments, typeKey }, data, roots);
};

interface Hidden {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly typeKey: string;
}

const hideWithin = (hidden: Hidden, value: unknown, sets: readonly SelectionSetNode[]): unknown => {
  if (typeof value !== 'object' || value === null || sets.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => hideWithin(hidden, item, sets));
  const shown = Object.create(null) as Record<string, unknown>;
  const below = setsByKey(hidden, sets);
  for (const [key, inner] of Object.entries(value))
    if (key !== hidden.typeKey) shown[key] = hideWithin(hidden, inner, below.get(key) ?? []);
  return shown;
};

/** What is selected below each response key, of whatever type the object is. */
const setsByKey = ({ fragments }: Hidden, sets: readonly SelectionSetNode[]): Map<string, SelectionSetNode[]> => {
  const found = new Map<string, SelectionSetNode[]>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        if (selection.selectionSet !== undefined) found.set(key, [...(found.get(key) ?? []), selection.selectionSet]);
        continue;
      }
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (inner !== undefined) visit(inner.selectionSet);
    }
  };
  for (const set of sets) visit(set);
  return found;
};
