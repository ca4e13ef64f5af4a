import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { DEEPEST_SELECTION } from './document-size.ts';

/** Comparisons of selections that validating a document may take. Some tens of milliseconds pass with so many. */
export const MOST_COMPARISONS = 50_000;

/**
 * Whether it would take too many comparisons to find out if the selections of a document can be merged.
 *
 * Validation compares each selection of a response key with each other one of the same object (GraphQL section 5.3.2),
 * which is quadratic: within the bounds on its size, a document can hold up the process for a third of a second before
 * graphql-js gives up. Here selections are counted, each once per place its fragment stands in, and nothing is
 * compared. Fragments of the same object are compared with each other as well.
 */
export const takesTooManyComparisons = (document: DocumentNode, most: number = MOST_COMPARISONS): boolean => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const roots: (OperationDefinitionNode | FragmentDefinitionNode)[] = [];
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
    if (node.kind === Kind.OPERATION_DEFINITION) roots.push(node);
  }
  const used = new Set<string>();
  let left = most;
  const spend = (count: number): boolean => {
    left -= count;
    return left >= 0;
  };
  /** False when more is spent than there is. */
  const compare = (sets: readonly SelectionSetNode[], depth = 0): boolean => {
    // Deeper than documents may be only fragments in a circle go; validation refuses them.
    if (depth > DEEPEST_SELECTION) return true;
    const { byKey, spreads, visited } = selectionsOf(sets, fragments, used);
    if (!spend(visited + pairsOf(spreads))) return false;
    for (const fields of byKey.values()) {
      if (!spend(pairsOf(fields.length))) return false;
      const below = fields.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (below.length > 0 && !compare(below, depth + 1)) return false;
    }
    return true;
  };
  if (!roots.every(({ selectionSet }) => compare([selectionSet]))) return true;
  // One that nobody uses is invalid, and compared all the same.
  const unused = [...fragments.values()].filter(({ name }) => !used.has(name.value));
  return !unused.every(({ selectionSet }) => compare([selectionSet]));
};

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

interface Selections {
  readonly byKey: ReadonlyMap<string, readonly FieldNode[]>;
  readonly spreads: number;
  readonly visited: number;
}

/** What is selected of one object; fragments put in place, each of them once. */
const selectionsOf = (
  sets: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  used: Set<string>,
): Selections => {
  const byKey = new Map<string, FieldNode[]>();
  const seen = new Set<string>();
  let [spreads, visited] = [0, 0];
  const add = ({ selections }: SelectionSetNode): void => {
    visited += selections.length;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const fields = byKey.get(key);
        if (fields === undefined) byKey.set(key, [selection]);
        else fields.push(selection);
        continue;
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(selection.selectionSet);
        continue;
      }
      const name = selection.name.value;
      spreads += 1;
      if (seen.has(name)) continue;
      seen.add(name);
      used.add(name);
      const fragment = fragments.get(name);
      if (fragment !== undefined) add(fragment.selectionSet);
    }
  };
  for (const set of sets) add(set);
  return { byKey, spreads, visited };
};
