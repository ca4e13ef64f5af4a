import type { GraphQLResolveInfo } from 'graphql';
import { fail } from '../platform/errors.ts';
import type { Identity } from '../platform/identity.ts';
import { usesOfValue } from './access/input-uses.ts';
import { codeOfUnmet, isSatisfied, type Requirement, requirementKey } from './access/requirement.ts';
import type { Requirements } from './access/requirement-table.ts';
import { type Rule, rule } from './shield.ts';

/** What rules look at in a subgraph. The gateway vouches for both. */
export interface Asking {
  readonly identity: Identity | undefined;
  /** Runs as if it were allowed: what would be refused has been listed by the gateway. */
  readonly isDryRun?: boolean | undefined;
}

type Given = Readonly<Record<string, unknown>>;

/** The refusal of who does not meet all of it, with what is not met; `undefined` for who does. */
const refusalOf = (
  requirements: Iterable<Requirement>,
  { identity, isDryRun }: Asking,
  { rules }: Requirements,
  given?: Given,
): Error | undefined => {
  if (identity === undefined) return fail('UNAUTHENTICATED');
  if (isDryRun === true) return undefined;
  const unmet = [...requirements].filter((one) => !isSatisfied(one, identity, rules, given));
  return unmet.length === 0 ? undefined : fail(codeOfUnmet(unmet));
};

/** @throws UNAUTHENTICATED, UNAUTHORIZED_FIELD_OR_TYPE */
export const assertMeets = (asking: Asking, requirements: readonly Requirement[], all: Requirements): void => {
  const refusal = refusalOf(requirements, asking, all);
  if (refusal !== undefined) throw refusal;
};

/**
 * Callers that meet all of it, whatever the arguments are.
 *
 * The verdict depends on the caller alone, so shield may keep it for the request. It keeps it by the rule's name and
 * refuses two rules of one name, hence one rule object per set of requirements.
 */
export const demand = (requirements: readonly Requirement[], all: Requirements): Rule => {
  const name = `demand ${requirements.map(requirementKey).toSorted().join(' and ')}`;
  const made = MADE.get(all) ?? new Map<string, Rule>();
  MADE.set(all, made);
  const known = made.get(name);
  if (known !== undefined) return known;
  const new_: Rule = rule(name, { cache: 'contextual' })((_parent: unknown, _args: unknown, context: Asking) =>
    verdictOf(refusalOf(requirements, context, all)),
  );
  made.set(name, new_);
  return new_;
};

const MADE = new WeakMap<Requirements, Map<string, Rule>>();

/**
 * The same for a field whose arguments have a say: its own rules look at them, or what they name asks for something.
 * It is judged each time, since an alias beside it may have others.
 */
export const demandWithArguments = (
  coordinate: string,
  requirements: readonly Requirement[],
  all: Requirements,
): Rule =>
  rule(`demand at ${coordinate}`, { cache: 'no_cache' })(
    (_parent: unknown, given: Given, context: Asking, info: GraphQLResolveInfo) => {
      const refusal = refusalOf(requirements, context, all, given);
      return verdictOf(refusal ?? refusalOf(namedBy(given, all, info), context, all));
    },
  );

const verdictOf = (refusal: Error | undefined): Error | true => refusal ?? true;

/** What the values of the arguments ask for. They come coerced, with their defaults. */
const namedBy = (given: Given, all: Requirements, { parentType, fieldName }: GraphQLResolveInfo): Set<Requirement> => {
  const named = new Set<Requirement>();
  for (const { name, type } of parentType.getFields()[fieldName]?.args ?? []) {
    const coordinate = `${parentType.name}.${fieldName}(${name}:)`;
    for (const id of usesOfValue(all, type, given[name], [coordinate])) {
      const requirement = all.all[id];
      if (requirement !== undefined) named.add(requirement);
    }
  }
  return named;
};
