import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { ALWAYS, type Conditions, narrowed, NEVER } from './conditions.ts';
import { fieldNeeds, type LocalNeed } from './field-needs.ts';
import type { RequirementIds, Requirements } from './requirement-table.ts';

/** A field of the operation, in its place, with what selecting it needs. */
export interface AnalyzedField {
  readonly kind: 'field';
  readonly node: FieldNode;
  readonly responseKey: string;
  readonly type: GraphQLOutputType;
  /** Positions in `Requirements.all`; those after its end are `occurrences` of the operation. */
  readonly needs: readonly number[];
  /** Object types it applies to; `undefined`: all that can stand here. */
  readonly objects: ReadonlySet<string> | undefined;
  /** When it is part of the answer, given that the object it stands in is. */
  readonly when: Conditions;
  /** `undefined` for a leaf. */
  readonly selections: readonly AnalyzedSelection[] | undefined;
}

/** An inline fragment, or a named one put in the place of its spread. */
export interface AnalyzedFragment {
  readonly kind: 'fragment';
  readonly typeCondition: NamedTypeNode | undefined;
  readonly directives: readonly DirectiveNode[];
  readonly selections: readonly AnalyzedSelection[];
}

export interface Occurrence extends LocalNeed {
  /** By which `needs` name it. */
  readonly id: number;
}

export type AnalyzedSelection = AnalyzedField | AnalyzedFragment;

export interface AnalyzedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly selections: readonly AnalyzedSelection[];
  /** The requirements that are met or not by who asks and what for, whatever the arguments are. */
  readonly touched: RequirementIds;
  /**
   * Those that are met or not in one place, by the arguments given there. What a caller may run depends on these, on
   * `touched`, and on nothing else.
   */
  readonly occurrences: readonly Occurrence[];
  /** Selections with fragments expanded, at least 1. */
  readonly size: number;
  /** A response key that is free for `__typename`s nobody has asked for. */
  readonly typeKey: string;
}

/**
 * Finds out what an operation of a valid document asks of a caller, whoever that is.
 *
 * Fragments are expanded, so the number of expanded selections has to be limited before.
 */
export const analyzeOperation = (
  schema: GraphQLSchema,
  requirements: Requirements,
  document: DocumentNode,
  operationName: string | null,
  typeKey: string = unusedKey(document),
): AnalyzedOperation => {
  const operation = getOperationAST(document, operationName);
  const root = operation == null ? undefined : schema.getRootType(operation.operation);
  if (operation == null || root == null) throw new Error('only a validated operation is analyzed');
  const walk: Walk = {
    schema,
    requirements,
    fragments: fragmentsOf(document),
    touched: new Set(),
    occurrences: [],
    size: 1,
  };
  const place: Place = { type: root, standing: new Set([root.name]), objects: new Set([root.name]), when: ALWAYS };
  const selections = analyze(walk, operation.selectionSet, place);
  return Object.freeze({
    document,
    operation,
    selections,
    touched: [...walk.touched].toSorted((a, b) => a - b),
    occurrences: walk.occurrences,
    size: walk.size,
    typeKey,
  });
};

/** A response key that no field of the document has. */
export const unusedKey = (document: DocumentNode): string => {
  const taken = new Set<string>();
  visit(document, { Field: ({ alias, name }) => void taken.add(alias?.value ?? name.value) });
  let key = 'hiddenType';
  while (taken.has(key)) key += '_';
  return key;
};

interface Walk {
  readonly schema: GraphQLSchema;
  readonly requirements: Requirements;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly touched: Set<number>;
  readonly occurrences: Occurrence[];
  size: number;
}

interface Place {
  /** The type selections are written against here. */
  readonly type: GraphQLCompositeType;
  /** Object types that can stand in the enclosing field. */
  readonly standing: ReadonlySet<string>;
  /** Those of them that the fragments around here let through. */
  readonly objects: ReadonlySet<string>;
  readonly when: Conditions;
}

const analyze = (walk: Walk, selectionSet: SelectionSetNode, place: Place): AnalyzedSelection[] =>
  selectionSet.selections.map((node) => {
    walk.size += 1;
    const when = narrowed(place.when, node.directives);
    if (node.kind === Kind.FIELD) return analyzeField(walk, node, { ...place, when });
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(node.name.value) : node;
    if (fragment === undefined) throw new Error('only a validated operation is analyzed');
    const { typeCondition } = fragment;
    const selections = analyze(walk, fragment.selectionSet, inFragment(walk.schema, { ...place, when }, typeCondition));
    return { kind: 'fragment', typeCondition, directives: node.directives ?? [], selections };
  });

const analyzeField = (walk: Walk, node: FieldNode, place: Place): AnalyzedField => {
  const responseKey = node.alias?.value ?? node.name.value;
  const objects = place.objects.size === place.standing.size ? undefined : place.objects;
  const field = fieldOf(place.type, node.name.value);
  // `__typename`, `__schema` and `__type` are free and go through as they are.
  if (field === undefined) {
    const free = { kind: 'field', node, responseKey, needs: NOTHING, objects, when: place.when } as const;
    return { ...free, type: walk.schema.getType('String') as GraphQLOutputType, selections: undefined };
  }
  const needs = needsOf(walk, node, place, field);
  const type = getNamedType(field.type);
  const selections =
    node.selectionSet === undefined || !isCompositeType(type)
      ? undefined
      : analyze(walk, node.selectionSet, inField(walk.schema, type));
  return {
    kind: 'field',
    node,
    responseKey,
    type: field.type,
    needs,
    objects,
    when: place.when,
    selections,
  };
};

const needsOf = (
  walk: Walk,
  node: FieldNode,
  { type: parent, objects }: Place,
  field: GraphQLField<unknown, unknown>,
): readonly number[] => {
  const position = { parent, objects, field, arguments: node.arguments };
  const { always, local } = fieldNeeds(walk.schema, walk.requirements, position);
  for (const id of always) walk.touched.add(id);
  const occurrences = local.map((need, index) => ({
    ...need,
    id: walk.requirements.all.length + walk.occurrences.length + index,
  }));
  walk.occurrences.push(...occurrences);
  return [...always, ...occurrences.map(({ id }) => id)];
};

const NOTHING: RequirementIds = Object.freeze([]);

const inField = (schema: GraphQLSchema, type: GraphQLCompositeType): Place => {
  const standing = objectsOf(schema, type);
  return { type, standing, objects: standing, when: ALWAYS };
};

const inFragment = (schema: GraphQLSchema, place: Place, typeCondition: NamedTypeNode | undefined): Place => {
  const type = typeCondition === undefined ? place.type : schema.getType(typeCondition.name.value);
  if (!isCompositeType(type)) throw new Error('only a validated operation is analyzed');
  const condition = objectsOf(schema, type);
  const both = new Set([...place.objects].filter((name) => condition.has(name)));
  // No object can be of both: nothing comes of it, and it is judged like its type so that no gap is left.
  return both.size === 0 ? { ...place, type, objects: condition, when: NEVER } : { ...place, type, objects: both };
};

const objectsOf = (schema: GraphQLSchema, type: GraphQLCompositeType): ReadonlySet<string> =>
  isAbstractType(type) ? new Set(schema.getPossibleTypes(type).map(({ name }) => name)) : new Set([type.name]);

const fieldOf = (type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isUnionType(type) ? undefined : type.getFields()[name];

const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
