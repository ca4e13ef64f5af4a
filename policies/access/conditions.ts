import { type DirectiveNode, Kind } from 'graphql';

/** A variable and the value it must have for a selection to be part of the answer. */
export interface Condition {
  readonly variable: string;
  readonly value: boolean;
}

/** All of them must hold. `undefined`: never, whatever the variables say. */
export type Conditions = readonly Condition[] | undefined;

export const ALWAYS: Conditions = Object.freeze([]);
export const NEVER: Conditions = undefined;

/** What `@skip` and `@include` among the directives add to the conditions of what stands around them. */
export const narrowed = (around: Conditions, directives: readonly DirectiveNode[] | undefined): Conditions => {
  let conditions = around;
  for (const directive of directives ?? []) {
    const name = directive.name.value;
    const argument = name === 'skip' || name === 'include' ? directive.arguments?.[0]?.value : undefined;
    if (argument === undefined || conditions === undefined) continue;
    const value = name === 'include';
    if (argument.kind === Kind.VARIABLE) conditions = [...conditions, { variable: argument.name.value, value }];
    else if (argument.kind === Kind.BOOLEAN && argument.value !== value) return NEVER;
  }
  return conditions;
};

/** Whether the selection is part of this request. Variables are coerced: a condition's variable is there and boolean. */
export const hold = (conditions: Conditions, variables: Readonly<Record<string, unknown>>): boolean =>
  conditions?.every(({ variable, value }) => variables[variable] === value) ?? false;
