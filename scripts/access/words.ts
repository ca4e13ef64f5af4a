import type { FieldAccess, FieldGuard } from '../../policies/access/field-access.ts';
import type { Requirement } from '../../policies/access/requirement.ts';
import { RULES } from '../../policies/rules/list.ts';
import type { RowScope } from '../../policies/rows.ts';

/** What somebody sees of a field, in a word or two. */
export const seenAs = ({ verdict, mask, unmet }: FieldAccess): string => {
  if (verdict === 'ABSENT') return '–';
  if (verdict === 'DENIED') return `refused (${[...new Set(unmet.map(briefly))].join(', ')})`;
  if (verdict === 'MASKED') return mask === 'REMOVED' ? 'removed' : String(mask);
  return 'clear';
};

const briefly = (requirement: Requirement): string => {
  if (requirement.kind === 'authenticated') return 'a token';
  if (requirement.kind === 'sight') return `sight of ${requirement.dataClass}`;
  return requirement.alternatives.map((names) => names.join(' and ')).join(', or ');
};

/** The same for each purpose, those with one outcome together, the most common one first and without its purposes. */
export const seenByPurpose = (byPurpose: ReadonlyMap<string, FieldAccess>): string =>
  joinOutcomes([...byPurpose].map(([purpose, access]) => [purpose, seenAs(access)]));

export const joinOutcomes = (outcomes: readonly (readonly [purpose: string, outcome: string])[]): string => {
  const groups = groupBy(outcomes, ([, outcome]) => outcome);
  const [first, ...others] = [...groups].toSorted(([, a], [, b]) => b.length - a.length);
  if (first === undefined) return '–';
  const told = others.map(([outcome, group]) => `${outcome} for ${group.map(([purpose]) => purpose).join(', ')}`);
  return [first[0], ...told].join('; ');
};

/** What a field takes, whoever asks. */
export const takes = ({ asks, asksByArguments }: Pick<FieldGuard, 'asks' | 'asksByArguments'>): string => {
  const said = [
    ...asks.filter(({ kind }) => kind !== 'authenticated').map(briefly),
    ...asksByArguments.map(byArguments),
  ];
  return said.length === 0 ? 'a token' : said.join('; ');
};

const byArguments = (requirement: Requirement): string => `${briefly(requirement)}, by its arguments`;

/** What the rules mean that these fields ask for. */
export const rulesIn = (guards: readonly FieldGuard[]): readonly (readonly [name: string, means: string])[] => {
  const asked = guards.flatMap(({ asks, asksByArguments }) => [...asks, ...asksByArguments]);
  const names = asked.flatMap((one) => (one.kind === 'policy' ? one.alternatives.flat() : []));
  return [...new Set(names)]
    .toSorted()
    .map((name) => [name, RULES[name as keyof typeof RULES]?.means ?? 'There is no such rule.']);
};

/** Whose rows of a type are seen. */
export const rowsInWords = (scope: RowScope | undefined): string | undefined => {
  if (scope === undefined) return undefined;
  const everybody = scope.byFacility ? 'those of the facilities' : `all (${scope.because ?? ''})`;
  const parties = (['supplier', 'payer'] as const).map((kind) => {
    if (scope.wholeFor.includes(kind)) return `${kind}: the same`;
    return `${kind}: ${scope.ownFor.includes(kind) ? 'its own' : 'none'}`;
  });
  return [everybody, ...parties].join('; ');
};

/** In the order in which each group is first met. */
export const groupBy = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};
