import { parsePath } from '../../platform/scim/paths.ts';
import { InvalidFilter, readFilter, type Resource, valuesAt } from './filter.ts';
import { attributeOf, type TypeName } from './schemas.ts';

/** A query as it came, in an address or in the body of `/.search`. */
export type Asked = Readonly<Record<string, unknown>>;

/** Most resources of one page. */
export const MAX_RESULTS = 1000;
const DEFAULT_RESULTS = 100;

/** Filters, sorts, pages, and projects what `finish` has made of a resource (RFC 7644, section 3.4.2). @throws InvalidFilter */
export const runQuery = (
  type: TypeName,
  resources: readonly Resource[],
  asked: Asked,
  finish: (resource: Resource) => Resource,
) => {
  const { filter, sortBy, sortOrder } = asked;
  if (filter !== undefined && typeof filter !== 'string') throw new InvalidFilter();
  const matching = filter === undefined ? resources : resources.filter(readFilter(type, filter));
  const sorted = typeof sortBy === 'string' ? sort(type, matching, sortBy, sortOrder === 'descending') : matching;
  const startIndex = Math.max(1, whole(asked['startIndex'], 1));
  const count = Math.min(MAX_RESULTS, Math.max(0, whole(asked['count'], DEFAULT_RESULTS)));
  const page = sorted.slice(startIndex - 1, startIndex - 1 + count);
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: matching.length,
    startIndex,
    itemsPerPage: page.length,
    Resources: page.map((resource) => project(finish(resource), asked)),
  };
};

/** Resources without a value come last, or first when descending. */
const sort = (
  type: TypeName,
  resources: readonly Resource[],
  path: string,
  descending: boolean,
): readonly Resource[] => {
  const folds = attributeOf(type, path)?.config.caseExact === false;
  const keyOf = (resource: Resource): unknown => {
    const [value] = valuesAt(resource, path);
    return folds && typeof value === 'string' ? value.toLowerCase() : value;
  };
  const keyed = resources.map((resource) => ({ resource, key: keyOf(resource) }));
  const ascending = keyed.toSorted(({ key: a }, { key: b }) => {
    if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
    return (a as string) < (b as string) ? -1 : Number((a as string) > (b as string));
  });
  return (descending ? ascending.toReversed() : ascending).map(({ resource }) => resource);
};

/** What is asked for, and what is always answered. */
export const project = (resource: Resource, { attributes, excludedAttributes }: Asked): Resource => {
  const kept = listOf(attributes);
  if (kept.length > 0) return pick(resource, ['schemas', 'id', ...kept]);
  const dropped = new Set(listOf(excludedAttributes).map((path) => path.toLowerCase()));
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => name === 'id' || !dropped.has(name.toLowerCase())),
  );
};

const pick = (resource: Resource, paths: readonly string[]): Resource => {
  const picked: Record<string, unknown> = {};
  for (const path of paths) {
    // The name of a schema alone asks for all of its attributes.
    if (Object.hasOwn(resource, path)) picked[path] = resource[path];
    else {
      const { schema, names } = parsePath(path);
      copy(schema === null ? resource : resource[schema], schema === null ? picked : holder(picked, schema), names);
    }
  }
  return Object.fromEntries(Object.entries(picked).filter(([, value]) => !isEmpty(value)));
};

const copy = (from: unknown, to: Record<string, unknown>, [name = '', ...rest]: readonly string[]): void => {
  if (from === null || typeof from !== 'object') return;
  const key = Object.keys(from).find((each) => each.toLowerCase() === name.toLowerCase());
  if (key === undefined) return;
  const value = (from as Resource)[key];
  if (rest.length === 0 || Array.isArray(value)) to[key] = value;
  else copy(value, holder(to, key), rest);
};

const holder = (of: Record<string, unknown>, name: string): Record<string, unknown> =>
  (of[name] ??= {}) as Record<string, unknown>;

const isEmpty = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;

const listOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? value.split(',').map((path) => path.trim()) : [];
};

const whole = (value: unknown, byDefault: number): number => {
  const number = Number(value ?? byDefault);
  return Number.isInteger(number) ? number : byDefault;
};
