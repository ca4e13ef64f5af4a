import type { GraphQLError } from 'graphql';

/**
 * Errors at whose position nothing has been told before. A null that an error above or below it explains is not an
 * error of its own (GraphQL section 6.4.4: one per field); an error without a path may explain any.
 */
export const unexplained = (
  errors: readonly GraphQLError[],
  told: readonly GraphQLError[],
): readonly GraphQLError[] => {
  if (errors.length === 0 || told.length === 0) return errors;
  const known = createNode();
  for (const { path } of told) add(known, path ?? []);
  return errors.filter(({ path }) => !isExplained(known, path ?? [], 0));
};

/** Paths as a tree. */
interface Node {
  isEnd: boolean;
  readonly children: Map<string | number, Node>;
}

const createNode = (): Node => ({ isEnd: false, children: new Map() });

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
