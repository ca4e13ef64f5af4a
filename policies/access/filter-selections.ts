import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  separateOperations,
  visit,
} from 'graphql';

/** What is left of a selection, before what stands below it is looked at; `undefined` when nothing is. */
export type Keep = (selection: SelectionNode) => SelectionNode | undefined;

/**
 * Takes selections out of an operation, at every level and in its fragments. What nothing names any more goes with
 * them: fragments, variables, other operations. A field that has nothing left to select gets `filler`, since it is
 * answered all the same.
 *
 * Nodes that stay are the same nodes, or have the same place in the text. Where nothing changes, neither does the
 * document.
 */
export const filterSelections = (
  document: DocumentNode,
  operationName: string | null,
  keep: Keep,
  filler: FieldNode,
): DocumentNode => {
  const operation = operationIn(document, operationName);
  const filter = selectionFilter(fragmentsOf(document), keep, filler);
  const selectionSet = filter.set(operation.selectionSet) ?? setOf(operation.selectionSet, [filler]);
  const fragments = filter.fragments();
  if (selectionSet === operation.selectionSet && fragments.every(({ isSame }) => isSame)) return document;
  const definitions = [
    { ...operation, selectionSet },
    ...fragments.flatMap(({ definition }) => (definition === undefined ? [] : [definition])),
  ];
  const separated = separateOperations({ ...document, definitions })[operation.name?.value ?? ''];
  if (separated === undefined) throw new Error('an operation lost its name');
  return withUsedVariables(separated);
};

export const operationIn = (document: DocumentNode, operationName: string | null): OperationDefinitionNode => {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('the document does not have the operation');
  return operation;
};

export const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );

interface FilteredFragment {
  readonly isSame: boolean;
  /** `undefined` when nothing is left of it. */
  readonly definition: FragmentDefinitionNode | undefined;
}

const selectionFilter = (
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  keep: Keep,
  filler: FieldNode,
): {
  readonly set: (set: SelectionSetNode) => SelectionSetNode | undefined;
  readonly fragments: () => readonly FilteredFragment[];
} => {
  const filtered = new Map<string, FilteredFragment>();
  const fragment = (name: string): FilteredFragment | undefined => {
    const [known, definition] = [filtered.get(name), fragments.get(name)];
    if (known !== undefined || definition === undefined) return known;
    // Valid documents have no fragments in a circle; one that has does not make this endless.
    filtered.set(name, { isSame: true, definition });
    const selectionSet = set(definition.selectionSet);
    const isSame = selectionSet === definition.selectionSet;
    const left = isSame ? definition : selectionSet && { ...definition, selectionSet };
    filtered.set(name, { isSame, definition: left });
    return filtered.get(name);
  };
  const set = (given: SelectionSetNode): SelectionSetNode | undefined => {
    const selections = given.selections.flatMap((selection) => one(selection) ?? []);
    if (selections.length === 0) return undefined;
    const isSame =
      selections.length === given.selections.length && selections.every((left, i) => left === given.selections[i]);
    return isSame ? given : setOf(given, selections);
  };
  const one = (selection: SelectionNode): SelectionNode | undefined => {
    const kept = keep(selection);
    if (kept === undefined) return undefined;
    if (kept.kind === Kind.FRAGMENT_SPREAD)
      return fragment(kept.name.value)?.definition === undefined ? undefined : kept;
    if (kept.selectionSet === undefined) return kept;
    const left = set(kept.selectionSet);
    if (left === kept.selectionSet) return kept;
    if (left !== undefined) return { ...kept, selectionSet: left };
    return kept.kind === Kind.FIELD ? { ...kept, selectionSet: setOf(kept.selectionSet, [filler]) } : undefined;
  };
  return { set, fragments: () => [...filtered.values()] };
};

const setOf = (given: SelectionSetNode, selections: readonly SelectionNode[]): SelectionSetNode => ({
  ...given,
  selections,
});

/** Variables nobody uses would make the document invalid. */
const withUsedVariables = (document: DocumentNode): DocumentNode => {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  const definitions = document.definitions.map((node) => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return node;
    const variableDefinitions = node.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value));
    return variableDefinitions === undefined ? node : { ...node, variableDefinitions };
  });
  return { ...document, definitions };
};

/** Asks an object for its type, under a key of the caller's. */
export const typenameField = (alias?: string): FieldNode => ({
  kind: Kind.FIELD,
  ...(alias === undefined ? {} : { alias: { kind: Kind.NAME, value: alias } }),
  name: { kind: Kind.NAME, value: '__typename' },
});
