/** One condition of a search: `date`, `name:contains`, `_id`, and the values of which one must hold. */
export interface Criterion {
  readonly param: string;
  readonly values: readonly string[];
}

/** Conditions that must all hold; `NOTHING` for those that no resource meets. */
export type Criteria = readonly Criterion[];

/** Matches nothing. It is never sent: asking for it answers at once. */
export const NOTHING: Criteria = Object.freeze([Object.freeze({ param: '', values: Object.freeze([]) })]);

export const isNothing = (criteria: Criteria): boolean => criteria.some(({ values }) => values.length === 0);

/** Values are taken literally. Without values, nothing matches. */
export const where = (param: string, values: readonly string[]): Criteria =>
  values.length === 0 ? NOTHING : [{ param, values }];

export const bothOf = (...all: readonly Criteria[]): Criteria =>
  all.some(isNothing) ? NOTHING : withOneId(all.flat());

/** A record has one id: where it is asked for by two lists of them, it is one of both, and not every server says so. */
const withOneId = (criteria: Criteria): Criteria => {
  const [first, ...others] = criteria.filter(({ param }) => param === '_id');
  if (first === undefined || others.length === 0) return criteria;
  const values = first.values.filter((id) => others.every((other) => other.values.includes(id)));
  const ids = where('_id', values);
  return isNothing(ids) ? NOTHING : [...criteria.filter(({ param }) => param !== '_id'), ...ids];
};

/** A value in a search: `\`, `,`, `|` and `$` separate values and parts unless escaped (R4, 3.1.1.4.0.1). */
export const escapeValue = (value: string): string => value.replaceAll(/[\\,|$]/g, (character) => `\\${character}`);

/** A token of a system. The bar between them is syntax, and the only one. */
export const token = (system: string, code: string): string => `${escapeValue(system)}|${escapeValue(code)}`;

/** What FHIR allows as an id; anything else is sent nowhere. */
export const isFhirId = (id: unknown): id is string => typeof id === 'string' && /^[A-Za-z0-9.-]{1,64}$/.test(id);

/** The query text of a search, values already escaped by whoever made them. */
export const queryText = (pairs: readonly (readonly [string, string])[]): string =>
  new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();

export const criteriaPairs = (criteria: Criteria): (readonly [string, string])[] =>
  criteria.map(({ param, values }) => [param, values.join(',')] as const);
