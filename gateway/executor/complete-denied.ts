import { type GraphQLOutputType, isListType, isNonNullType } from 'graphql';
import { hold } from '../../policies/access/conditions.ts';
import type { DeniedSelections } from '../../policies/access/denied.ts';
import type { PlannedOperation } from './execute-plan.ts';
import { hideTypes } from './hide-types.ts';

/** An object of the answer. It has no prototype, so that a response key can be any name. */
export type ResponseObject = Readonly<Record<string, unknown>>;

/** The data as JSON, with nulls where something was denied, and without the types that were asked for besides. */
export const writeDenied = (
  data: ResponseObject | null,
  { document, denied, typeKey }: PlannedOperation,
  variables: Readonly<Record<string, unknown>>,
): string => {
  const completed = data === null || denied === undefined ? data : completeDenied(data, denied, { typeKey, variables });
  return JSON.stringify(document === undefined ? completed : hideTypes(completed, document, typeKey));
};

export interface Completion {
  readonly typeKey: string;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Writes null where a selection was denied and nothing else gives a value, and lets it rise where the schema has no
 * place for null (GraphQL section 6.4.4). Keys come in the order of the document. The executed data is not changed.
 */
export const completeDenied = (
  data: ResponseObject,
  denied: DeniedSelections,
  completion: Completion,
): ResponseObject | null => completeObject(data, [{ denied, isMeant: true }], completion);

/** What was taken out of one selection of an object, and whether that selection is part of this request. */
interface Layer {
  readonly denied: DeniedSelections;
  readonly isMeant: boolean;
}

const completeObject = (
  object: ResponseObject,
  layers: readonly Layer[],
  completion: Completion,
): ResponseObject | null => {
  const { typeKey, variables } = completion;
  const typeName = object[typeKey];
  const applies = ({ objects, when }: DeniedSelections['missing'][number]) =>
    hold(when, variables) && (objects === undefined || (typeof typeName === 'string' && objects.has(typeName)));
  const filled = emptyObject();
  for (const key of new Set([...layers.flatMap(({ denied }) => denied.order), ...Object.keys(object)])) {
    if (key === typeKey) continue;
    if (Object.hasOwn(object, key)) {
      // Also below what is not meant here: the types asked for are in the data, and not part of the answer.
      const below = layers.flatMap(({ denied, isMeant }) =>
        denied.below.flatMap((one) => (one.responseKey === key ? [{ ...one, isMeant: isMeant && applies(one) }] : [])),
      );
      const [first] = below;
      const inner = below.map(({ selections, isMeant }) => ({ denied: selections, isMeant }));
      filled[key] = first === undefined ? object[key] : completeValue(object[key], first.type, inner, completion);
      if (filled[key] === null && first !== undefined && isNonNullType(first.type)) return null;
      continue;
    }
    const missing = layers
      .flatMap(({ denied, isMeant }) => (isMeant ? denied.missing : []))
      .find((one) => one.responseKey === key && applies(one));
    if (missing === undefined) continue;
    if (isNonNullType(missing.type)) return null;
    filled[key] = null;
  }
  return filled;
};

const completeValue = (
  value: unknown,
  type: GraphQLOutputType,
  inner: readonly Layer[],
  completion: Completion,
): unknown => {
  if (value === null || value === undefined) return null;
  if (isNonNullType(type)) return completeValue(value, type.ofType as GraphQLOutputType, inner, completion);
  if (!isListType(type)) return completeObject(value as ResponseObject, inner, completion);
  const itemType = type.ofType;
  const items = (value as readonly unknown[]).map((item) => completeValue(item, itemType, inner, completion));
  return isNonNullType(itemType) && items.includes(null) ? null : items;
};

const emptyObject = () => Object.create(null) as Record<string, unknown>;
