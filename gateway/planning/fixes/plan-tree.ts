import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';

/** Changes the fetches of a plan. `path` is where a fetch merges what it brings; its `@` stand for lists. */
export const mapFetches = (
  node: PlanNode,
  change: (fetch: FetchNode, path: readonly string[]) => PlanNode,
  path: readonly string[] = [],
): PlanNode => {
  const map = (inner: PlanNode): PlanNode => mapFetches(inner, change, path);
  switch (node.kind) {
    case 'Fetch':
      return change(node, path);
    case 'Flatten':
      return { ...node, node: mapFetches(node.node, change, [...path, ...node.path.map(String)]) };
    case 'Sequence':
    case 'Parallel':
      return { ...node, nodes: node.nodes.map(map) };
    case 'Condition':
      return {
        ...node,
        ...(node.ifClause === undefined ? {} : { ifClause: map(node.ifClause) }),
        ...(node.elseClause === undefined ? {} : { elseClause: map(node.elseClause) }),
      };
    default:
      return node;
  }
};

/** Where the values are that a fetch takes from contexts. One that was made of another may use fewer of its variables. */
export const contextsOf = ({ contextRewrites = [], variableUsages = [] }: FetchNode): readonly FetchDataKeyRenamer[] =>
  contextRewrites.filter(({ renameKeyTo }) => variableUsages.includes(renameKeyTo));

type FetchDataKeyRenamer = NonNullable<FetchNode['contextRewrites']>[number];

/** Whether any fetch of a plan requires this field: keys down to it, without those of lists and without types. */
export const doesRequire = (node: PlanNode, field: string): boolean => {
  let isFound = false;
  mapFetches(node, (fetch, path) => {
    isFound ||= requiredPaths(fetch.requires ?? [], objectPath(path)).has(field);
    return fetch;
  });
  return isFound;
};

/** Names down to an object, without what stands for lists. */
export const objectPath = (path: readonly string[]): string =>
  path
    .filter((key) => key !== '@')
    .map((key) => `${key}.`)
    .join('');

/** The fields of entities that a fetch hands over: names down to them, whatever the type. */
export const requiredPaths = (
  requires: readonly QueryPlanSelectionNode[],
  path = '',
  found = new Set<string>(),
): ReadonlySet<string> => {
  for (const node of requires) {
    if (node.kind === 'InlineFragment') {
      requiredPaths(node.selections, path, found);
      continue;
    }
    found.add(path + node.name);
    requiredPaths(node.selections ?? [], `${path}${node.name}.`, found);
  }
  return found;
};

/** The plan with one more step, right before all that requires a field; at the end when nothing does. */
export const insertBefore = (plan: PlanNode, field: string, step: PlanNode): PlanNode => {
  const insert = (node: PlanNode): PlanNode => {
    switch (node.kind) {
      case 'Sequence':
      case 'Parallel': {
        const needing = node.nodes.filter((inner) => doesRequire(inner, field));
        if (needing.length > 1 && node.kind === 'Parallel') return inOrder(step, node);
        const [first] = needing;
        return { ...node, nodes: node.nodes.map((inner) => (inner === first ? insert(inner) : inner)) };
      }
      default:
        return inOrder(step, node);
    }
  };
  return doesRequire(plan, field) ? insert(plan) : inOrder(plan, step);
};

const inOrder = (...nodes: readonly PlanNode[]): PlanNode => ({
  kind: 'Sequence',
  nodes: nodes.flatMap((node) => (node.kind === 'Sequence' ? node.nodes : [node])),
});
