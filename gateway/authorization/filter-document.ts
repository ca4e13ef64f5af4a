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
import type { LRUCache } from 'lru-cache';
import type { Identity } from '../../platform/identity.ts';
import type { Generation } from '../supergraph/generation.ts';
import {
  type AnalyzedField,
  type AnalyzedOperation,
  type AnalyzedSelection,
  analyzeOperation,
} from './analyze-operation.ts';
import type { Condition } from './conditions.ts';
import type { Below, DeniedPath, DeniedSelections, Missing } from './denied.ts';
import { isSatisfied } from './requirement.ts';

/** What a caller with one mask may run of one operation. */
export interface PreparedOperation {
  /** Document, operation name and mask: equal keys, equal plans. */
  readonly key: string;
  /** One digit per requirement the operation touches: `1` where the caller meets it. */
  readonly mask: string;
  readonly operation: OperationDefinitionNode;
  /** What is left to plan; `undefined` when nothing is. Valid against the API schema. */
  readonly document: DocumentNode | undefined;
  /** What was taken out, for `completeDenied`; `undefined` when nothing was. */
  readonly denied: DeniedSelections | undefined;
  readonly deniedPaths: readonly DeniedPath[];
  /** Response key that carries the type of an object where the nulls depend on it. Not part of the answer. */
  readonly typeKey: string;
  readonly size: number;
}

/** A document as it came: validated, and named by the hash of its text. */
export interface HashedDocument {
  readonly hash: string;
  readonly document: DocumentNode;
}

/**
 * Takes out of an operation what the caller may not select, before anything is planned.
 *
 * The verdict is a function of the document and of which requirements the caller meets, so it is kept under those and
 * shared by all callers alike; per request only the mask is computed. The same key has to be used for the plan.
 */
export const filterDocument = (
  generation: Generation,
  { hash, document }: HashedDocument,
  operationName: string | null,
  identity: Pick<Identity, 'scopes'>,
): PreparedOperation => {
  const { caches, requirements, schema } = generation;
  const name = `${hash}:${operationName ?? ''}`;
  const analyzed = remember(caches.analyzed, name, () =>
    analyzeOperation(schema, requirements, document, operationName),
  );
  const unmet = new Set(analyzed.touched.filter((id) => !isMet(generation, id, identity)));
  const mask = analyzed.touched.map((id) => (unmet.has(id) ? '0' : '1')).join('');
  const key = `${name}:${mask}`;
  return remember(caches.prepared, key, () => prepare(analyzed, key, mask, unmet));
};

const remember = <V extends object>(cache: LRUCache<string, V>, key: string, make: () => V): V => {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
};

const isMet = ({ requirements }: Generation, id: number, identity: Pick<Identity, 'scopes'>): boolean => {
  const requirement = requirements.all[id];
  return requirement !== undefined && isSatisfied(requirement, identity);
};

const prepare = (
  analyzed: AnalyzedOperation,
  key: string,
  mask: string,
  unmet: ReadonlySet<number>,
): PreparedOperation => {
  const { document, operation, size } = analyzed;
  const typeKey = unusedKey(document);
  const common = { key, mask, operation, typeKey, size };
  if (unmet.size === 0) return Object.freeze({ ...common, document, denied: undefined, deniedPaths: [] });
  const denied = new Draft();
  const deniedPaths: DeniedPath[] = [];
  const cut: Cut = { unmet, typeKey, deniedPaths };
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
    cut.deniedPaths.push({ path: [...path, responseKey], when });
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

const unusedKey = (document: DocumentNode): string => {
  const taken = new Set<string>();
  visit(document, { Field: ({ alias, name }) => void taken.add(alias?.value ?? name.value) });
  let key = 'deniedType';
  while (taken.has(key)) key += '_';
  return key;
};
