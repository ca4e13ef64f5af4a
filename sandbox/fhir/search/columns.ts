import type { Resource } from '../resource.ts';
import type { Store } from '../store/store.ts';
import type { Parameter } from './parameters.ts';
import { type Values, valuesOf } from './values.ts';

/** What all resources of a type have for one parameter. */
export interface Column {
  values(id: string): Values | null;
  /** The ids of those that have a key. */
  having(key: string): ReadonlySet<string>;
}

export interface Columns {
  of(type: string, parameter: Parameter): Column;
}

const NOBODY: ReadonlySet<string> = new Set();

/** Columns are made when they are first asked for, and follow the store from then on. */
export const createColumns = (store: Store): Columns => {
  const made = new Map<string, Map<string, Followed>>();
  store.listen((before, after) => {
    for (const column of made.get((after ?? before)?.resourceType ?? '')?.values() ?? []) {
      if (before !== undefined) column.take(before);
      if (after !== undefined) column.add(after);
    }
  });
  return {
    of: (type, parameter) => {
      const ofType = made.get(type) ?? new Map<string, Followed>();
      made.set(type, ofType);
      const column = ofType.get(parameter.code) ?? follow(store, type, parameter);
      ofType.set(parameter.code, column);
      return column;
    },
  };
};

interface Followed extends Column {
  add(resource: Resource): void;
  take(resource: Resource): void;
}

const follow = (store: Store, type: string, parameter: Parameter): Followed => {
  const values = new Map<string, Values>();
  const keyed = new Map<string, Set<string>>();
  const add = (resource: Resource): void => {
    const own = valuesOf(parameter.type, parameter.values(resource));
    if (own === null) return;
    values.set(resource.id, own);
    for (const key of own.keys) {
      const ids = keyed.get(key);
      if (ids === undefined) keyed.set(key, new Set([resource.id]));
      else ids.add(resource.id);
    }
  };
  const take = ({ id }: Resource): void => {
    for (const key of values.get(id)?.keys ?? []) keyed.get(key)?.delete(id);
    values.delete(id);
  };
  for (const resource of store.all(type).values()) add(resource);
  return {
    add,
    take,
    values: (id) => values.get(id) ?? null,
    having: (key) => keyed.get(key) ?? NOBODY,
  };
};
