import { isJsonObject, type JsonObject, own, write } from './json-object.ts';

/**
 * Merges one key of an answer into what is there. Objects meet key by key and lists of one length item by item, at any
 * depth; null takes nothing away from what another subgraph has given; otherwise the later value stands.
 *
 * What is merged becomes part of the target, or, when it is `shared` with other targets, a copy of it does.
 */
export const mergeKey = (target: JsonObject, key: string, given: unknown, shared = false): void => {
  if (given === undefined) return;
  const present = typeof given === 'object' ? own(target, key) : undefined;
  if (typeof present !== 'object' || present === null) {
    if (given !== null || present === undefined) write(target, key, shared ? copy(given) : given);
  } else if (given !== null && !mergeInside(present, given, shared)) write(target, key, shared ? copy(given) : given);
};

/** The same for every key there is. */
export const merge = (target: JsonObject, source: JsonObject, shared = false): void => {
  for (const key in source) mergeKey(target, key, source[key], shared);
};

/** Whether the two could be made one. */
const mergeInside = (present: object, given: unknown, shared: boolean): boolean => {
  if (Array.isArray(given)) return Array.isArray(present) && mergeItems(present, given, shared);
  if (!isJsonObject(present) || !isJsonObject(given)) return false;
  merge(present, given, shared);
  return true;
};

const mergeItems = (present: unknown[], given: readonly unknown[], shared: boolean): boolean => {
  if (present.length !== given.length) return false;
  for (let i = 0; i < given.length; i++) {
    const [before, item] = [present[i], given[i]];
    const isMerged = typeof before === 'object' && before !== null && mergeInside(before, item, shared);
    if (!isMerged && item !== null) present[i] = shared ? copy(item) : item;
  }
  return true;
};

const copy = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  const copied: JsonObject = {};
  for (const key in value) write(copied, key, copy((value as JsonObject)[key]));
  return copied;
};
