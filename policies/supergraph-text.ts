import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql';

/** A type with fields, as it stands in a supergraph. */
export type FieldedType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export const fieldedTypes = (supergraph: DocumentNode): readonly FieldedType[] =>
  supergraph.definitions.filter(
    (node): node is FieldedType =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION,
  );

/** The same of any schema, with what extends a type put to it. */
export const mergedTypes = (document: DocumentNode): readonly FieldedType[] => {
  const types = new Map<string, FieldedType>();
  for (const node of document.definitions) {
    const kind = FIELDED.get(node.kind);
    if (kind === undefined) continue;
    const { name, interfaces = [], directives = [], fields = [] } = node as FieldedType;
    const known = types.get(name.value);
    types.set(name.value, {
      kind: known?.kind ?? kind,
      name,
      interfaces: [...(known?.interfaces ?? []), ...interfaces],
      directives: [...(known?.directives ?? []), ...directives],
      fields: [...(known?.fields ?? []), ...fields],
    });
  }
  return [...types.values()];
};

const FIELDED: ReadonlyMap<string, FieldedType['kind']> = new Map([
  [Kind.OBJECT_TYPE_DEFINITION, Kind.OBJECT_TYPE_DEFINITION],
  [Kind.OBJECT_TYPE_EXTENSION, Kind.OBJECT_TYPE_DEFINITION],
  [Kind.INTERFACE_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION],
  [Kind.INTERFACE_TYPE_EXTENSION, Kind.INTERFACE_TYPE_DEFINITION],
]);

type Directed = Pick<FieldDefinitionNode, 'directives'>;

/** The arguments of each use of a directive, as plain values; enum values are their names. */
export const usesOf = ({ directives = [] }: Directed, name: string): readonly Readonly<Record<string, unknown>>[] =>
  directives.filter((directive) => directive.name.value === name).map(argumentsOf);

export const isMarked = ({ directives = [] }: Directed, name: string): boolean =>
  directives.some((directive) => directive.name.value === name);

const argumentsOf = ({ arguments: given = [] }: ConstDirectiveNode): Readonly<Record<string, unknown>> =>
  Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);

export const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription']);

/** Names of subgraphs, by the enum values that stand for them in a supergraph (join specification, v0.5). */
export const graphNames = ({ definitions }: DocumentNode): ReadonlyMap<string, string> => {
  const graphs = definitions.find(
    (node) => node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) return new Map();
  return new Map(
    (graphs.values ?? []).map((value) => [
      value.name.value,
      textOf(usesOf(value, 'join__graph')[0]?.['name']) ?? value.name.value,
    ]),
  );
};

/** The graphs that have a type; those that only mention it by its key are left out. */
export const graphsOfType = (type: FieldedType): readonly string[] => [
  ...new Set(
    usesOf(type, 'join__type').flatMap(({ graph, resolvable }) =>
      typeof graph !== 'string' || resolvable === false ? [] : [graph],
    ),
  ),
];

/** The graphs that can be asked for a field. */
export const graphsOfField = (type: FieldedType, field: FieldDefinitionNode): readonly string[] => {
  const uses = usesOf(field, 'join__field');
  if (uses.length === 0) return graphsOfType(type);
  return uses.flatMap(({ graph, external, usedOverridden }) =>
    typeof graph !== 'string' || external === true || usedOverridden === true ? [] : [graph],
  );
};
