import {
  type DocumentNode,
  type FieldNode,
  type GraphQLOutputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Identity } from '../../platform/identity.ts';
import type { AnalyzedField, AnalyzedOperation, AnalyzedSelection, Occurrence } from './analyze-operation.ts';
import type { Condition } from './conditions.ts';
import type { Below, DeniedPath, DeniedSelections, Missing } from './denied.ts';
import { isSatisfied } from './requirement.ts';
import type { Requirements } from './requirement-table.ts';

/** What a caller with one mask may run of one operation. */
export interface PreparedOperation {
  readonly operation: OperationDefinitionNode;
  /** What is left to plan; `undefined` when nothing is. Valid against the API schema. */
  readonly document: DocumentNode | undefined;
  /** What was taken out, for `completeDenied`; `undefined` when nothing was. */
  readonly denied: DeniedSelections | undefined;
  readonly deniedPaths: readonly DeniedPath[];
  /** Response key of `__typename`s that were asked for besides. Not part of the answer. */
  readonly typeKey: string;
}

type Variables = Readonly<Record<string, unknown>>;

const NO_VARIABLES: Variables = Object.freeze({});

/**
 * One digit per requirement the operation touches, then one per occurrence: `1` where the caller meets it.
 *
 * @param variables coerced, defaults filled in
 */
export const maskOf = (
  { all, rules }: Requirements,
  { touched, occurrences }: AnalyzedOperation,
  identity: Identity,
  variables: Variables = NO_VARIABLES,
): string => {
  let mask = '';
  for (const id of touched) {
    const requirement = all[id];
    mask += requirement !== undefined && isSatisfied(requirement, identity, rules) ? MET : UNMET;
  }
  for (const { requirement: id, concerns, argumentsOf } of occurrences) {
    const requirement = all[id];
    const isMet =
      requirement !== undefined &&
      (requirement.kind === 'policy'
        ? !concerns(variables) || isSatisfied(requirement, identity, rules, argumentsOf(variables))
        : isSatisfied(requirement, identity, rules) || !concerns(variables));
    mask += isMet ? MET : UNMET;
  }
  return mask;
};

/** The mask of whoever meets everything. */
export const wholeMask = ({ touched, occurrences }: AnalyzedOperation): string =>
  MET.repeat(touched.length + occurrences.length);

const MET = '1';
const UNMET = '0';

/**
 * Takes out of an operation what callers with this mask may not select, before anything is planned.
 *
 * The verdict is a function of the operation and the mask, so it can be kept under those, and shared by all callers
 * alike.
 */
export const filterDocument = (analyzed: AnalyzedOperation, mask: string): PreparedOperation => {
  const { document, operation, typeKey, touched, occurrences } = analyzed;
  const ids = [...touched, ...occurrences.map(({ id }) => id)];
  const unmet = new Set(ids.filter((_id, index) => mask[index] !== MET));
  const common = { operation, typeKey };
  if (unmet.size === 0) return Object.freeze({ ...common, document, denied: undefined, deniedPaths: [] });
  const denied = new Draft();
  const deniedPaths: DeniedPath[] = [];
  const cut: Cut = { unmet, occurrences: new Map(occurrences.map((one) => [one.id, one])), typeKey, deniedPaths };
  const selections = filterSet(cut, analyzed.selections, denied, [], []);
  return Object.freeze({
    ...common,
    document: selections.length === 0 ? undefined : documentOf(operation, selections),
    denied: denied.isEmpty() ? undefined : denied,
    deniedPaths,
  });
};

interface Cut {
  readonly unmet: ReadonlySet<number>;
  readonly occurrences: ReadonlyMap<number, Occurrence>;
  readonly typeKey: string;
  readonly deniedPaths: DeniedPath[];
}

class Draft implements DeniedSelections {
  readonly order: string[] = [];
  readonly missing: Missing[] = [];
  readonly below: Below[] = [];

  isEmpty(): boolean {
    return this.missing.length === 0 && this.below.length === 0;
  }
}

/**
 * What may stay of the selections of one object; what may not is noted in `draft`, and in the cut's paths.
 *
 * Where nulls depend on the type of a field's object, every selection of that field asks for the type: the one that had
 * something denied may have nothing left, and be filled by another.
 */
const filterSet = (
  cut: Cut,
  selections: readonly AnalyzedSelection[],
  draft: Draft,
  path: readonly string[],
  when: readonly Condition[],
): SelectionNode[] => {
  const left = filterSelections(cut, selections, draft, path, when);
  const keys = new Set(draft.below.flatMap((one) => (dependsOnType(one.selections) ? [one.responseKey] : [])));
  return keys.size === 0 ? left : left.map((node) => withType(node, keys, cut.typeKey));
};

const dependsOnType = ({ missing, below }: DeniedSelections): boolean =>
  [...missing, ...below].some(({ objects }) => objects !== undefined);

const withType = (node: SelectionNode, keys: ReadonlySet<string>, typeKey: string): SelectionNode => {
  if (node.kind === Kind.FRAGMENT_SPREAD || node.selectionSet === undefined) return node;
  const { selections } = node.selectionSet;
  if (node.kind === Kind.INLINE_FRAGMENT)
    return { ...node, selectionSet: setOf(selections.map((inner) => withType(inner, keys, typeKey))) };
  const isMeant = keys.has((node.alias ?? node.name).value);
  return isMeant ? { ...node, selectionSet: setOf([...selections, typenameAs(typeKey)]) } : node;
};

const filterSelections = (
  cut: Cut,
  selections: readonly AnalyzedSelection[],
  draft: Draft,
  path: readonly string[],
  when: readonly Condition[],
): SelectionNode[] =>
  selections.flatMap((selection): SelectionNode[] => {
    if (selection.kind === 'field') return filterField(cut, selection, draft, path, when);
    const { typeCondition, directives } = selection;
    const left = filterSelections(cut, selection.selections, draft, path, when);
    if (left.length === 0) return [];
    const condition = typeCondition === undefined ? {} : { typeCondition };
    return [{ kind: Kind.INLINE_FRAGMENT, ...condition, directives, selectionSet: setOf(left) }];
  });

/**
 * A field with nothing left to select is taken out with its selections: the caller learns nothing of the object, not
 * even whether there is one, and its owner is not asked. A field that another selection of the same key keeps is
 * filled by that one, which is why nulls are only written where nothing is.
 */
const filterField = (
  cut: Cut,
  field: AnalyzedField,
  draft: Draft,
  path: readonly string[],
  around: readonly Condition[],
): SelectionNode[] => {
  const { node, responseKey, objects, type } = field;
  if (field.when === undefined) return field.needs.some((id) => cut.unmet.has(id)) ? [] : withoutSpreads(cut, field);
  const position = { responseKey, objects, when: field.when, type };
  const when = [...around, ...field.when];
  draft.order.push(responseKey);
  if (field.needs.some((id) => cut.unmet.has(id))) {
    draft.missing.push(position);
    cut.deniedPaths.push({ path: [...path, responseKey], ...unmetOf(cut, field), when });
    return [];
  }
  if (field.selections === undefined) return [node];
  const below = new Draft();
  const left = filterSet(cut, field.selections, below, [...path, responseKey, ...indices(type)], when);
  if (!below.isEmpty()) draft.below.push({ ...position, selections: below });
  if (left.length === 0) draft.missing.push(position);
  if (left.length === 0) return [];
  return [{ ...node, selectionSet: setOf(left) }];
};

const unmetOf = (
  { unmet, occurrences: all }: Cut,
  { needs }: AnalyzedField,
): Pick<DeniedPath, 'unmet' | 'occurrences'> => {
  const failed = needs.filter((id) => unmet.has(id));
  const occurrences = failed.flatMap((id) => all.get(id) ?? []);
  return { unmet: [...new Set(failed.map((id) => all.get(id)?.requirement ?? id))], occurrences };
};

/** A field that is never part of the answer stays as far as it may, so that the document means what it meant. */
const withoutSpreads = (cut: Cut, field: AnalyzedField): SelectionNode[] => {
  if (field.selections === undefined) return [field.node];
  const unseen: Cut = { ...cut, deniedPaths: [] };
  const left = filterSelections(unseen, field.selections, new Draft(), [], []);
  return left.length === 0 ? [] : [{ ...field.node, selectionSet: setOf(left) }];
};

const setOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({ kind: Kind.SELECTION_SET, selections });

const typenameAs = (alias: string): FieldNode => ({
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: alias },
  name: { kind: Kind.NAME, value: '__typename' },
});

/** One `@` per level of list. */
const indices = (type: GraphQLOutputType): string[] => {
  if (isNonNullType(type)) return indices(type.ofType as GraphQLOutputType);
  return isListType(type) ? ['@', ...indices(type.ofType)] : [];
};

/** Fragments have been put in place, so none is left; variables nobody uses any more would make it invalid. */
const documentOf = (operation: OperationDefinitionNode, selections: readonly SelectionNode[]): DocumentNode => {
  const filtered: OperationDefinitionNode = { ...operation, selectionSet: setOf(selections) };
  const used = new Set<string>();
  visit({ ...filtered, variableDefinitions: [] }, { Variable: ({ name }) => void used.add(name.value) });
  const variableDefinitions =
    operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [];
  return { kind: Kind.DOCUMENT, definitions: [{ ...filtered, variableDefinitions }] };
};
