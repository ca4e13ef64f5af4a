import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  getOperationAST,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { DataClass } from '../classes.ts';
import { type FieldMask, type FieldMasks, maskFor, type Sights } from '../field-masks.ts';
import type { Mask } from '../masks.ts';
import { ALWAYS, narrowed } from './conditions.ts';

/** Where an operation selects what not everybody sees as it is. */
export interface MaskNode {
  /** Its response key, and `@` for each list around what it holds. */
  readonly path: readonly string[];
  /** Fields that may stand here: several where the object can be of several types. */
  readonly fields: readonly FieldMask[];
  readonly below: readonly MaskNode[];
}

/** One place of an answer at which somebody sees something else than what is there. `@` stands for every index. */
export interface MaskedPath {
  readonly path: readonly string[];
  readonly as: Mask;
}

/**
 * The places of an operation that concern masks, whoever asks. Fragments are expanded, so the number of expanded selections
 * has to be limited before.
 *
 * @param masks fields that somebody sees otherwise than they are
 */
export const maskTree = (
  schema: GraphQLSchema,
  masks: FieldMasks,
  document: DocumentNode,
  operationName: string | null,
): readonly MaskNode[] => {
  const operation = getOperationAST(document, operationName);
  const root = operation == null ? undefined : schema.getRootType(operation.operation);
  if (masks.size === 0 || operation == null || root == null) return [];
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  return nodesOf({ schema, masks, fragments }, root, operation.selectionSet);
};

/** Classes on whose sight it depends what is seen of these places. */
export const classesOf = (tree: readonly MaskNode[]): readonly DataClass[] => {
  const found = new Set<DataClass>();
  const visit = (nodes: readonly MaskNode[]): void => {
    for (const { fields, below } of nodes) {
      for (const { class: own, returns } of fields)
        for (const one of [own, returns]) if (one !== undefined) found.add(one);
      visit(below);
    }
  };
  visit(tree);
  return [...found].toSorted();
};

/** What somebody is told of what was masked. What lies below something that was removed is not there to be masked. */
export const maskedPaths = (tree: readonly MaskNode[], sights: Sights): readonly MaskedPath[] => {
  const found = new Map<string, MaskedPath>();
  const visit = (nodes: readonly MaskNode[], around: readonly string[]): void => {
    for (const { path, fields, below } of nodes) {
      const whole = [...around, ...path];
      const masks = fields.map((field) => maskFor(field, sights));
      const [as] = masks.filter((mask) => mask !== 'KEEP' && mask !== 'SEAL');
      if (as !== undefined) found.set(whole.join('\n'), { path: withoutEnd(whole), as });
      if (masks.length === 0 || masks.some((mask) => mask !== 'REMOVED')) visit(below, whole);
    }
  };
  visit(tree, []);
  return [...found.values()];
};

/** A list that is masked is named itself: its items are masked one by one, or are not there. */
const withoutEnd = (path: readonly string[]): readonly string[] =>
  path.slice(0, path.findLastIndex((one) => one !== '@') + 1);

interface Walk {
  readonly schema: GraphQLSchema;
  readonly masks: FieldMasks;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

const nodesOf = (walk: Walk, type: GraphQLCompositeType, set: SelectionSetNode): readonly MaskNode[] =>
  set.selections.flatMap((selection): readonly MaskNode[] => {
    if (narrowed(ALWAYS, selection.directives) === undefined) return [];
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
      const condition = walk.schema.getType(fragment?.typeCondition?.name.value ?? type.name);
      return fragment === undefined || !isCompositeType(condition)
        ? []
        : nodesOf(walk, condition, fragment.selectionSet);
    }
    const name = selection.name.value;
    const declared = isUnionType(type) ? undefined : type.getFields()[name];
    if (declared === undefined) return [];
    const fields = objectsOf(walk.schema, type).flatMap((object) => walk.masks.get(`${object}.${name}`) ?? []);
    const named = getNamedType(declared.type);
    const below =
      selection.selectionSet === undefined || !isCompositeType(named)
        ? []
        : nodesOf(walk, named, selection.selectionSet);
    if (fields.length === 0 && below.length === 0) return [];
    return [{ path: [(selection.alias ?? selection.name).value, ...indices(declared.type)], fields, below }];
  });

const objectsOf = (schema: GraphQLSchema, type: GraphQLCompositeType): readonly string[] =>
  isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];

const indices = (type: GraphQLOutputType): string[] => {
  if (isNonNullType(type)) return indices(type.ofType as GraphQLOutputType);
  return isListType(type) ? ['@', ...indices(type.ofType)] : [];
};
