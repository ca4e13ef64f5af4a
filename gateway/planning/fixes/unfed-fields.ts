import type { FetchNode, FlattenNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import { entitiesQuery, readFetch, TYPENAME, writeUsed } from './fetch-text.ts';
import { insertBefore, mapFetches, objectPath, requiredPaths } from './plan-tree.ts';
import { fieldOf } from './required-fields.ts';
import { argumentOf, directivesOf, rootOf, type SupergraphText, typeNameOf } from './supergraph-text.ts';

/** A field that was asked for without what it requires, and where. */
interface Unfed {
  readonly fetch: FetchNode;
  readonly operation: OperationDefinitionNode;
  readonly path: readonly string[];
  readonly typeName: string;
  readonly node: FieldNode;
  readonly key: string;
  readonly required: string;
}

/**
 * Asks once more for fields that a plan asks for without what they require.
 *
 * When something requires a field that requires something itself, and it takes a key of that field's subgraph to go on
 * from there, the planner asks for the field along with the key: before there is anything to hand over. Such a field is
 * cut out there, and asked for right before it is needed.
 */
export const feedFields = (
  text: SupergraphText,
  graphs: ReadonlyMap<string, string>,
  requiredNames: ReadonlySet<string>,
): ((plan: PlanNode) => PlanNode) => {
  const requiring = requiringFields(text, requiredNames);
  if (requiring.size === 0) return (plan) => plan;
  return (plan) => {
    const found: Unfed[] = [];
    const cut = mapFetches(plan, (fetch, path) => {
      const graph = graphs.get(fetch.serviceName) ?? '';
      const isConcerned = [...(requiring.get(graph) ?? [])].some((name) => fetch.operation.includes(name));
      return isConcerned ? cutUnfed(text, graph, fetch, path, found) : fetch;
    });
    // The later ones first: they may require the earlier ones.
    return found.toReversed().reduce(feed, cut);
  };
};

/** The names of fields that both require something and are required, by the subgraph that answers them. */
const requiringFields = (
  { types }: SupergraphText,
  requiredNames: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const names = new Map<string, Set<string>>();
  for (const type of types.values())
    if (type.kind === Kind.OBJECT_TYPE_DEFINITION)
      for (const { name, directives } of type.fields ?? [])
        for (const note of directivesOf({ directives }, 'join__field')) {
          const graph = String(argumentOf(note, 'graph'));
          if (argumentOf(note, 'requires') !== undefined && requiredNames.has(name.value))
            names.set(graph, (names.get(graph) ?? new Set()).add(name.value));
        }
  return names;
};

const cutUnfed = (
  text: SupergraphText,
  graph: string,
  fetch: FetchNode,
  at: readonly string[],
  found: Unfed[],
): FetchNode => {
  const operation = readFetch(fetch.operation);
  const handedOver = requiredPaths(fetch.requires ?? []);
  let isCut = false;

  /** `given` are the fields that were handed over for the object itself. */
  const cut = (
    set: SelectionSetNode,
    typeName: string,
    path: readonly string[],
    given: ReadonlySet<string>,
  ): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((node): readonly SelectionNode[] => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return [node];
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const condition = node.typeCondition?.name.value ?? typeName;
        return [{ ...node, selectionSet: cut(node.selectionSet, condition, path, given) }];
      }
      const { value: name } = node.name;
      if (name === '_entities' && node.selectionSet)
        return [{ ...node, selectionSet: cut(node.selectionSet, '_Entity', at, handedOver) }];
      const required = requiredBy(text, graph, typeName, name);
      const key = keyOf(text, graph, typeName, given);
      if (required !== undefined && key !== undefined && !isGiven(required, given)) {
        isCut = true;
        found.push({ fetch, operation, path, typeName, node, key, required });
        return [TYPENAME, ...selectionsOf(key)].filter((one) => !isAmong(set, one));
      }
      const field = fieldOf(text, typeName, name);
      if (field === undefined || node.selectionSet === undefined) return [node];
      const below = [...path, (node.alias ?? node.name).value, ...listsOf(field.type)];
      return [{ ...node, selectionSet: cut(node.selectionSet, typeNameOf(field, graph), below, NOTHING) }];
    }),
  });

  const selectionSet = cut(operation.selectionSet, rootOf(text, operation.operation), at, NOTHING);
  return isCut ? { ...fetch, ...writeUsed({ ...operation, selectionSet }) } : fetch;
};

/** A field without any below it; others may be asked for twice. */
const isAmong = ({ selections }: SelectionSetNode, one: SelectionNode): boolean =>
  one.kind === Kind.FIELD &&
  one.selectionSet === undefined &&
  selections.some((node) => node.kind === Kind.FIELD && !node.alias && node.name.value === one.name.value);

const NOTHING: ReadonlySet<string> = new Set();

const feed = (plan: PlanNode, { fetch, operation, path, typeName, node, key, required }: Unfed): PlanNode => {
  const entity: SelectionNode = {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: typeName } },
    selectionSet: { kind: Kind.SELECTION_SET, selections: [node] },
  };
  const step: FlattenNode = {
    kind: 'Flatten',
    path: [...path],
    node: {
      kind: 'Fetch',
      serviceName: fetch.serviceName,
      operationKind: OperationTypeNode.QUERY,
      operationName: undefined,
      requires: [
        {
          kind: 'InlineFragment',
          typeCondition: typeName,
          selections: [{ kind: 'Field', name: '__typename' }, ...toRequire(selectionsOf(`${key} ${required}`))],
        },
      ],
      ...writeUsed(entitiesQuery(entity, operation.variableDefinitions)),
    },
  };
  return insertBefore(plan, objectPath(path) + (node.alias ?? node.name).value, step);
};

const requiredBy = ({ types }: SupergraphText, graph: string, typeName: string, name: string): string | undefined => {
  const type = types.get(typeName);
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION) return undefined;
  const field = type.fields?.find((one) => one.name.value === name);
  for (const note of field === undefined ? [] : directivesOf(field, 'join__field')) {
    const required = argumentOf(note, 'requires');
    if (argumentOf(note, 'graph') === graph && typeof required === 'string') return required;
  }
  return undefined;
};

/** A key by which a subgraph can be asked for an entity: rather one that was handed over before. */
const keyOf = ({ types }: SupergraphText, graph: string, typeName: string, given: ReadonlySet<string>) => {
  const type = types.get(typeName);
  const keys = (type === undefined ? [] : directivesOf(type, 'join__type'))
    .filter((note) => argumentOf(note, 'graph') === graph && argumentOf(note, 'resolvable') !== false)
    .map((note) => argumentOf(note, 'key'))
    .filter((key) => typeof key === 'string');
  return keys.find((key) => isGiven(key, given)) ?? keys[0];
};

const isGiven = (fieldSet: string, given: ReadonlySet<string>): boolean =>
  [...requiredPaths(toRequire(selectionsOf(fieldSet)))].every((path) => given.has(path));

const selectionsOf = (fieldSet: string): readonly SelectionNode[] => readFetch(`{${fieldSet}}`).selectionSet.selections;

const toRequire = (selections: readonly SelectionNode[]): QueryPlanSelectionNode[] =>
  selections.flatMap((node): QueryPlanSelectionNode[] => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return [];
    const below = node.selectionSet && { selections: toRequire(node.selectionSet.selections) };
    if (node.kind === Kind.FIELD) return [{ kind: 'Field', name: node.name.value, ...below }];
    const typeCondition = node.typeCondition?.name.value;
    return [{ kind: 'InlineFragment', ...(typeCondition && { typeCondition }), selections: [], ...below }];
  });

const listsOf = (type: TypeNode): string[] => {
  if (type.kind === Kind.NAMED_TYPE) return [];
  return type.kind === Kind.LIST_TYPE ? ['@', ...listsOf(type.type)] : listsOf(type.type);
};
