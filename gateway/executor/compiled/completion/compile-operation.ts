import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  Kind,
} from 'graphql';
import { ALWAYS } from '../../../authorization/conditions.ts';
import type { JsonObject } from '../json-object.ts';
import type { CompletionState, Place } from './completer.ts';
import { compileObject } from './compile-position.ts';
import { createGuards } from './guards.ts';
import { compileIntrospection } from './introspection.ts';
import { unexplained } from './unexplained.ts';

/**
 * Completes everything the subgraphs have said (GraphQL section 6.4.3): what the operation selects and the schema
 * allows, in the order of the document. The errors are those of completion that no error told before explains.
 */
export type CompleteOperation = (
  data: JsonObject,
  variables: Readonly<Record<string, unknown>>,
  told: readonly GraphQLError[],
) => { readonly data: unknown; readonly errors: readonly GraphQLError[] };

/** Compiles the completion of an operation that is valid against the schema. */
export const compileOperation = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
): CompleteOperation => {
  const operation = getOperationAST(document, operationName);
  const rootType = operation && schema.getRootType(operation.operation);
  if (!operation || !rootType) throw new Error('the document does not have the operation');
  const guards = createGuards();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const introspected = compileIntrospection({ schema, fragments }, operation);
  const root: Place = { path: [], depth: 0, field: rootType.name, nodes: [] };
  const sets = [{ set: operation.selectionSet, when: ALWAYS ?? [] }];
  const complete = compileObject({ schema, fragments, guards, introspected }, rootType.name, sets, root);
  return (data, variables, told) => {
    const state: CompletionState = { variables, isOpen: [], indices: [], errors: [] };
    guards.evaluate(state);
    const completed = complete(data, state);
    return { data: completed, errors: unexplained(state.errors, told) };
  };
};
