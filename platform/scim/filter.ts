import { fail } from '../errors.ts';
import { LoggableError } from '../log.ts';

/**
 * A filter of RFC 7644, section 3.4.2.2.
 *
 * Made by the functions below only: names of attributes are checked against the grammar and values are written as JSON,
 * so that a value can never become syntax. `all` and `none` are filters that no server needs to be asked with.
 */
export type Filter =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'term'; readonly text: string; readonly binds: 'atom' | 'and' | 'or' };

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type FilterValue = string | number | boolean;

export const everything: Filter = Object.freeze({ kind: 'all' });
export const nothing: Filter = Object.freeze({ kind: 'none' });

/** `path op value` */
export const compare = (path: string, op: Comparison, value: FilterValue): Filter =>
  atom(`${attribute(path)} ${op} ${literal(value)}`);

/** The attribute has a value. */
export const present = (path: string): Filter => atom(`${attribute(path)} pr`);

/** One of the values; none of them is nobody. */
export const among = (path: string, values: readonly FilterValue[]): Filter =>
  anyOf(...[...new Set(values)].map((value) => compare(path, 'eq', value)));

export const not = (filter: Filter): Filter => {
  if (filter.kind === 'all') return nothing;
  return filter.kind === 'none' ? everything : atom(`not (${filter.text})`);
};

export const allOf = (...filters: readonly Filter[]): Filter => {
  if (filters.some(({ kind }) => kind === 'none')) return nothing;
  return joined('and', filters.filter(isTerm), everything);
};

export const anyOf = (...filters: readonly Filter[]): Filter => {
  if (filters.some(({ kind }) => kind === 'all')) return everything;
  return joined('or', filters.filter(isTerm), nothing);
};

type Term = Extract<Filter, { readonly kind: 'term' }>;

const isTerm = (filter: Filter): filter is Term => filter.kind === 'term';

const atom = (text: string): Filter => ({ kind: 'term', text, binds: 'atom' });

/** "and" binds tighter than "or", but not every server knows: whatever is mixed gets its parentheses. */
const joined = (by: 'and' | 'or', terms: readonly Term[], ofNone: Filter): Filter => {
  if (terms.length < 2) return terms[0] ?? ofNone;
  const text = terms.map((term) => (term.binds === 'atom' || term.binds === by ? term.text : `(${term.text})`));
  return { kind: 'term', text: text.join(` ${by} `), binds: by };
};

const ATTRIBUTE = /^(?:urn:[a-z0-9][a-z0-9-]{0,31}(?::[\w.-]+)+:)?(?:\$ref|[a-z][\w-]*)(?:\.(?:\$ref|[a-z][\w-]*))?$/i;

/** Names come from declarations of ours: a wrong one is a mistake, never input. */
const attribute = (path: string): string => {
  if (ATTRIBUTE.test(path)) return path;
  throw fail('INTERNAL_SERVER_ERROR', { cause: new LoggableError('not the name of an attribute') });
};

/** As JSON, which is what the grammar asks for: quotes and backslashes of the value are escaped. */
const literal = (value: FilterValue): string => {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw fail('INTERNAL_SERVER_ERROR', { cause: new LoggableError('not a number of JSON') });
  return JSON.stringify(value);
};
