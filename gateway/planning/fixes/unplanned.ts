import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, type FragmentDefinitionNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql';
import { ALWAYS, type Conditions, narrowed } from '../../../policies/access/conditions.ts';
import { readFetch } from './fetch-text.ts';

/**
 * The fields at the root of an operation that its plan does not bring, by response key.
 *
 * The planner leaves a field out when its type is an interface that no object type implements where it could be asked:
 * nobody can answer it, and an answer without it would say that it is null.
 */
export const unplannedFields = (
  plan: QueryPlan,
  document: DocumentNode,
  operationName: string | null,
): readonly string[] => {
  const operation = getOperationAST(document, operationName);
  if (!operation) return [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const asked = new Set<string>();
  addKeys(operation.selectionSet, fragments, ALWAYS, asked);
  const fetched = new Set<string>();
  if (plan.node !== undefined && plan.node.kind !== 'Subscription') addFetched(plan.node, fetched);
  return [...asked].filter((key) => !fetched.has(key));
};

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const NO_FRAGMENTS: Fragments = new Map();

/** Keys of everything that some values of the variables leave in. */
const addKeys = (set: SelectionSetNode, fragments: Fragments, around: Conditions, keys: Set<string>): void => {
  for (const node of set.selections) {
    const when = narrowed(around, node.directives);
    if (!isPossible(when)) continue;
    if (node.kind === Kind.FIELD) {
      if (!node.name.value.startsWith('__')) keys.add((node.alias ?? node.name).value);
      continue;
    }
    const inner = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
    if (inner !== undefined) addKeys(inner.selectionSet, fragments, when, keys);
  }
};

const isPossible = (when: Conditions): boolean =>
  when?.every(({ variable, value }) => when.every((other) => other.variable !== variable || other.value === value)) ??
  false;

const addFetched = (node: PlanNode, keys: Set<string>): void => {
  switch (node.kind) {
    case 'Fetch':
      if (node.requires === undefined) addKeys(readFetch(node.operation).selectionSet, NO_FRAGMENTS, ALWAYS, keys);
      return;
    case 'Sequence':
    case 'Parallel':
      for (const inner of node.nodes) addFetched(inner, keys);
      return;
    case 'Condition':
      for (const inner of [node.ifClause, node.elseClause]) if (inner !== undefined) addFetched(inner, keys);
      return;
    default:
  }
};
