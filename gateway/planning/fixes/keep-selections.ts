import type { SelectionSet } from '@apollo/federation-internals';
import { PathTree } from '@apollo/query-graphs';

/**
 * Mends the planner's library, before planners are made.
 *
 * What several arguments of an entity need of one context is merged into one tree of paths. Selections that a subgraph
 * can answer as a whole have no path in it, they lie at its nodes; and where one of the two trees has no paths at all,
 * the library takes the other in place of both. An argument `$ctx ... on A { x }` beside another is null then, without
 * an error.
 */
export const keepSelections = (): void => {
  const prototype = PathTree.prototype as unknown as Tree;
  if (MENDED in prototype) return;
  const { merge, mergeIfNotEqual } = prototype;
  Object.assign(prototype, {
    [MENDED]: true,
    merge(this: Tree, other: Tree): Tree {
      const merged = merge.call(this, other);
      if (merged === this) return withSelections(this, other);
      return merged === other ? withSelections(other, this) : merged;
    },
    // The library takes any two trees without paths for the same.
    mergeIfNotEqual(this: Tree, other: Tree): Tree {
      return this.isLeaf() && other.isLeaf() ? this.merge(other) : mergeIfNotEqual.call(this, other);
    },
  });
};

const MENDED = Symbol('mended');

interface Tree {
  readonly localSelections: readonly SelectionSet[] | undefined;
  isLeaf(): boolean;
  merge(other: Tree): Tree;
  mergeIfNotEqual(other: Tree): Tree;
}

const withSelections = (tree: Tree, lost: Tree): Tree => {
  const known = tree.localSelections ?? [];
  const missing = (lost.localSelections ?? []).filter((selections) => !known.includes(selections));
  if (missing.length === 0) return tree;
  const copy = Object.assign(Object.create(Object.getPrototypeOf(tree) as object) as Tree, tree);
  return Object.assign(copy, { localSelections: [...known, ...missing] });
};
