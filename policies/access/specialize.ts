import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type SelectionNode,
  separateOperations,
  visit,
} from 'graphql';
import { filterSelections, operationIn, typenameField } from './filter-selections.ts';

/**
 * The operation as these variables make it: what `@skip` and `@include` leave out is gone, and so are the directives.
 * The variables that decide are coerced, and boolean.
 *
 * A plan made for such a document asks for nothing that is left out. With conditions in the document, the planner lets
 * a fetch depend on what a conditional field needs, and loses what stands beside that field when it is left out.
 *
 * An object of which everything is left out is still answered with `{}`; its selection set then asks for the type, under
 * `hiddenKey`, which is not part of the answer. Where nothing is conditional, the document is returned as it is.
 */
export const specialize = (
  document: DocumentNode,
  operationName: string | null,
  variables: Readonly<Record<string, unknown>>,
  hiddenKey: string,
): DocumentNode => {
  const keep = (selection: SelectionNode): SelectionNode | undefined => {
    const { directives = [] } = selection;
    if (!directives.some(isCondition)) return selection;
    if (!directives.every((directive) => allows(directive, variables))) return undefined;
    return { ...selection, directives: directives.filter((directive) => !isCondition(directive)) };
  };
  return filterSelections(document, operationName, keep, typenameField(hiddenKey));
};

/** The variables of the operation's conditions, those in its fragments included: sorted, each once. */
export const conditionVariablesOf = (document: DocumentNode, operationName: string | null): readonly string[] => {
  const operation = operationIn(document, operationName);
  const names = new Set<string>();
  visit(separateOperations(document)[operation.name?.value ?? ''] ?? document, {
    Directive: (directive) => {
      const value = isCondition(directive) ? directive.arguments?.[0]?.value : undefined;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return Object.freeze([...names].toSorted());
};

const isCondition = ({ name }: DirectiveNode | ConstDirectiveNode): boolean =>
  name.value === 'skip' || name.value === 'include';

const allows = (directive: DirectiveNode, variables: Readonly<Record<string, unknown>>): boolean => {
  const value = directive.arguments?.[0]?.value;
  if (!isCondition(directive) || value === undefined) return true;
  const isTrue =
    value.kind === Kind.VARIABLE ? variables[value.name.value] === true : value.kind === Kind.BOOLEAN && value.value;
  return isTrue === (directive.name.value === 'include');
};
