import {
  type FieldDefinitionNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
} from 'graphql';
import { isComposite, type SupergraphText, typeNameOf } from './supergraph-text.ts';

/** Where in what a field requires one is. */
export interface RequiredAt {
  /** The subgraph of the field that requires it. */
  readonly graph: string;
  readonly typeName: string;
  /** Keys down to it. */
  readonly path: readonly string[];
}

/** What a field requires, where `nameOf` gives other names to the fields that can have arguments. */
export const renameRequired = (
  text: SupergraphText,
  required: string,
  at: RequiredAt,
  nameOf: (node: FieldNode, at: RequiredAt) => string,
): string => {
  const rename = ({ selections }: SelectionSetNode, within: RequiredAt): SelectionSetNode => ({
    kind: Kind.SELECTION_SET,
    selections: selections.map((node): SelectionNode => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return node;
      if (node.kind === Kind.INLINE_FRAGMENT) {
        const typeName = node.typeCondition?.name.value ?? within.typeName;
        return { ...node, selectionSet: rename(node.selectionSet, { ...within, typeName }) };
      }
      const field = fieldOf(text, within.typeName, node.name.value);
      if (field === undefined) return node;
      const value = (field.arguments ?? []).length === 0 ? node.name.value : nameOf(node, within);
      const below = { ...within, typeName: typeNameOf(field, at.graph), path: [...within.path, value] };
      const selectionSet = node.selectionSet && rename(node.selectionSet, below);
      return { kind: Kind.FIELD, name: { kind: Kind.NAME, value }, ...(selectionSet && { selectionSet }) };
    }),
  });
  const { selectionSet } = parse(`{${required}}`, { noLocation: true }).definitions[0] as OperationDefinitionNode;
  return stripIgnoredCharacters(print(rename(selectionSet, at))).slice(1, -1);
};

export const fieldOf = ({ types }: SupergraphText, typeName: string, name: string): FieldDefinitionNode | undefined => {
  const type = types.get(typeName);
  return isComposite(type) ? type.fields?.find((field) => field.name.value === name) : undefined;
};
