import {
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import type { Document } from './collect-fields.ts';
import type { CompletionState } from './completer.ts';

/**
 * Answers `__schema` and `__type` at the root from the API schema. Without variables there is one answer, which is
 * kept.
 */
export const compileIntrospection = (
  document: Document,
  operation: OperationDefinitionNode,
): ((state: CompletionState) => Readonly<Record<string, unknown>>) => {
  const asked = introspectionOf(document, operation);
  const isFixed = (asked.operation.variableDefinitions ?? []).length === 0;
  let kept: Readonly<Record<string, unknown>> | undefined;
  return ({ variables }) => {
    if (kept !== undefined) return kept;
    const answered = answer(document.schema, asked.document, variables);
    if (isFixed) kept = answered;
    return answered;
  };
};

const answer = (schema: GraphQLSchema, document: DocumentNode, variableValues: Readonly<Record<string, unknown>>) =>
  executeSync({ schema, document, variableValues }).data ?? {};

/** The operation with nothing at its root but introspection. */
const introspectionOf = (
  { fragments }: Document,
  operation: OperationDefinitionNode,
): { readonly document: DocumentNode; readonly operation: OperationDefinitionNode } => {
  const keep = (selection: SelectionNode): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return /^__(?:schema|type)$/.test(selection.name.value) ? [selection] : [];
    const inner = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    const kept = inner === undefined ? [] : within(inner.selectionSet);
    if (inner === undefined || kept.length === 0) return [];
    const { directives = [] } = selection;
    return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: { kind: Kind.SELECTION_SET, selections: kept } }];
  };
  const within = (set: SelectionSetNode) => set.selections.flatMap(keep);
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: within(operation.selectionSet) };
  const { name: _name, directives: _directives, ...rest } = operation;
  const definitions = [...fragments.values()];
  const variableDefinitions = usedOf(operation.variableDefinitions ?? [], {
    kind: Kind.DOCUMENT,
    definitions: [{ ...rest, variableDefinitions: [], selectionSet }, ...definitions],
  });
  const only: OperationDefinitionNode = { ...rest, variableDefinitions, selectionSet };
  return { operation: only, document: { kind: Kind.DOCUMENT, definitions: [only, ...definitions] } };
};

/** Of the variables, those the selections name: the others need not be looked at again. */
const usedOf = (definitions: readonly VariableDefinitionNode[], document: DocumentNode): VariableDefinitionNode[] => {
  const used = new Set<string>();
  visit(document, { Variable: ({ name }) => void used.add(name.value) });
  return definitions.filter(({ variable }) => used.has(variable.name.value));
};
