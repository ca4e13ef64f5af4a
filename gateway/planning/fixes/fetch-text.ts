import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

/** The operation of a fetch, its named fragments written out. */
export const readFetch = (text: string): OperationDefinitionNode => {
  const { definitions } = parse(text, { noLocation: true });
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error('a fetch has an operation');
  return { ...operation, selectionSet: withoutSpreads(operation.selectionSet, fragments) };
};

const withoutSpreads = (
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionSetNode => ({
  ...set,
  selections: set.selections.map((node): SelectionNode => {
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments.get(node.name.value) : undefined;
    if (fragment !== undefined && node.kind === Kind.FRAGMENT_SPREAD)
      return {
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: fragment.typeCondition,
        ...(node.directives === undefined ? {} : { directives: node.directives }),
        selectionSet: withoutSpreads(fragment.selectionSet, fragments),
      };
    if (node.kind === Kind.FRAGMENT_SPREAD || node.selectionSet === undefined) return node;
    return { ...node, selectionSet: withoutSpreads(node.selectionSet, fragments) };
  }),
});

export const writeFetch = (operation: OperationDefinitionNode): string => {
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation] };
  return stripIgnoredCharacters(print(document));
};

/** An operation as a fetch has it, which declares no other variables than it uses. */
export const writeUsed = (
  operation: OperationDefinitionNode,
): { readonly operation: string; readonly variableUsages: string[] } => {
  const used = new Set<string>();
  visit({ ...operation, variableDefinitions: [] }, { Variable: ({ name }) => void used.add(name.value) });
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  );
  used.delete(REPRESENTATIONS);
  return { operation: writeFetch({ ...operation, variableDefinitions }), variableUsages: [...used] };
};

/** Asks a subgraph for entities, with the variables that another of its operations declares. */
export const entitiesQuery = (
  entity: SelectionNode,
  declared: readonly VariableDefinitionNode[] = [],
): OperationDefinitionNode => {
  const query = readFetch(`query($${REPRESENTATIONS}:[_Any!]!){_entities(representations:$${REPRESENTATIONS}){x}}`);
  const others = declared.filter(({ variable }) => variable.name.value !== REPRESENTATIONS);
  return {
    ...query,
    variableDefinitions: [...(query.variableDefinitions ?? []), ...others],
    selectionSet: withinEntities(query.selectionSet, [entity]),
  };
};

/** Selections of a fetch, with others where it asks for entities. */
export const withinEntities = (
  { selections }: SelectionSetNode,
  ofEntities: readonly SelectionNode[],
): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections: selections.map((node) =>
    node.kind === Kind.FIELD ? { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections: ofEntities } } : node,
  ),
});

const REPRESENTATIONS = 'representations';

/** Stands where everything else was cut out: an object has to be asked for something. */
export const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
