import {
  type GraphQLInputType,
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Requirements } from './requirement-table.ts';

type Ids = Pick<Requirements, 'ofType' | 'ofInput'>;

/**
 * What it takes to give an argument this value: what its scalars, enums and input types ask for, and the input fields and
 * enum values it names. Null, and what is not given, name nothing: the lists take both for no condition.
 *
 * @param value coerced
 * @param coordinates of the argument
 */
export const usesOfValue = (
  requirements: Ids,
  type: GraphQLInputType,
  value: unknown,
  coordinates: readonly string[],
): ReadonlySet<number> => {
  const uses = new Set<number>();
  if (value === null || value === undefined) return uses;
  for (const coordinate of coordinates) addAll(uses, requirements.ofInput(coordinate));
  addValue(requirements, type, value, uses);
  return uses;
};

const addValue = (requirements: Ids, type: GraphQLInputType, value: unknown, uses: Set<number>): void => {
  if (value === null || value === undefined) return;
  if (isNonNullType(type)) return addValue(requirements, type.ofType, value, uses);
  if (isListType(type)) {
    for (const item of Array.isArray(value) ? value : [value]) addValue(requirements, type.ofType, item, uses);
    return;
  }
  addAll(uses, requirements.ofType(type.name));
  if (isEnumType(type) && typeof value === 'string') addAll(uses, requirements.ofInput(`${type.name}.${value}`));
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    const inner = (value as Readonly<Record<string, unknown>>)[field.name];
    if (inner === null || inner === undefined) continue;
    addAll(uses, requirements.ofInput(`${type.name}.${field.name}`));
    addValue(requirements, field.type, inner, uses);
  }
};

/** Everything that some value of the type would take. */
export const possibleUses = (
  requirements: Ids,
  type: GraphQLInputType,
  coordinates: readonly string[],
): ReadonlySet<number> => {
  const uses = new Set<number>();
  for (const coordinate of coordinates) addAll(uses, requirements.ofInput(coordinate));
  addType(requirements, getNamedType(type), uses, new Set());
  return uses;
};

const addType = (requirements: Ids, type: GraphQLNamedType, uses: Set<number>, seen: Set<string>): void => {
  if (seen.has(type.name)) return;
  seen.add(type.name);
  addAll(uses, requirements.ofType(type.name));
  if (isEnumType(type))
    for (const { name } of type.getValues()) addAll(uses, requirements.ofInput(`${type.name}.${name}`));
  if (!isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) {
    addAll(uses, requirements.ofInput(`${type.name}.${field.name}`));
    addType(requirements, getNamedType(field.type), uses, seen);
  }
};

const addAll = (uses: Set<number>, ids: readonly number[]): void => {
  for (const id of ids) uses.add(id);
};
