import { type DocumentNode, Kind } from 'graphql';
import { readAbout } from '../about.ts';
import { type FieldMasks, readFieldMasks } from '../field-masks.ts';
import { type FieldedType, mergedTypes, namedType } from '../supergraph-text.ts';
import type { Requirement } from './requirement.ts';

/** What it takes to use an argument that is about a field. */
export interface InputRequirement {
  /** Of the input field, enum value or argument, as in `About`. */
  readonly coordinate: string;
  /** The field it is about, in each type that can stand there. What these ask for is asked for here too. */
  readonly fields: readonly { readonly type: string; readonly field: string; readonly returns: string }[];
  /** How the values have to be seen. */
  readonly sights: readonly Requirement[];
}

/**
 * Who may not see a value may not find it out by asking for the rows that have it: an argument takes what the field it is
 * about takes, and the value has to be seen as it is: in clear, or masked where its mask keeps it. Where the field holds an
 * entity, it is the entity's id that is compared, which has a class and a mask of its own.
 */
export const inputRequirements = (document: DocumentNode): readonly InputRequirement[] => {
  const types = new Map(mergedTypes(document).map((type) => [type.name.value, type]));
  const masks = readFieldMasks(document);
  return [...readAbout(document).targets].map(([coordinate, targets]) => ({
    coordinate,
    fields: targets.flatMap((target) => placesOf(target, types)),
    sights: targets.flatMap((target) => sightsOf(target, types, masks)),
  }));
};

type Types = ReadonlyMap<string, FieldedType>;

const split = (coordinate: string): readonly [type: string, field: string] => {
  const [type = '', field = ''] = coordinate.split('.');
  return [type, field];
};

const returnedBy = (types: Types, type: string, field: string): string => {
  const declared = types.get(type)?.fields?.find(({ name }) => name.value === field);
  return declared === undefined ? '' : namedType(declared.type);
};

const placesOf = (target: string, types: Types): InputRequirement['fields'] => {
  const [type, field] = split(target);
  const implementers = [...types.values()].filter(
    (one) => one.kind === Kind.OBJECT_TYPE_DEFINITION && one.interfaces?.some(({ name }) => name.value === type),
  );
  return [type, ...implementers.map(({ name }) => name.value)].map((place) => ({
    type: place,
    field,
    returns: returnedBy(types, place, field),
  }));
};

const sightsOf = (target: string, types: Types, masks: FieldMasks): readonly Requirement[] => {
  const [type, field] = split(target);
  const mask = masks.get(target);
  if (mask === undefined) return [];
  if (mask.kind !== 'object') return sight(mask.class, mask.masked === 'KEEP' ? 'masked' : 'clear');
  const id = masks.get(`${returnedBy(types, type, field)}.id`);
  const rows = sight(mask.returns, 'masked');
  // Of what has no id it is not known what is compared.
  if (id === undefined) return [...sight(mask.class, 'clear'), ...rows];
  return [...sight(mask.class, 'masked'), ...rows, ...sight(id.class, id.masked === 'KEEP' ? 'masked' : 'clear')];
};

const sight = (dataClass: string | undefined, atLeast: 'clear' | 'masked'): readonly Requirement[] =>
  dataClass === undefined ? [] : [{ kind: 'sight', dataClass, atLeast }];
