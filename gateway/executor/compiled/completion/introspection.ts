import {
  type DocumentNode,
  executeSync,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { ERRORS } from '../../../../platform/errors.ts';
import type { Document } from './collect-fields.ts';
import type { CompletionState } from './completer.ts';

/** Gives the JSON of one field of introspection, by its response key. */
export type Introspected = (key: string) => (state: CompletionState) => string | null;

/**
 * Answers `__schema` and `__type` at the root from what is shown to the caller. Without variables there is one answer for
 * each schema that is shown, which is kept as long as that is. What a caller can do wrong is to give null for the name of
 * a type.
 */
export const compileIntrospection = (
  fragments: Fragments,
  operation: OperationDefinitionNode,
  typeKey: string,
): Introspected => {
  const kept = new WeakMap<GraphQLSchema, Answered>();
  const perRequest = new WeakMap<CompletionState, Answered>();
  const compile = () => {
    const asked = introspectionOf(fragments, operation);
    const isFixed = (asked.operation.variableDefinitions ?? []).length === 0;
    return (state: CompletionState): Answered => {
      const schema = state.shown();
      const known = isFixed ? kept.get(schema) : perRequest.get(state);
      if (known !== undefined) return known;
      const answered = answer(schema, asked.document, state.variables, typeKey);
      if (isFixed) kept.set(schema, answered);
      else perRequest.set(state, answered);
      return answered;
    };
  };
  let compiled: ReturnType<typeof compile> | undefined;
  return (key) => {
    const answerFor = (compiled ??= compile());
    return (state) => {
      const { texts, errors } = answerFor(state);
      for (const error of errors)
        if (error.path === undefined || error.path[0] === key) state.errors.push(refused(error, key));
      return texts.get(key) ?? null;
    };
  };
};

type Fragments = Document['fragments'];

interface Answered {
  readonly texts: ReadonlyMap<string, string>;
  readonly errors: readonly GraphQLError[];
}

const answer = (
  schema: GraphQLSchema,
  document: DocumentNode,
  variableValues: Readonly<Record<string, unknown>>,
  typeKey: string,
): Answered => {
  const { data, errors = [] } = executeSync({ schema, document, variableValues });
  // Nothing but response keys are keys here.
  const shown = (key: string, value: unknown) => (key === typeKey ? undefined : value);
  const texts = Object.entries(data ?? {}).flatMap(([key, value]): [string, string][] =>
    value === null ? [] : [[key, JSON.stringify(value, shown)]],
  );
  return { texts: new Map(texts), errors };
};

/** The sentence is ours: graphql-js quotes values of arguments. */
const refused = ({ nodes, path = [] }: GraphQLError, key: string): GraphQLError => {
  const code = 'BAD_USER_INPUT';
  const { message, retryable } = ERRORS[code];
  return new GraphQLError(message, {
    nodes: nodes ?? [],
    path: path.length === 0 ? [key] : path,
    extensions: { code, retryable },
  });
};

/** The operation with nothing at its root but introspection. */
const introspectionOf = (
  fragments: Fragments,
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
