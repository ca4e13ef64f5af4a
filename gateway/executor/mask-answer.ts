import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  getOperationAST,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { MaskKey } from '../../policies/mask-keys.ts';
import type { ResponseObject } from './complete-denied.ts';
import type { PlannedOperation } from './execute-plan.ts';
import type { JoinedMasks, PutMask } from './joined-masks.ts';

/** An answer with the masks that the gateway puts on. The data itself is not changed. */
export const maskAnswer = (
  schema: GraphQLSchema,
  { document, operation, masks }: PlannedOperation,
  data: ResponseObject,
  key: MaskKey | undefined,
): ResponseObject => {
  const asked = document && getOperationAST(document, operation.name?.value);
  const root = schema.getRootType(operation.operation);
  if (masks === undefined || document === undefined || !asked || !root) return data;
  const answer: Answer = { schema, masks, key, fragments: fragmentsOf(document) };
  return maskObject(answer, data, [{ type: root, set: asked.selectionSet }]);
};

interface Answer {
  readonly schema: GraphQLSchema;
  readonly masks: JoinedMasks;
  readonly key: MaskKey | undefined;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

interface Selected {
  readonly type: GraphQLCompositeType;
  readonly set: SelectionSetNode;
}

const fragmentsOf = ({ definitions }: DocumentNode) =>
  new Map(definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])));

/** What stands at one key of an object. */
interface Place {
  readonly masks: PutMask[];
  readonly below: Selected[];
}

const maskObject = (answer: Answer, object: ResponseObject, selected: readonly Selected[]): ResponseObject => {
  const masked = Object.create(null) as Record<string, unknown>;
  const places = placesOf(answer, selected);
  for (const [key, value] of Object.entries(object)) masked[key] = maskAt(answer, value, places.get(key));
  return masked;
};

const maskAt = (answer: Answer, value: unknown, place: Place | undefined): unknown => {
  if (place === undefined || value === null) return value;
  const [mask] = place.masks;
  if (mask !== undefined) return mask(value, answer.key);
  if (place.below.length === 0) return value;
  if (Array.isArray(value)) return value.map((item) => maskAt(answer, item, place));
  return maskObject(answer, value as ResponseObject, place.below);
};

/**
 * By response key. Of which type an object is, an answer need not say: what is masked on one of the types it can be of is
 * masked on it.
 */
const placesOf = (answer: Answer, selected: readonly Selected[]): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>();
  const visit = ({ type, set }: Selected): void => {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const inner = selection.kind === Kind.FRAGMENT_SPREAD ? answer.fragments.get(selection.name.value) : selection;
        const narrowed = answer.schema.getType(inner?.typeCondition?.name.value ?? type.name);
        if (inner !== undefined && isCompositeType(narrowed)) visit({ type: narrowed, set: inner.selectionSet });
        continue;
      }
      const key = (selection.alias ?? selection.name).value;
      const place = places.get(key) ?? { masks: [], below: [] };
      places.set(key, place);
      for (const name of objectsOf(answer.schema, type)) {
        const mask = answer.masks.at(name, selection.name.value);
        if (mask !== undefined) place.masks.push(mask);
      }
      const field = isUnionType(type) ? undefined : type.getFields()[selection.name.value];
      const named = field && getNamedType(field.type);
      if (isCompositeType(named) && selection.selectionSet !== undefined)
        place.below.push({ type: named, set: selection.selectionSet });
    }
  };
  for (const one of selected) visit(one);
  return places;
};

const objectsOf = (schema: GraphQLSchema, type: GraphQLCompositeType): readonly string[] =>
  isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
