/** Alternatives of scopes that are needed together: `[[a, b], [c]]` is (a and b) or c. */
export type Alternatives = readonly (readonly string[])[];

/** One thing the schema asks of a caller. */
export type Requirement =
  | { readonly kind: 'authenticated' }
  | { readonly kind: 'scopes'; readonly alternatives: Alternatives };

/** Who has scopes: an identity, for one. */
export interface Holder {
  readonly scopes: Pick<ReadonlySet<string>, 'has'>;
}

/** Whether this caller meets the requirement. No alternative at all is met by nobody. */
export const isSatisfied = (requirement: Requirement, { scopes }: Holder): boolean =>
  requirement.kind === 'authenticated' ||
  requirement.alternatives.some((needed) => needed.every((scope) => scopes.has(scope)));

/** Equal for requirements that mean the same; order and repetition do not count. */
export const requirementKey = (requirement: Requirement): string =>
  requirement.kind === 'authenticated' ? 'authenticated' : JSON.stringify(canonical(requirement.alternatives));

/**
 * Whether everybody who meets all of `premises` meets `conclusion` too. `false` where that would take too long to find
 * out, which is the careful answer: the conclusion is then asked for as well.
 */
export const follows = (premises: readonly Requirement[], conclusion: Requirement): boolean => {
  // Who meets a scope requirement has a valid token.
  if (conclusion.kind === 'authenticated') return premises.length > 0;
  const combined = conjunction(premises);
  return combined?.every((held) => conclusion.alternatives.some((needed) => isSubset(needed, held))) ?? false;
};

const MOST_ALTERNATIVES = 1024;

const conjunction = (requirements: readonly Requirement[]): Alternatives | undefined => {
  let combined: Alternatives = [[]];
  for (const requirement of requirements) {
    if (requirement.kind === 'authenticated') continue;
    const { alternatives } = requirement;
    if (combined.length * alternatives.length > MOST_ALTERNATIVES) return undefined;
    combined = canonical(combined.flatMap((left) => alternatives.map((right) => [...left, ...right])));
  }
  return combined;
};

const canonical = (alternatives: Alternatives): Alternatives => {
  const distinct = new Map<string, readonly string[]>();
  for (const scopes of alternatives) {
    const sorted = [...new Set(scopes)].toSorted();
    distinct.set(JSON.stringify(sorted), sorted);
  }
  return [...distinct.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, scopes]) => scopes);
};

const isSubset = (small: readonly string[], large: readonly string[]): boolean =>
  small.every((scope) => large.includes(scope));
