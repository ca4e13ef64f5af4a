import type { Need } from '../../policies/access/describe-need.ts';
import type { Denial } from './denials.ts';

/**
 * The scopes that a caller would have to get besides its own, so that none of these is refused for scopes; of several
 * ways to meet a requirement, the one that takes fewest. None when it is not scopes that are missing.
 */
export const missingScopes = (denials: readonly Denial[], own: ReadonlySet<string>): readonly string[] => {
  const needs = denials.flatMap((denial) => denial.needs).filter((need) => need.kind === 'scopes');
  return [...new Set(needs.flatMap((need) => fewest(need, own)))].toSorted();
};

const fewest = ({ oneOf }: Extract<Need, { kind: 'scopes' }>, own: ReadonlySet<string>): readonly string[] => {
  const ways = oneOf.map((scopes) => scopes.filter((scope) => !own.has(scope)));
  return ways.toSorted((one, other) => one.length - other.length)[0] ?? [];
};
