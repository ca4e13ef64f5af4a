import type { FetchDataRewrite, FetchNode, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { readFetch, withinEntities, writeFetch, writeUsed } from './fetch-text.ts';
import type { Demand, Twins } from './twin-fields.ts';

/**
 * Asks for the fields that twins stand for, under the names of the twins, and hands them on under their own. One fetch
 * becomes several when two twins of one field would be handed on to the same place.
 */
export const resolveTwins = (twins: Twins, graph: string, fetch: FetchNode): readonly FetchNode[] => {
  const operation = readFetch(fetch.operation);
  const asked = visit(operation, {
    Field: (node): FieldNode | undefined => {
      const twin = twins.byName.get(node.name.value);
      return twin && { ...node, ...renamed(node, twin.field), arguments: twin.arguments };
    },
  });
  const parts = fetch.requires === undefined ? [] : split(twins, graph, asked);
  if (parts.length <= 1) return [{ ...fetch, operation: writeFetch(asked), ...handedOn(twins, fetch, fetch.requires) }];
  return parts.map(({ demands, selections }) => {
    const requires = without(twins, fetch.requires ?? [], demands);
    const part = { ...asked, selectionSet: withinEntities(asked.selectionSet, selections) };
    return { ...fetch, ...writeUsed(part), requires, ...handedOn(twins, fetch, requires) };
  });
};

const renamed = (node: FieldNode, field: string): Pick<FieldNode, 'alias' | 'name'> => ({
  alias: node.alias ?? node.name,
  name: { kind: Kind.NAME, value: field },
});

/** Selections of entities that can be asked with one representation. */
interface Part {
  readonly demands: Map<string, string>;
  readonly selections: SelectionNode[];
}

const split = (twins: Twins, graph: string, { selectionSet }: OperationDefinitionNode): readonly Part[] => {
  const parts: Part[] = [];
  /** Each field by itself, in the fragments around it. */
  const place = (node: SelectionNode, typeName: string, wrap: (node: SelectionNode) => SelectionNode): void => {
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const within = (inner: SelectionNode) => wrap({ ...node, selectionSet: selectionSetOf([inner]) });
      for (const inner of node.selectionSet.selections)
        place(inner, node.typeCondition?.name.value ?? typeName, within);
      return;
    }
    const demands = node.kind === Kind.FIELD ? twins.demandsOf(graph, typeName, node.name.value) : [];
    const part = parts.find((other) => fits(other, demands)) ?? newPart(parts);
    for (const demand of demands) part.demands.set(demand.place, demand.twin);
    part.selections.push(wrap(node));
  };
  for (const root of selectionSet.selections)
    if (root.kind === Kind.FIELD)
      for (const node of root.selectionSet?.selections ?? []) place(node, '_Entity', (one) => one);
  return parts;
};

const selectionSetOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections,
});

const newPart = (parts: Part[]): Part => {
  const part: Part = { demands: new Map(), selections: [] };
  parts.push(part);
  return part;
};

const fits = ({ demands: known }: Part, demands: readonly Demand[]): boolean =>
  demands.every(({ place, twin }) => (known.get(place) ?? twin) === twin);

/** What is required, without the twins that another part is for. */
const without = (
  twins: Twins,
  requires: readonly QueryPlanSelectionNode[],
  demands: ReadonlyMap<string, string>,
  path: readonly string[] = [],
): QueryPlanSelectionNode[] =>
  requires.flatMap((node): QueryPlanSelectionNode[] => {
    if (node.kind === 'InlineFragment') {
      const selections = without(twins, node.selections, demands, path);
      return selections.length === 0 ? [] : [{ ...node, selections }];
    }
    const twin = twins.byName.get(node.name);
    if (twin !== undefined && demands.get([...path, twin.field].join('.')) !== node.name) return [];
    if (node.selections === undefined || node.selections.length === 0) return [node];
    const selections = without(twins, node.selections, demands, [...path, node.name]);
    return selections.length === 0 ? [] : [{ ...node, selections }];
  });

const handedOn = (
  twins: Twins,
  { inputRewrites = [] }: FetchNode,
  requires: readonly QueryPlanSelectionNode[] | undefined,
): { readonly inputRewrites?: FetchDataRewrite[] } => {
  const renamers = renamersOf(twins, requires ?? [], []);
  return renamers.length === 0 ? {} : { inputRewrites: [...inputRewrites, ...renamers] };
};

/** The inner ones first, since they are found by the names of the outer ones. */
const renamersOf = (
  twins: Twins,
  requires: readonly QueryPlanSelectionNode[],
  path: readonly string[],
): FetchDataRewrite[] =>
  requires.flatMap((node): FetchDataRewrite[] => {
    if (node.kind === 'InlineFragment')
      return renamersOf(twins, node.selections, [
        ...path,
        ...(node.typeCondition === undefined ? [] : [`... on ${node.typeCondition}`]),
      ]);
    const key = keyOf(node);
    const twin = twins.byName.get(node.name);
    const inner = renamersOf(twins, node.selections ?? [], [...path, key]);
    return twin === undefined
      ? inner
      : [...inner, { kind: 'KeyRenamer', path: [...path, key], renameKeyTo: twin.field }];
  });

const keyOf = ({ alias, name }: QueryPlanFieldNode): string => alias ?? name;
