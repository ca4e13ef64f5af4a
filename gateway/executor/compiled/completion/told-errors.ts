import type { GraphQLError } from 'graphql';

/** Errors told before completion. */
export interface ToldErrors {
  /**
   * Whether one of them explains that there is null at a path: it is at that position, above or below it, or nobody
   * knows where. Such a null is no error of its own (GraphQL section 6.4.4: one per field).
   */
  explain(path: readonly (string | number)[]): boolean;
}

/** Looked through only when completion has something to tell. */
export const toldErrors = (errors: readonly GraphQLError[]): ToldErrors => {
  let root: Node | undefined;
  return {
    explain: (path) => {
      if (errors.length === 0) return false;
      root ??= treeOf(errors);
      return isExplained(root, path, 0);
    },
  };
};

/** Paths as a tree. */
interface Node {
  isEnd: boolean;
  readonly children: Map<string | number, Node>;
}

const createNode = (): Node => ({ isEnd: false, children: new Map() });

const treeOf = (errors: readonly GraphQLError[]): Node => {
  const root = createNode();
  for (const { path } of errors) add(root, path ?? []);
  return root;
};

const add = (root: Node, path: readonly (string | number)[]): void => {
  let node = root;
  for (const element of path) {
    const next: Node = node.children.get(element) ?? createNode();
    node.children.set(element, next);
    node = next;
  }
  node.isEnd = true;
};

/** `@` in a path that was told stands for every index. */
const isExplained = (node: Node, path: readonly (string | number)[], depth: number): boolean => {
  const element = path[depth];
  if (node.isEnd || element === undefined) return true;
  const candidates = [node.children.get(element), typeof element === 'number' ? node.children.get('@') : undefined];
  return candidates.some((next) => next !== undefined && isExplained(next, path, depth + 1));
};
