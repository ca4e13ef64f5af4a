import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { Identity } from '../platform/identity.ts';
import { UNREAD } from '../platform/selection.ts';
import { type FieldMask, type FieldMasks, maskFor, type Sights } from './field-masks.ts';
import type { MaskKey, MaskKeys } from './mask-keys.ts';
import { type Mask, maskValue } from './masks.ts';

interface Context {
  readonly identity: Identity;
}

type Resolve = GraphQLFieldResolver<unknown, Context>;

/**
 * Puts masks around the resolvers of a schema that is asked by those only who see classes like this. A field that is
 * removed is not resolved at all. Fields by which subgraphs join stay: the gateway masks those, when everything is joined.
 */
export const putMasks = (schema: GraphQLSchema, fields: FieldMasks, sights: Sights, keys: MaskKeys): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const known = fields.get(`${type.name}.${field.name}`);
      if (known !== undefined) put(field as GraphQLField<unknown, Context>, known, sights, keys);
    }
  }
  return schema;
};

/** Whether somebody who sees classes like this sees anything of these fields otherwise than it is. */
export const isAnyMasked = (fields: FieldMasks, sights: Sights): boolean =>
  [...fields.values()].some((field) => maskFor(field, sights) !== 'KEEP');

const put = (field: GraphQLField<unknown, Context>, known: FieldMask, sights: Sights, keys: MaskKeys): void => {
  const mask = maskFor(known, sights);
  const resolve: Resolve = field.resolve ?? defaultFieldResolver;
  if (mask === 'REMOVED' && !known.isJoining) remove(field);
  else if (isPaged(field) && hasSealedPlaces(known, sights)) field.resolve = openingPlaces(resolve, keys);
  else if (mask !== 'KEEP' && !known.isJoining) field.resolve = masking(resolve, known, mask, keys);
};

/** It is not resolved, and its owner is not asked for it. */
const remove = (field: GraphQLField<unknown, Context>): void => {
  field.resolve = () => null;
  field.extensions = { ...field.extensions, [UNREAD]: true };
};

const isPaged = ({ args }: GraphQLField<unknown, Context>): boolean => args.some(({ name }) => name === 'after');

const masking = (resolve: Resolve, { kind }: FieldMask, mask: Mask, keys: MaskKeys): Resolve => {
  const cover = kind === 'page' ? sealPage : (value: unknown, key: MaskKey) => maskValue(mask, value, key);
  return (parent, args, context, info) => {
    const key = keys.of(context.identity);
    const value: unknown = resolve(parent, args, context, info);
    return value instanceof Promise ? value.then((found) => cover(found, key)) : cover(value, key);
  };
};

/** A page whose rows are seen masked: where it begins holds values of a row, and was sealed when it was handed out. */
const hasSealedPlaces = ({ kind, returns }: FieldMask, sights: Sights): boolean =>
  kind === 'object' && returns !== undefined && sights[returns] === 'masked';

const openingPlaces =
  (resolve: Resolve, keys: MaskKeys): Resolve =>
  (parent, args, context, info) => {
    const { after } = args as { readonly after?: unknown };
    if (typeof after !== 'string') return resolve(parent, args, context, info);
    return resolve(parent, { ...args, after: keys.of(context.identity).open(after) }, context, info);
  };

interface Page {
  readonly startCursor?: unknown;
  readonly endCursor?: unknown;
}

const sealPage = (page: unknown, key: MaskKey): unknown => {
  if (typeof page !== 'object' || page === null) return null;
  const { startCursor, endCursor } = page as Page;
  return { ...page, startCursor: maskValue('SEAL', startCursor, key), endCursor: maskValue('SEAL', endCursor, key) };
};
