import {
  type FragmentDefinitionNode,
  getOperationAST,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { PlannedOperation } from '../../execute-plan.ts';
import type { JsonObject } from '../json-object.ts';
import type { CompletionState } from './completer.ts';
import { compileObject } from './compile-object.ts';
import { createGuards } from './guards.ts';
import { compileIntrospection } from './introspection.ts';
import { toldErrors } from './told-errors.ts';

/**
 * Completes everything the subgraphs have said (GraphQL section 6.4.3): what the operation selects and the schema
 * allows, and null for what was denied, in the order of the document, as JSON. The errors are those of completion that
 * no error told before explains.
 */
export type CompleteOperation = (
  data: JsonObject,
  request: Pick<CompletionState, 'variables' | 'shown' | 'maskKey'>,
  told: readonly GraphQLError[],
) => { readonly data: string; readonly errors: readonly GraphQLError[] };

/** Compiles the completion of an operation that is valid against the schema. */
export const compileOperation = (
  schema: GraphQLSchema,
  { operation, document, denied, typeKey, masks }: PlannedOperation,
): CompleteOperation => {
  const rootType = schema.getRootType(operation.operation);
  const left = document === undefined ? NOTHING_LEFT : getOperationAST(document, operation.name?.value);
  if (!rootType || !left) throw new Error('the document does not have the operation');
  const guards = createGuards();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document?.definitions ?? [])
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const introspected = compileIntrospection(fragments, left, typeKey);
  const complete = compileObject(
    { schema, fragments, guards, typeKey, introspected, masks },
    rootType.name,
    {
      sets: [{ set: left.selectionSet, when: [] }],
      layers: denied === undefined ? [] : [{ denied, when: [] }],
    },
    { path: [], depth: 0, field: rootType.name, nodes: [] },
  );
  return (data, { variables, shown, maskKey }, told) => {
    const state: CompletionState = {
      variables,
      shown,
      isOpen: [],
      indices: [],
      maskKey,
      told: toldErrors(told),
      errors: [],
    };
    guards.evaluate(state);
    return { data: complete(data, state) ?? 'null', errors: state.errors };
  };
};

/** Everything was denied: nobody was asked for anything. */
const NOTHING_LEFT: OperationDefinitionNode = {
  kind: Kind.OPERATION_DEFINITION,
  operation: OperationTypeNode.QUERY,
  selectionSet: { kind: Kind.SELECTION_SET, selections: [] },
};
