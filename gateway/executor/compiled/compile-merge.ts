import { generated } from '../generated.ts';
import { isInherited, type JsonObject, own } from './json-object.ts';
import { mergeKey } from './merge.ts';

/** Merges the known keys of an entity into the object it is about. `shared`: other objects get them as well. */
export type MergeEntity = (target: JsonObject, entity: JsonObject, shared: boolean) => void;

/**
 * Makes the function that merges entities of one fetch. What the subgraph was not asked for stays behind.
 *
 * Generated, like the writers of the answer, and for the same reason: each function meets few shapes of objects. In the
 * text there is nothing but response keys, as JSON.
 */
export const compileMerge = (keys: Iterable<string>): MergeEntity => {
  const source = `'use strict';
return function merge(target, entity, shared) {
  let v;
${[...keys].map(keySource).join('\n')}
};`;
  return generated(['mergeKey', 'own'], source)(mergeKey, own) as MergeEntity;
};

const keySource = (key: string): string => {
  const quoted = JSON.stringify(key);
  if (isInherited(key)) return `  mergeKey(target, ${quoted}, own(entity, ${quoted}), shared);`;
  return `  v = entity[${quoted}];
  if (typeof v === 'object') mergeKey(target, ${quoted}, v, shared);
  else if (v !== undefined) target[${quoted}] = v;`;
};
