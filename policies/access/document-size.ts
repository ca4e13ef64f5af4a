import { BREAK, type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode, visit } from 'graphql';

/** Tokens a document may have; the parser stops there. */
export const MOST_TOKENS = 15_000;

/** Selections a document may have once its fragments are expanded. */
export const MOST_SELECTIONS = 2_000;

/** How deep they may stand in one another. What comes after validation follows them by recursion. */
export const DEEPEST_SELECTION = 100;

/** The same for the syntax tree, in which a selection takes two levels, and values and types can nest as well. */
const DEEPEST_NODE = 4 * DEEPEST_SELECTION;

export interface DocumentSize {
  readonly selections: number;
  readonly depth: number;
}

/** Whether a document is more than is bearable to validate, plan and answer. */
export const isTooLarge = (document: DocumentNode): boolean => {
  if (nestsTooDeep(document)) return true;
  const { selections, depth } = documentSize(document);
  return selections > MOST_SELECTIONS || depth > DEEPEST_SELECTION;
};

/**
 * How large a document is when every named fragment is put in the place of its spreads.
 *
 * A few hundred bytes of nested spreads can stand for millions of selections, and validation and planning would visit
 * each. Here every fragment is looked at once. One that holds itself counts once too; validation refuses it. One that
 * nobody uses counts, since it is validated all the same.
 */
export const documentSize = (document: DocumentNode): DocumentSize => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measured = new Map<string, DocumentSize>();
  const ofFragment = (name: string): DocumentSize => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, NOTHING);
    const size = ofSet(fragments.get(name)?.selectionSet);
    measured.set(name, size);
    return size;
  };
  const ofSet = (set: SelectionSetNode | undefined): DocumentSize => {
    let [count, depth] = [0, 0];
    for (const selection of set?.selections ?? []) {
      const isSpread = selection.kind === Kind.FRAGMENT_SPREAD;
      const inner = isSpread ? ofFragment(selection.name.value) : ofSet(selection.selectionSet);
      count += 1 + inner.selections;
      depth = Math.max(depth, 1 + inner.depth);
    }
    return { selections: count, depth };
  };
  let [selections, depth] = [0, 0];
  for (const node of document.definitions) {
    const isOperation = node.kind === Kind.OPERATION_DEFINITION;
    const size = isOperation
      ? ofSet(node.selectionSet)
      : node.kind === Kind.FRAGMENT_DEFINITION
        ? ofFragment(node.name.value)
        : NOTHING;
    selections = isOperation ? selections + size.selections : Math.max(selections, size.selections);
    depth = Math.max(depth, size.depth);
  }
  return { selections, depth };
};

const NOTHING: DocumentSize = Object.freeze({ selections: 0, depth: 0 });

/** Looked at first, and without recursion, so that measuring the rest cannot run out of stack. */
const nestsTooDeep = (document: DocumentNode): boolean => {
  let [depth, deepest] = [0, 0];
  visit(document, {
    enter: () => {
      depth += 1;
      deepest = Math.max(deepest, depth);
      return deepest > DEEPEST_NODE ? BREAK : undefined;
    },
    leave: () => {
      depth -= 1;
    },
  });
  return deepest > DEEPEST_NODE;
};
