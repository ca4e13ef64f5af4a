import { type DocumentNode, Kind } from 'graphql';
import { readAbout } from '../about.ts';
import { classesOf } from '../catalogue.ts';
import { type FieldedType, isMarked, mergedTypes, namedType } from '../supergraph-text.ts';
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
 * about takes, and the value has to be seen in clear. Where the field holds an entity, it is the entity's id that is
 * compared, which is seen or not by its own class.
 */
export const inputRequirements = (document: DocumentNode): readonly InputRequirement[] => {
  const types = new Map(mergedTypes(document).map((type) => [type.name.value, type]));
  const classes = classesOf(document);
  return [...readAbout(document).targets].map(([coordinate, targets]) => ({
    coordinate,
    fields: targets.flatMap((target) => placesOf(target, types)),
    sights: targets.flatMap((target) => sightsOf(target, types, classes)),
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

const sightsOf = (target: string, types: Types, classes: ReadonlyMap<string, string>): readonly Requirement[] => {
  const [type, field] = split(target);
  const returns = returnedBy(types, type, field);
  const entity = types.get(returns);
  const isEntity =
    entity !== undefined && !isMarked(entity, 'valueType') && entity.fields?.some(({ name }) => name.value === 'id');
  const own = sight(classes.get(target), isEntity === true ? 'masked' : 'clear');
  return isEntity === true ? [...own, ...sight(classes.get(`${returns}.id`), 'clear')] : own;
};

const sight = (dataClass: string | undefined, atLeast: 'clear' | 'masked'): readonly Requirement[] =>
  dataClass === undefined ? [] : [{ kind: 'sight', dataClass, atLeast }];
