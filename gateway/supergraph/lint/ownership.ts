import type { CatalogueEntry, Ownership } from '../../../policies/catalogue.ts';
import { isDataClass } from '../../../policies/classes.ts';

type Catalogue = readonly CatalogueEntry[];

/** Every field has one owner at any time, everywhere. */
export const lintOwners = (catalogue: Catalogue): readonly string[] =>
  catalogue
    .filter(({ isValue, derivedFrom }) => !isValue && derivedFrom.length === 0)
    .flatMap(({ coordinate, owners }) => {
      if (owners.length === 0) return [`${coordinate}: has no owner (@systemOfRecord)`];
      const malformed = owners.flatMap(badDays);
      const problems = malformed.length > 0 ? malformed : [...twoOwners(owners), ...gaps(owners)];
      return problems.map((problem) => `${coordinate}: ${problem}`);
    });

/** Every field is of one class. */
export const lintClasses = (catalogue: Catalogue): readonly string[] =>
  catalogue
    .filter(({ isValue }) => !isValue)
    .flatMap(({ coordinate, classes }) => {
      if (classes.length === 0) return [`${coordinate}: has no class (@classification)`];
      if (classes.length > 1) return [`${coordinate}: is of several classes: ${classes.join(', ')}`];
      return classes.every(isDataClass) ? [] : [`${coordinate}: ${classes.join()} is no class (policies/classes.ts)`];
    });

/** A duration in days, hours or minutes (ISO 8601). */
const DURATION = /^P(\d+D|T\d+H|T\d+M)$/;

/** What is not read when it is asked for says how old it can be. */
export const lintFreshness = (catalogue: Catalogue): readonly string[] =>
  catalogue.flatMap(({ coordinate, freshness: { class: kind, maxAge } }) => {
    if (kind === 'BATCH' && maxAge === null)
      return [`${coordinate}: is BATCH, and does not say how old it can be (maxAge)`];
    return maxAge === null || DURATION.test(maxAge) ? [] : [`${coordinate}: ${maxAge} is not a duration (PT24H)`];
  });

/** What is computed has no owner, and is computed from something there is. */
export const lintDerived = (catalogue: Catalogue): readonly string[] => {
  const known = new Set(catalogue.map(({ coordinate }) => coordinate));
  return catalogue.flatMap(({ coordinate, owners, derivedFrom }) => {
    if (derivedFrom.length === 0) return [];
    const missing = derivedFrom.filter((source) => !known.has(source));
    return [
      ...(owners.length > 0 ? [`${coordinate}: is derived, and yet has an owner`] : []),
      ...missing.map((source) => `${coordinate}: is derived from ${source}, which there is not`),
    ];
  });
};

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

const badDays = ({ from, to }: Ownership): readonly string[] => [
  ...[from, to].flatMap((day) => (day === null || DAY.test(day) ? [] : [`${day} is not a day (2026-11-21)`])),
  ...(from !== null && to !== null && from >= to ? [`ends on ${to}, before it begins`] : []),
];

const twoOwners = (owners: readonly Ownership[]): readonly string[] =>
  owners.flatMap((one, index) =>
    owners
      .slice(index + 1)
      .filter((other) => other.system !== one.system && overlap(one, other) && contradict(one, other))
      .map((other) => `has two owners at once, ${one.system} and ${other.system}${whereOf(one, other)}`),
  );

const overlap = (one: Ownership, other: Ownership): boolean =>
  (one.to === null || other.from === null || other.from < one.to) &&
  (other.to === null || one.from === null || one.from < other.to);

const PREDICATES = ['facility', 'location', 'category'] as const;

/** Both hold for some record, and neither is the more specific of the two. */
const contradict = (one: Ownership, other: Ownership): boolean => {
  const meet = PREDICATES.every((name) => one[name] === null || other[name] === null || one[name] === other[name]);
  if (!meet) return false;
  const onlyOne = PREDICATES.some((name) => one[name] !== null && other[name] === null);
  const onlyOther = PREDICATES.some((name) => one[name] === null && other[name] !== null);
  return onlyOne === onlyOther;
};

const whereOf = (one: Ownership, other: Ownership): string => {
  const parts = PREDICATES.flatMap((name) => {
    const value = one[name] ?? other[name];
    return value === null ? [] : [`${name} ${value}`];
  });
  return parts.length === 0 ? '' : ` for ${parts.join(', ')}`;
};

/** Where no exception holds, somebody has to own the field at all times. */
const gaps = (owners: readonly Ownership[]): readonly string[] => {
  const general = owners
    .filter((one) => PREDICATES.every((name) => one[name] === null))
    .toSorted((a, b) => (a.from ?? '').localeCompare(b.from ?? ''));
  const [first] = general;
  if (first === undefined) return ['has owners in some places only, and none elsewhere'];
  if (first.from !== null) return [`has no owner before ${first.from}`];
  let until = first.to;
  for (const { from, to } of general.slice(1)) {
    if (until === null) break;
    if (from !== null && from > until) return [`has no owner from ${until} to ${from}`];
    if (to === null || to > until) until = to;
  }
  return until === null ? [] : [`has no owner from ${until} on`];
};
