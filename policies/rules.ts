import { fail } from '../platform/errors.ts';
import type { Identity } from '../platform/identity.ts';
import { type Rule, rule } from './shield.ts';

/** Alternatives of sets of scopes: one of the sets must be held whole (`[[a, b], [c]]` is a and b, or c). */
export type ScopeSets = readonly (readonly string[])[];

/** What every caller has who is known at all. */
export const ANYBODY: ScopeSets = Object.freeze([Object.freeze([])]);

export const holds = (identity: Pick<Identity, 'scopes'>, sets: ScopeSets): boolean =>
  sets.some((set) => set.every((scope) => identity.scopes.has(scope)));

/** What satisfies both. */
export const both = (left: ScopeSets, right: ScopeSets): ScopeSets =>
  left.flatMap((a) => right.map((b) => [...new Set([...a, ...b])].toSorted()));

interface Context {
  readonly identity: Identity;
}

/** @throws UNAUTHENTICATED, UNAUTHORIZED_FIELD_OR_TYPE */
export const assertHolds = (identity: Identity | undefined, sets: ScopeSets): void => {
  if (identity === undefined) throw fail('UNAUTHENTICATED');
  if (!holds(identity, sets)) throw fail('UNAUTHORIZED_FIELD_OR_TYPE');
};

/**
 * Callers that hold one of the sets of scopes.
 *
 * The verdict depends on the caller alone, so shield may keep it for the request. It keeps it by the rule's name and
 * refuses two rules of one name, hence one rule object per requirement.
 */
export const hasScopes = (sets: ScopeSets): Rule => {
  const name = `hasScopes ${JSON.stringify(sets)}`;
  const known = byName.get(name);
  if (known !== undefined) return known;
  const made: Rule = rule(name, { cache: 'contextual' })((_parent: unknown, _args: unknown, { identity }: Context) => {
    if (identity === undefined) return fail('UNAUTHENTICATED');
    return holds(identity, sets) || fail('UNAUTHORIZED_FIELD_OR_TYPE');
  });
  byName.set(name, made);
  return made;
};

const byName = new Map<string, Rule>();
