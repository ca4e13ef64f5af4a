import { type DocumentNode, Kind, parse, type TypeNode } from 'graphql';
import type { DataClass } from '../../../policies/classes.ts';
import {
  everySights,
  type FieldMask,
  maskable,
  maskFor,
  readFieldMasks,
  readJoiningFields,
  readTypeClasses,
} from '../../../policies/field-masks.ts';
import { CAN_BE_NULL, MASKS } from '../../../policies/masks.ts';
import { fieldedTypes, isMarked, mergedTypes, usesOf } from '../../../policies/supergraph-text.ts';

/** Every mask is one that its class allows, stands at a value, and does not make null of what is never null. */
export const lintMasks = (document: DocumentNode): readonly string[] => {
  const masks = readFieldMasks(document);
  const joining = readJoiningFields(document);
  const classes = readTypeClasses(document);
  return fieldedTypes(document).flatMap((type) =>
    (type.fields ?? []).flatMap((field) => {
      const coordinate = `${type.name.value}.${field.name.value}`;
      const known = masks.get(coordinate);
      const problems = [
        ...(known === undefined
          ? usesOf(field, 'mask').map(() => 'is a part of a value: the field that holds the value has the mask')
          : statedMasks(known)),
        ...(known === undefined ? [] : impossibleNulls(field.type, known, classes.get(type.name.value))),
        ...(isMarked(field, 'joins') && !joining.has(coordinate) ? ['joins nothing (@joins)'] : []),
      ];
      return problems.map((problem) => `${coordinate}: ${problem}`);
    }),
  );
};

const statedMasks = ({ kind, class: own, stated }: FieldMask): readonly string[] => {
  const [mask, ...others] = [...new Set(stated)];
  if (mask === undefined) return [];
  if (others.length > 0) return [`is masked in several ways: ${stated.join(', ')}`];
  if (kind === 'object' || kind === 'cursor' || kind === 'page') return ['has a mask, and is no value'];
  const allowed = own === undefined ? [] : MASKS[own][kind];
  if (allowed.some((one) => one === mask)) return [];
  return [`${mask} is no mask for ${kind} of ${own ?? 'no class'} (${allowed.join(', ')})`];
};

/** For somebody to whom objects of the type are handed out at all. A list is removed as a whole, and else item by item. */
const impossibleNulls = (type: TypeNode, field: FieldMask, ofType: DataClass | undefined): readonly string[] => {
  const masks = everySights()
    .filter((sights) => ofType === undefined || sights[ofType] !== 'removed')
    .map((sights) => maskFor(field, sights))
    .filter((mask) => CAN_BE_NULL.has(mask));
  const list = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  const isList = list.kind === Kind.LIST_TYPE;
  const here = masks.filter((mask) => !isList || mask === 'REMOVED');
  const inside = masks.filter((mask) => isList && mask !== 'REMOVED');
  return [
    ...(here.length > 0 && type.kind === Kind.NON_NULL_TYPE
      ? ['must be nullable, since it is masked for some of those who may see what it stands in']
      : []),
    ...(inside.length > 0 && list.kind === Kind.LIST_TYPE && list.type.kind === Kind.NON_NULL_TYPE
      ? ['its items must be nullable, since they are masked for some of those who may see what it stands in']
      : []),
  ];
};

/**
 * Each subgraph masks what it answers, by what its own schema says: that has to be what all of them together say. And what
 * others ask for to join leaves in clear, no more and no less than that.
 */
export const lintSubgraphMasks = (
  supergraph: DocumentNode,
  subgraphs: readonly { readonly name: string; readonly sdl: string }[],
): readonly string[] => {
  const whole = [...maskable(readFieldMasks(supergraph)).values()];
  return subgraphs.flatMap(({ name, sdl }) => {
    const document = parse(sdl, { noLocation: true });
    const own = readFieldMasks(document);
    const external = externalFields(document);
    return whole.flatMap((meant) => {
      const said = own.get(meant.coordinate);
      if (said === undefined || external.has(meant.coordinate)) return [];
      return differences(said, meant).map((problem) => `${meant.coordinate}: ${problem.replace('THIS', name)}`);
    });
  });
};

const differences = (said: FieldMask, meant: FieldMask): readonly string[] => {
  if (meant.isJoining !== said.isJoining)
    return meant.isJoining
      ? ['other subgraphs ask THIS for it, so that it must say @joins']
      : ['joins nothing for THIS'];
  if (meant.isJoining) return [];
  if (said.class !== meant.class) return [`is ${meant.class}, and THIS does not say so`];
  return said.masked === meant.masked ? [] : [`is masked as ${meant.masked}, and THIS does not say so`];
};

const externalFields = (document: DocumentNode): ReadonlySet<string> =>
  new Set(
    mergedTypes(document).flatMap((type) =>
      (type.fields ?? [])
        .filter((field) => isMarked(field, 'external'))
        .map((field) => `${type.name.value}.${field.name.value}`),
    ),
  );
