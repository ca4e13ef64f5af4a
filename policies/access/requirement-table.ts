import type { DocumentNode } from 'graphql';
import type { Rules } from '../rules/rule.ts';
import { inputRequirements } from './input-requirements.ts';
import { looksAtArguments, type Requirement, requirementKey, ruleOf } from './requirement.ts';

/** Positions in `Requirements.all`. */
export type RequirementIds = readonly number[];

/** What a schema asks of callers, by where it asks. */
export interface Requirements {
  /** Every distinct requirement there is. */
  readonly all: readonly Requirement[];
  /** For using a value of the type. Of an interface: only what its object types do not already ask. */
  ofType(type: string): RequirementIds;
  /** For the field itself, without its type and its parent. */
  ofField(type: string, field: string): RequirementIds;
  /** For giving an argument (`Type.field(argument:)`), an input field or an enum value (`Type.name`). */
  ofInput(coordinate: string): RequirementIds;
  /** Those whose verdict depends on the arguments of the field they stand at. */
  readonly byArguments: ReadonlySet<number>;
  /** What the names in policies stand for. */
  readonly rules: Rules;
}

/** A schema that asks nothing of anybody, for the open gateway. */
export const noRequirements: Requirements = Object.freeze({
  all: [],
  ofType: () => [],
  ofField: () => [],
  ofInput: () => [],
  byArguments: new Set<number>(),
  rules: {},
});

/**
 * Gathers what stands at types and fields, and from the schema's text what its arguments are about.
 *
 * @param asked requirements by coordinate, `Type` or `Type.field`
 * @throws when a policy names a rule there is not, or stands where its rule has no arguments to look at
 */
export const requirementTable = (
  asked: ReadonlyMap<string, readonly Requirement[]>,
  document: DocumentNode | undefined,
  rules: Rules,
): Requirements => {
  const all: Requirement[] = [];
  const ids = new Map<string, number>();
  const idOf = (requirement: Requirement) => register(requirement, all, ids);
  const table = new Map<string, RequirementIds>();
  for (const [coordinate, requirements] of asked) {
    refuseUnknown(coordinate, requirements, rules);
    if (requirements.length > 0) table.set(coordinate, Object.freeze(requirements.map(idOf)));
  }
  const inputs = new Map<string, RequirementIds>();
  for (const { coordinate, fields, sights } of document === undefined ? [] : inputRequirements(document)) {
    const names = fields.flatMap(({ type, field, returns }) => [type, `${type}.${field}`, returns]);
    const takes = new Set([...names.flatMap((name) => table.get(name) ?? NONE), ...sights.map(idOf)]);
    if (takes.size > 0) inputs.set(coordinate, Object.freeze([...takes]));
  }
  return Object.freeze({
    all: Object.freeze(all),
    ofType: (type: string) => table.get(type) ?? NONE,
    ofField: (type: string, field: string) => table.get(`${type}.${field}`) ?? NONE,
    ofInput: (coordinate: string) => inputs.get(coordinate) ?? NONE,
    byArguments: new Set(all.flatMap((one, id) => (looksAtArguments(one, rules) ? [id] : []))),
    rules,
  });
};

const NONE: RequirementIds = Object.freeze([]);

const refuseUnknown = (coordinate: string, requirements: readonly Requirement[], rules: Rules): void => {
  for (const requirement of requirements) {
    if (requirement.kind !== 'policy') continue;
    const unknown = requirement.alternatives.flat().filter((name) => ruleOf(rules, name) === undefined);
    if (unknown.length > 0)
      throw new Error(`${coordinate}: @policy names ${unknown.join(', ')}, and there is no such rule`);
    if (!coordinate.includes('.') && looksAtArguments(requirement, rules))
      throw new Error(`${coordinate}: @policy names a rule that looks at arguments, and a type has none`);
  }
};

const register = (requirement: Requirement, all: Requirement[], ids: Map<string, number>): number => {
  const key = requirementKey(requirement);
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = all.push(Object.freeze(requirement)) - 1;
  ids.set(key, id);
  return id;
};
