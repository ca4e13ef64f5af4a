import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type OperationTypeNode,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';

/** The text of a supergraph as a syntax tree, where the notes on which subgraph has what are ordinary directives. */
export interface SupergraphText {
  readonly document: DocumentNode;
  readonly types: ReadonlyMap<string, TypeDefinitionNode>;
}

export const supergraphText = (document: DocumentNode): SupergraphText => {
  const types = new Map<string, TypeDefinitionNode>();
  for (const node of document.definitions) if (isTypeDefinition(node)) types.set(node.name.value, node);
  return { document, types };
};

const isTypeDefinition = (node: { readonly kind: Kind }): node is TypeDefinitionNode =>
  node.kind.endsWith('TypeDefinition');

/** A type with fields of its own that can be selected. */
export type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export const isComposite = (node: { readonly kind: Kind } | undefined): node is Composite =>
  node?.kind === Kind.OBJECT_TYPE_DEFINITION || node?.kind === Kind.INTERFACE_TYPE_DEFINITION;

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

export const directivesOf = ({ directives = [] }: Annotated, name: string): readonly ConstDirectiveNode[] =>
  directives.filter((directive) => directive.name.value === name);

/** The value of an argument that is a string, the name of an enum's value, or a boolean. */
export const argumentOf = (directive: ConstDirectiveNode, name: string): string | boolean | undefined => {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value !== undefined && 'value' in value ? value.value : undefined;
};

/** What the arguments of a field take from contexts, as `@fromContext` has it after the name of the context. */
export const contextSelectionsOf = (joinField: ConstDirectiveNode): readonly string[] => {
  const given = joinField.arguments?.find(({ name }) => name.value === 'contextArguments')?.value;
  return (given?.kind === Kind.LIST ? given.values : []).flatMap((value) => {
    const fields = value.kind === Kind.OBJECT ? value.fields : [];
    const selection = fields.find(({ name }) => name.value === 'selection')?.value;
    return selection?.kind === Kind.STRING ? [selection.value] : [];
  });
};

/** The name of the type a field is of in a subgraph, which may know it by a narrower one than the others. */
export const typeNameOf = (field: FieldDefinitionNode, graph: unknown): string => {
  const note = directivesOf(field, 'join__field').find((directive) => argumentOf(directive, 'graph') === graph);
  const narrower = note && argumentOf(note, 'type');
  return typeof narrower === 'string' ? narrower.replaceAll(/[[\]!]/g, '') : baseNameOf(field.type);
};

const baseNameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : baseNameOf(type.type);

/** The type of all queries, mutations or subscriptions. */
export const rootOf = ({ document }: SupergraphText, kind: OperationTypeNode): string => {
  for (const node of document.definitions)
    if (node.kind === Kind.SCHEMA_DEFINITION)
      for (const { operation, type } of node.operationTypes) if (operation === kind) return type.name.value;
  throw new Error('the supergraph has no such root');
};

/** By the name of a subgraph as plans have it, the name the supergraph gives it. */
export const graphNames = ({ types }: SupergraphText): ReadonlyMap<string, string> => {
  const graphs = types.get('join__Graph') as EnumTypeDefinitionNode | undefined;
  const names = new Map<string, string>();
  for (const value of graphs?.values ?? [])
    for (const note of directivesOf(value, 'join__graph'))
      names.set(String(argumentOf(note, 'name')), value.name.value);
  return names;
};

/** The same supergraph with some of its types replaced. */
export const withTypes = (
  { document }: SupergraphText,
  changed: ReadonlyMap<string, TypeDefinitionNode>,
): SupergraphText =>
  supergraphText({
    ...document,
    definitions: document.definitions.map((node) =>
      isTypeDefinition(node) ? (changed.get(node.name.value) ?? node) : node,
    ),
  });
