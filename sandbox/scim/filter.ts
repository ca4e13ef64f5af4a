import { type Filter, parse } from 'scim2-parse-filter';
import { parsePath } from '../../platform/scim/paths.ts';
import { attributeOf, type TypeName } from './schemas.ts';

export type Resource = Readonly<Record<string, unknown>>;
type Value = string | number | boolean | null;

export class InvalidFilter extends Error {}

/** A quoted value of the grammar. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/**
 * Reads a filter into a test of resources. Attributes of extensions are found, and text is compared as the schema says:
 * in any case, or exactly (RFC 7643, section 2.2).
 *
 * @throws InvalidFilter
 */
export const readFilter = (type: TypeName, text: string): ((resource: Resource) => boolean) => {
  const quoted: string[] = [];
  // The parser takes a backslash for itself. Values wait outside, and a number stands in for each.
  const bare = text.replace(QUOTED, (value) => `"${quoted.push(value) - 1}"`);
  let parsed: Filter;
  try {
    parsed = parse(bare);
  } catch {
    throw new InvalidFilter();
  }
  return testOf(type, parsed, quoted);
};

const testOf = (type: TypeName, filter: Filter, quoted: readonly string[]): ((resource: Resource) => boolean) => {
  switch (filter.op) {
    case 'and': {
      const tests = filter.filters.map((each) => testOf(type, each, quoted));
      return (resource) => tests.every((test) => test(resource));
    }
    case 'or': {
      const tests = filter.filters.map((each) => testOf(type, each, quoted));
      return (resource) => tests.some((test) => test(resource));
    }
    case 'not': {
      const test = testOf(type, filter.filter, quoted);
      return (resource) => !test(resource);
    }
    case '[]':
      throw new InvalidFilter();
    case 'pr':
      known(type, filter.attrPath);
      return (resource) => valuesAt(resource, filter.attrPath).length > 0;
    default:
      return comparisonOf(type, filter.attrPath, filter.op, originalOf(filter.compValue, quoted));
  }
};

const originalOf = (value: Value, quoted: readonly string[]): Value => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(quoted[Number(value)] ?? '') as string;
  } catch {
    throw new InvalidFilter();
  }
};

const known = (type: TypeName, path: string) => {
  const attribute = attributeOf(type, path);
  if (attribute === undefined) throw new InvalidFilter();
  return attribute;
};

const COMPARISONS: Readonly<Record<string, (have: never, want: never) => boolean>> = {
  eq: (have: Value, want: Value) => have === want,
  ne: (have: Value, want: Value) => have !== want,
  gt: (have: string | number, want: string | number) => have > want,
  ge: (have: string | number, want: string | number) => have >= want,
  lt: (have: string | number, want: string | number) => have < want,
  le: (have: string | number, want: string | number) => have <= want,
  co: (have: string, want: string) => have.includes(want),
  sw: (have: string, want: string) => have.startsWith(want),
  ew: (have: string, want: string) => have.endsWith(want),
};

const comparisonOf = (type: TypeName, path: string, op: string, want: Value): ((resource: Resource) => boolean) => {
  const folds = !known(type, path).config.caseExact;
  const compares = COMPARISONS[op] as ((have: unknown, want: unknown) => boolean) | undefined;
  if (compares === undefined || (typeof want === 'boolean' && op !== 'eq' && op !== 'ne')) throw new InvalidFilter();
  if (want === null) return (resource) => (valuesAt(resource, path).length === 0) === (op === 'eq');
  const wanted = folded(want, folds);
  return (resource) =>
    valuesAt(resource, path).some((have) => typeof have === typeof want && compares(folded(have, folds), wanted));
};

const folded = (value: unknown, folds: boolean): unknown =>
  folds && typeof value === 'string' ? value.toLowerCase() : value;

/** Every value at a path, through lists; of a complex attribute named whole, its `value`s where it has some. */
export const valuesAt = (resource: Resource, path: string): readonly unknown[] => {
  const { schema, names } = parsePath(path);
  const start: unknown =
    schema === null || !(schema in resource) ? (schema === null ? resource : {}) : resource[schema];
  const found = names.reduce<readonly unknown[]>((at, name) => at.flatMap((each) => flat(inner(each, name))), [start]);
  return found.filter((value) => value !== '');
};

const flat = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];

const inner = (value: unknown, name: string): unknown => {
  if (value === null || typeof value !== 'object') return undefined;
  const key = Object.keys(value).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (value as Resource)[key];
};
