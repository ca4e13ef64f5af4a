import type { FetchNode } from '@apollo/query-planner';
import { type FieldNode, Kind, parse, type SelectionSetNode } from 'graphql';
import type { SubgraphCall } from '../../../platform/subgraph.ts';
import type { Path } from '../subgraph-error.ts';
import { compilePathRewrites } from './rewrites.ts';

/** What is the same in every call of one fetch. */
export interface FetchHead {
  readonly subgraph: string;
  readonly query: string;
  readonly operationName: string | undefined;
  /** Of the operation; each is sent when the request has a value for it. */
  readonly variableNames: readonly string[];
  /** Response keys at the root of the subgraph's operation. */
  readonly rootKeys: readonly string[];
  /** The path of an error with the keys the client knows. */
  readonly renamed: (path: Path) => Path;
}

export const fetchHead = (node: FetchNode): FetchHead => ({
  subgraph: node.serviceName,
  query: node.operation,
  operationName: node.operationName,
  variableNames: node.variableUsages ?? [],
  rootKeys: rootKeysOf(node.operation),
  renamed: compilePathRewrites(node.outputRewrites),
});

/** One call; `representations` for a fetch of entities. */
export const callOf = (
  { query, operationName, variableNames }: FetchHead,
  given: Readonly<Record<string, unknown>>,
  representations?: readonly unknown[],
): SubgraphCall => {
  // Without a prototype, so that a variable may have any name.
  const variables = Object.create(null) as Record<string, unknown>;
  for (const name of variableNames) if (given[name] !== undefined) variables[name] = given[name];
  if (representations !== undefined) variables['representations'] = representations;
  return operationName === undefined ? { query, variables } : { query, operationName, variables };
};

const rootKeysOf = (query: string): string[] => {
  const { operation } = parsed(query);
  return (operation?.selectionSet.selections ?? []).flatMap((selection) =>
    selection.kind === Kind.FIELD ? [keyOf(selection)] : [],
  );
};

/** Response keys an entity can have in the answer to this query, whatever its type. */
export const entityKeysOf = (query: string): ReadonlySet<string> => {
  const { operation, fragments } = parsed(query);
  const keys = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) keys.add(keyOf(selection));
      else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet);
      else visit(fragments.get(selection.name.value) ?? NO_SELECTIONS);
    }
  };
  for (const root of operation?.selectionSet.selections ?? [])
    if (root.kind === Kind.FIELD) visit(root.selectionSet ?? NO_SELECTIONS);
  return keys;
};

const NO_SELECTIONS: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

const parsed = (query: string) => {
  const { definitions } = parse(query, { noLocation: true });
  const fragments = new Map<string, SelectionSetNode>();
  for (const node of definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node.selectionSet);
  return { operation: definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION), fragments };
};
