import type { ErrorCode } from '../../platform/errors.ts';
import type { Identity } from '../../platform/identity.ts';
import { sightOf } from '../audiences.ts';
import { passes, type Rules } from '../rules/rule.ts';

/** Alternatives of names that are needed together: `[[a, b], [c]]` is (a and b) or c. No alternative: nobody. */
export type Alternatives = readonly (readonly string[])[];

/** One thing the schema asks of a caller. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly alternatives: Alternatives }
  /** Names of rules. */
  | { readonly kind: 'policy'; readonly alternatives: Alternatives }
  /** Values of the class have to be seen like this: who sees less can neither filter nor sort nor group by them. */
  | { readonly kind: 'sight'; readonly dataClass: string; readonly atLeast: 'clear' | 'masked' };

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({});

/** Whether this caller meets the requirement, at a field with these arguments. */
export const isSatisfied = (
  requirement: Requirement,
  identity: Identity,
  rules: Rules,
  given: Readonly<Record<string, unknown>> = NOTHING,
): boolean => {
  if (requirement.kind === 'authenticated') return true;
  if (requirement.kind === 'scopes')
    return requirement.alternatives.some((needed) => needed.every((scope) => identity.scopes.has(scope)));
  if (requirement.kind === 'policy')
    return requirement.alternatives.some((names) =>
      names.every((name) => passes(ruleOf(rules, name), { identity, given })),
    );
  const sight = sightOf(requirement.dataClass, identity.audience, identity.purpose);
  return sight === 'clear' || sight === requirement.atLeast;
};

/** A rule of that name, and nothing that every object has. */
export const ruleOf = (rules: Rules, name: string) => (Object.hasOwn(rules, name) ? rules[name] : undefined);

/** Whether the verdict depends on the arguments of the field. */
export const looksAtArguments = (requirement: Requirement, rules: Rules): boolean =>
  requirement.kind === 'policy' &&
  requirement.alternatives.some((names) => names.some((name) => ruleOf(rules, name)?.looksAt === 'arguments'));

/** What a refusal is called: only whoever lacks nothing but the sight of a value is told so. */
export const codeOfUnmet = (unmet: readonly Requirement[]): ErrorCode =>
  unmet.every(({ kind }) => kind === 'sight') ? 'MASKED_ARGUMENT' : 'UNAUTHORIZED_FIELD_OR_TYPE';

/** Equal for requirements that mean the same; order and repetition do not count. */
export const requirementKey = (requirement: Requirement): string => {
  switch (requirement.kind) {
    case 'authenticated':
      return 'authenticated';
    case 'sight':
      return `sight ${requirement.dataClass} ${requirement.atLeast}`;
    default:
      return `${requirement.kind} ${JSON.stringify(canonical(requirement.alternatives))}`;
  }
};

/**
 * Whether everybody who meets all of `premises` meets `conclusion` too. `false` where that would take too long to find
 * out, which is the careful answer: the conclusion is then asked for as well.
 */
export const follows = (premises: readonly Requirement[], conclusion: Requirement): boolean => {
  // Who meets a scope requirement has a valid token.
  if (conclusion.kind === 'authenticated') return premises.length > 0;
  if (conclusion.kind === 'sight')
    return premises.some((premise) => requirementKey(premise) === requirementKey(conclusion));
  const combined = conjunction(premises, conclusion.kind);
  return combined?.every((held) => conclusion.alternatives.some((needed) => isSubset(needed, held))) ?? false;
};

const MOST_ALTERNATIVES = 1024;

const conjunction = (requirements: readonly Requirement[], kind: 'scopes' | 'policy'): Alternatives | undefined => {
  let combined: Alternatives = [[]];
  for (const requirement of requirements) {
    if (requirement.kind !== kind) continue;
    const { alternatives } = requirement;
    if (combined.length * alternatives.length > MOST_ALTERNATIVES) return undefined;
    combined = canonical(combined.flatMap((left) => alternatives.map((right) => [...left, ...right])));
  }
  return combined;
};

const canonical = (alternatives: Alternatives): Alternatives => {
  const distinct = new Map<string, readonly string[]>();
  for (const names of alternatives) {
    const sorted = [...new Set(names)].toSorted();
    distinct.set(JSON.stringify(sorted), sorted);
  }
  return [...distinct.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, names]) => names);
};

const isSubset = (small: readonly string[], large: readonly string[]): boolean =>
  small.every((name) => large.includes(name));
