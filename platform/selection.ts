import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/**
 * Names of the fields that are asked for on one object type, and, one step deeper, of the fields of these, as
 * `journalEntry.number`: a connector that can read both in one call sees both.
 */
export type Selection = ReadonlySet<string>;

type Info = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'schema' | 'variableValues'>;

/**
 * The fields selected on `type` below the field being resolved, through fragments and `@skip` / `@include`. Left out are
 * those that this caller sees nothing of.
 *
 * `path` goes down first: `selection(info, 'Supplier', ['edges', 'node'])`. Aliases do not matter, since it is the
 * fields that cost, so a field asked for twice counts once.
 */
export const selection = (info: Info, type: string, path: readonly string[] = []): Selection => {
  const key = `${path.join('.')}>${type}`;
  const known = remembered(info.fieldNodes);
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = new Set<string>();
  for (const node of fieldsOf(info, info.fieldNodes, type, path)) {
    if (isUnread(info.schema, type, node.name.value)) continue;
    made.add(node.name.value);
    const inner = typeOfField(info.schema, type, node.name.value);
    if (node.selectionSet === undefined || inner === null) continue;
    for (const { name } of collect(info, node.selectionSet, inner)) made.add(`${node.name.value}.${name.value}`);
  }
  known.set(key, made);
  return made;
};

/** What is asked for of the rows of a connection, whether through `edges` or `nodes`, and of the connection itself. */
export const connectionSelection = (
  info: Info,
  type: string,
): { readonly rows: Selection; readonly counted: boolean } => {
  const known = remembered(info.fieldNodes);
  const key = `>${type}Connection+`;
  const rows =
    known.get(key) ?? new Set([...selection(info, type, ['edges', 'node']), ...selection(info, type, ['nodes'])]);
  known.set(key, rows);
  return { rows, counted: selection(info, `${type}Connection`).has('totalCount') };
};

// graphql-js hands the same array to every row of a list, and a new one to every request, so the walk is done once per
// list and not once per row, and what `@skip` left out of one request is not left out of the next.
const memory = new WeakMap<readonly FieldNode[], Map<string, Selection>>();

const remembered = (nodes: readonly FieldNode[]): Map<string, Selection> => {
  const known = memory.get(nodes);
  if (known !== undefined) return known;
  const made = new Map<string, Selection>();
  memory.set(nodes, made);
  return made;
};

const fieldsOf = (info: Info, nodes: readonly FieldNode[], type: string, path: readonly string[]): FieldNode[] => {
  const [step, ...rest] = path;
  const inner = nodes.flatMap((node) =>
    node.selectionSet === undefined ? [] : collect(info, node.selectionSet, step === undefined ? type : null),
  );
  if (step === undefined) return inner;
  return fieldsOf(
    info,
    inner.filter((node) => node.name.value === step),
    type,
    rest,
  );
};

/** Fields of a selection set that apply to `type`; with null, on the way down, whatever type they are on. */
const collect = (info: Info, set: SelectionSetNode, type: string | null): FieldNode[] =>
  set.selections.flatMap((node) => {
    if (!isIncluded(info, node)) return [];
    if (node.kind === Kind.FIELD) return [node];
    const fragment =
      node.kind === Kind.INLINE_FRAGMENT ? node : (info.fragments[node.name.value] as FragmentDefinitionNode);
    const condition = fragment.typeCondition?.name.value;
    return condition === undefined || type === null || applies(info.schema, condition, type)
      ? collect(info, fragment.selectionSet, type)
      : [];
  });

/** Extension of a field definition: whatever is asked of it, nothing of its owner is needed for the answer. */
export const UNREAD = 'caregraph:unread';

const isUnread = (schema: GraphQLSchema, type: string, field: string): boolean => {
  const parent = schema.getType(type);
  return isObjectType(parent) && parent.getFields()[field]?.extensions[UNREAD] === true;
};

const typeOfField = (schema: GraphQLSchema, type: string, field: string): string | null => {
  const parent = schema.getType(type);
  const found = isObjectType(parent) ? parent.getFields()[field] : undefined;
  return found === undefined ? null : getNamedType(found.type).name;
};

const isIncluded = (info: Info, node: Parameters<typeof getDirectiveValues>[1]): boolean =>
  getDirectiveValues(GraphQLSkipDirective, node, info.variableValues)?.['if'] !== true &&
  getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues)?.['if'] !== false;

const applies = (schema: GraphQLSchema, condition: string, type: string): boolean => {
  if (condition === type) return true;
  const abstract = schema.getType(condition);
  const concrete = schema.getType(type);
  return isAbstractType(abstract) && isObjectType(concrete) && schema.isSubType(abstract, concrete);
};
