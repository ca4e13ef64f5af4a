import type { Field } from '../catalogue/catalogue.ts';
import type { StoredRow } from './database.ts';
import type { Env } from './env.ts';
import { valueError } from './errors.ts';
import { accessor } from './values.ts';

export interface OrderTerm {
  readonly field: Field;
  readonly descending: boolean;
}

/**
 * Reads an order such as `date desc, id`.
 *
 * @throws ValueError for a field that is unknown or that the database could not sort by.
 */
export const parseOrder = (env: Env, model: string, order: string): readonly OrderTerm[] =>
  order.split(',').map((term) => {
    const [name = '', direction = 'asc'] = term.trim().split(/\s+/);
    const field = env.field(model, name);
    if (field === undefined) throw valueError(`Invalid field '${name}' on model '${model}'`);
    if (!field.sortable && env.engine.version === 19) {
      throw valueError(`Cannot convert ${model}.${name} to SQL because it is not stored`);
    }
    return { field, descending: direction.toLowerCase() === 'desc' };
  });

/** Sorts these ids by an order (the model's own when none is given). */
export const sortIds = (env: Env, model: string, ids: readonly number[], order?: string): number[] => {
  if (ids.length < 2) return [...ids];
  const terms = parseOrder(env, model, order ?? env.model(model).order);
  return sortBy(env, model, ids, terms);
};

/**
 * All ids of a model in an order, remembered until something changes that the order depends on.
 *
 * Lists of thousands are asked for a page at a time: sorting them for each page would be most of the work.
 */
export const allSorted = (env: Env, model: string, order: string): readonly number[] => {
  const { db, sorted } = env.engine;
  // Names and values of companies differ by language and company: the order by them does too.
  const key = [model, order, env.lang, env.company].join('\n');
  const terms = parseOrder(env, model, order);
  const stamp =
    sourcesOf(env, terms, 0)
      ?.map((source) => db.versionOf(source))
      .join() ?? `all ${db.version}`;
  const known = sorted.get(key);
  if (known !== undefined && known.stamp === stamp && known.ids.length === db.rows(model).size) return known.ids;
  const ids = sortBy(env.sudo(), model, [...db.rows(model).keys()], terms);
  sorted.set(key, { stamp, ids });
  return ids;
};

/** The models whose rows decide an order; undefined where a computed field may look at any. */
const sourcesOf = (env: Env, terms: readonly OrderTerm[], depth: number): readonly string[] | undefined => {
  const sources: string[] = [];
  for (const { field } of terms) {
    const path = pathOf(env, field);
    if (path === undefined) return undefined;
    sources.push(...path.map((hop) => hop.model));
    const last = path.at(-1);
    if (last === undefined || !ordersByTarget(env, last, depth)) continue;
    const relation = last.relation ?? '';
    const inner = sourcesOf(env, parseOrder(env, relation, env.model(relation).order), depth + 1);
    if (inner === undefined) return undefined;
    sources.push(relation, ...inner);
  }
  return sources;
};

/** The stored fields a field is read through, itself included; undefined when one of them is computed. */
const pathOf = (env: Env, field: Field): readonly Field[] | undefined => {
  if (env.engine.computes.has(field)) return undefined;
  if (field.related === undefined) return [field];
  const path: Field[] = [];
  let { model } = field;
  for (const name of field.related) {
    const hop = env.field(model, name);
    const inner = hop === undefined ? undefined : pathOf(env, hop);
    if (hop === undefined || inner === undefined) return undefined;
    path.push(...inner);
    model = hop.relation ?? '';
  }
  return path;
};

const ordersByTarget = (env: Env, field: Field, depth: number): boolean =>
  field.type === 'many2one' && depth <= 1 && env.engine.catalogue.has(field.relation ?? '');

type Key = string | number | null;

const sortBy = (env: Env, model: string, ids: readonly number[], terms: readonly OrderTerm[]): number[] => {
  const keysOf = keyMaker(env, terms, 0);
  const directions = directionsOf(env, terms, 0);
  const keyed = ids.flatMap((id) => {
    const row = env.db.row(model, id);
    return row === undefined ? [] : [{ id, keys: keysOf(row) }];
  });
  keyed.sort((a, b) => compare(a.keys, b.keys, directions));
  return keyed.map(({ id }) => id);
};

/** Ordering by a many2one is ordering by the order of what it points at, once: PostgreSQL would be asked the same. */
const keyMaker = (env: Env, terms: readonly OrderTerm[], depth: number): ((row: StoredRow | undefined) => Key[]) => {
  const makers = terms.map(({ field }) => {
    const read = accessor(env, field);
    if (!ordersByTarget(env, field, depth)) {
      return (row: StoredRow | undefined): Key[] => [row === undefined ? null : keyOf(field, read(row))];
    }
    const relation = field.relation ?? '';
    const inner = keyMaker(env, parseOrder(env, relation, env.model(relation).order), depth + 1);
    const known = new Map<unknown, Key[]>();
    return (row: StoredRow | undefined): Key[] => {
      const id = row === undefined ? false : read(row);
      let keys = known.get(id);
      if (keys === undefined)
        known.set(id, (keys = inner(typeof id === 'number' ? env.db.row(relation, id) : undefined)));
      return keys;
    };
  });
  return (row) => makers.flatMap((make) => make(row));
};

const directionsOf = (env: Env, terms: readonly OrderTerm[], depth: number): boolean[] =>
  terms.flatMap(({ field, descending }) => {
    if (!ordersByTarget(env, field, depth)) return [descending];
    const relation = field.relation ?? '';
    const inner = directionsOf(env, parseOrder(env, relation, env.model(relation).order), depth + 1);
    return inner.map((each) => each !== descending);
  });

const keyOf = (field: Field, value: unknown): Key => {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (field.type === 'boolean') return value === true ? 1 : 0;
  return null;
};

/** Nothing sorts after everything, and before everything when descending, as in PostgreSQL. */
const compare = (a: readonly Key[], b: readonly Key[], descending: readonly boolean[]): number => {
  for (let at = 0; at < a.length; at += 1) {
    const left = a[at] ?? null;
    const right = b[at] ?? null;
    if (left === right) continue;
    const ascending = right === null || (left !== null && left < right) ? -1 : 1;
    return descending[at] === true ? -ascending : ascending;
  }
  return 0;
};
