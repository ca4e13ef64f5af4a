import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import { readFetch } from './fetch-text.ts';
import { contextsOf, mapFetches, objectPath, requiredPaths } from './plan-tree.ts';

/**
 * The plan with every fetch after those that bring the values of its context arguments.
 *
 * The planner asks for a field as soon as the key of its entity is there, beside or even before the fetch that brings
 * the argument from another subgraph. Such a plan is laid out anew: each fetch as early as what it needs allows.
 */
export const contextsFirst = (plan: PlanNode): PlanNode => {
  if (!hasContexts(plan)) return plan;
  const all = stepsOf(plan, []);
  const isInOrder = (step: Step) => all.every((other) => step.before.has(other) || !doesFeed(other, step.contexts));
  return all.every(isInOrder) ? plan : (laidOut(all) ?? plan);
};

const hasContexts = (plan: PlanNode): boolean => {
  let isFound = false;
  mapFetches(plan, (fetch) => {
    isFound ||= contextsOf(fetch).length > 0;
    return fetch;
  });
  return isFound;
};

/** One fetch, and what else cannot be taken apart. Fields are names down to them, without lists and types. */
interface Step {
  readonly node: PlanNode;
  /** All that is done by then, where the planner has put it. */
  readonly before: ReadonlySet<Step>;
  /** Whether that order has to be kept, whatever this needs. */
  readonly isFixed: boolean;
  readonly needs: ReadonlySet<string>;
  readonly contexts: ReadonlySet<string>;
  readonly brings: ReadonlySet<string>;
}

const stepsOf = (node: PlanNode, before: readonly Step[]): readonly Step[] => {
  if (node.kind === 'Parallel') return node.nodes.flatMap((inner) => stepsOf(inner, before));
  if (node.kind !== 'Sequence') return [stepOf(node, before)];
  const steps: Step[] = [];
  for (const inner of node.nodes) steps.push(...stepsOf(inner, [...before, ...steps]));
  return steps;
};

const stepOf = (node: PlanNode, before: readonly Step[]): Step => {
  const [needs, contexts, brings] = [new Set<string>(), new Set<string>(), new Set<string>()];
  // A mutation, or what is to be done when everything is there.
  let isFixed = node.kind !== 'Flatten';
  mapFetches(node, (fetch, at) => {
    isFixed = fetch.operationKind === OperationTypeNode.MUTATION;
    const path = objectPath(at);
    if (path !== '') needs.add(path.slice(0, -1));
    for (const field of requiredPaths(fetch.requires ?? [], path)) needs.add(field);
    for (const context of contextsOf(fetch)) contexts.add(contextPath(at, context.path));
    addFields(broughtBy(fetch), path, brings);
    return fetch;
  });
  return { node, before: new Set(before), isFixed, needs, contexts, brings };
};

const doesFeed = ({ brings }: Step, fields: ReadonlySet<string>): boolean => {
  for (const field of fields) if (brings.has(field)) return true;
  return false;
};

/** `undefined` when some wait for each other. */
const laidOut = (all: readonly Step[]): PlanNode | undefined => {
  const doesWait = (step: Step, other: Step) =>
    doesFeed(other, step.contexts) || (step.before.has(other) && (step.isFixed || doesFeed(other, step.needs)));
  const nodes: PlanNode[] = [];
  let left = all;
  while (left.length > 0) {
    const waiting = left.filter((step) => left.some((other) => other !== step && doesWait(step, other)));
    if (waiting.length === left.length) return undefined;
    nodes.push({ kind: 'Parallel', nodes: left.filter((step) => !waiting.includes(step)).map(({ node }) => node) });
    left = waiting;
  }
  return { kind: 'Sequence', nodes };
};

const UP = '..';

/** Names down to the value that a path from an entity leads to: up first, once for each `..`. */
const contextPath = (at: readonly string[], path: readonly string[]): string => {
  const levels = path.filter((element) => element === UP).length;
  const keys = at.filter((key) => key !== '@');
  const below = path.filter((element) => element !== UP && !element.startsWith('... on '));
  return [...keys.slice(0, keys.length - levels), ...below].join('.');
};

const broughtBy = ({ operation, requires }: FetchNode): readonly SelectionSetNode[] => {
  const { selectionSet } = readFetch(operation);
  if (requires === undefined) return [selectionSet];
  return selectionSet.selections.flatMap((node) =>
    node.kind === Kind.FIELD && node.selectionSet ? [node.selectionSet] : [],
  );
};

/** By its key and by its name: where two fields of one key are of different types, one has another key on the way. */
const addFields = (sets: readonly SelectionSetNode[], path: string, found: Set<string>): void => {
  for (const node of sets.flatMap(({ selections }) => selections)) {
    if (node.kind === Kind.INLINE_FRAGMENT) addFields([node.selectionSet], path, found);
    if (node.kind !== Kind.FIELD || node.name.value === '__typename') continue;
    const key = (node.alias ?? node.name).value;
    found.add(path + key).add(path + node.name.value);
    if (node.selectionSet !== undefined) addFields([node.selectionSet], `${path}${key}.`, found);
  }
};
