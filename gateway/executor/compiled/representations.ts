import type { QueryPlanFieldNode, QueryPlanInlineFragmentNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isInherited, isJsonObject, type JsonObject, readerOf } from './json-object.ts';
import { merge, mergeKey } from './merge.ts';
import type { Rewrite } from './rewrites.ts';
import { isConcrete, namesWithin } from './type-names.ts';

/** What a fetch of entities asks for, and for whom. */
export interface Batch {
  /** Each of them once (Federation: `_Any`). */
  readonly representations: readonly JsonObject[];
  /** For each object the index of its representation; -1 where there is nothing to ask. */
  readonly slots: readonly number[];
}

export type Represent = (objects: readonly JsonObject[]) => Batch;

/**
 * Compiles what the planner requires of an object to ask for it elsewhere: its type, its key, and what `@requires` names.
 *
 * An object that lacks any of that is not asked for. An object inside of it that lacks something is null: the planner
 * may have required that for a field which the conditions of this request leave out.
 */
export const compileRepresentations = (
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
  rewrite: Rewrite | undefined,
): Represent => {
  const pick = compilePick(schema, requires);
  const keysOf = compileFlatKeys(schema, requires);
  return (objects) => {
    const representations: JsonObject[] = [];
    const slots: number[] = [];
    const byText = new Map<string, number>();
    const byValues: ValueTree = new Map();
    const add = (representation: JsonObject): number => {
      rewrite?.(representation);
      return representations.push(representation) - 1;
    };
    for (const object of objects) {
      const keys = keysOf(object['__typename']);
      const leaf = keys && leafOf(byValues, object, keys);
      if (keys !== undefined && leaf !== undefined) {
        slots.push((leaf.slot ??= add(copyOf(object, keys))));
        continue;
      }
      const representation = pick(object);
      if (typeof representation?.['__typename'] !== 'string') {
        slots.push(NOTHING_TO_ASK);
        continue;
      }
      const text = JSON.stringify(representation);
      const slot = byText.get(text) ?? add(representation);
      byText.set(text, slot);
      slots.push(slot);
    }
    return { representations, slots };
  };
};

const NOTHING_TO_ASK = -1;

/** Values of the keys, one level each; objects with the same values end at the same leaf. */
type ValueTree = Map<unknown, ValueTree> & { slot?: number };

/** Where an object belongs; `undefined` when it lacks one of the keys. */
const leafOf = (tree: ValueTree, object: JsonObject, keys: readonly string[]): ValueTree | undefined => {
  let node = tree;
  for (const key of keys) {
    const value = object[key];
    if (value === undefined) return undefined;
    let next = node.get(value);
    if (next === undefined) node.set(value, (next = new Map()));
    node = next;
  }
  return node;
};

const copyOf = (object: JsonObject, keys: readonly string[]): JsonObject => {
  const copied: JsonObject = {};
  for (const key of keys) copied[key] = object[key];
  return copied;
};

/**
 * The keys that are required of objects of a type, where all of them are scalars: nearly always. Their values can be
 * compared as they are, and no object is made for one that has been seen.
 */
const compileFlatKeys = (
  schema: GraphQLSchema,
  requires: readonly QueryPlanSelectionNode[],
): ((typeName: unknown) => readonly string[] | undefined) => {
  const known = new Map<unknown, readonly string[] | undefined>();
  return (typeName) => {
    if (known.has(typeName)) return known.get(typeName);
    // What a subgraph takes for type names is not worth keeping.
    if (!isConcrete(schema, typeName)) return undefined;
    const keys = flatKeys(schema, requires, String(typeName));
    const isUsable = keys.has('__typename') && [...keys].every((key) => key !== undefined && !isInherited(key));
    known.set(typeName, isUsable ? ([...keys] as string[]) : undefined);
    return known.get(typeName);
  };
};

/** Response keys the selections have for a type; `undefined` among them for one that has selections of its own. */
const flatKeys = (
  schema: GraphQLSchema,
  selections: readonly QueryPlanSelectionNode[],
  typeName: string,
  keys = new Set<string | undefined>(),
): ReadonlySet<string | undefined> => {
  for (const selection of selections)
    if (selection.kind === 'Field')
      keys.add(selection.selections?.length ? undefined : (selection.alias ?? selection.name));
    else if (selection.typeCondition !== undefined && namesWithin(schema, selection.typeCondition).has(typeName))
      flatKeys(schema, selection.selections, typeName, keys);
  return keys;
};

/** What of an object is asked for; `undefined` when some of it is missing. */
type Pick = (object: JsonObject) => JsonObject | undefined;

const compilePick = (schema: GraphQLSchema, selections: readonly QueryPlanSelectionNode[]): Pick => {
  const parts = selections.map((selection) =>
    selection.kind === 'Field' ? compileField(schema, selection) : compileFragment(schema, selection),
  );
  const [only] = parts;
  if (parts.length === 1 && only?.pick !== undefined) return (object) => only.pick(object) ?? {};
  return (object) => {
    const picked: JsonObject = {};
    for (const { write, pick } of parts) {
      if (write !== undefined && !write(object, picked)) return undefined;
      // What a fragment lacks, others may still have: conditions can have left it out of what was fetched.
      const part = pick?.(object);
      if (part !== undefined) merge(picked, part);
    }
    return picked;
  };
};

type Part =
  /** Writes what it is for, and says whether that was there. */
  | { readonly write: (object: JsonObject, into: JsonObject) => boolean; readonly pick?: undefined }
  | { readonly pick: Pick; readonly write?: undefined };

const compileField = (schema: GraphQLSchema, field: QueryPlanFieldNode): Part => {
  const key = field.alias ?? field.name;
  const read = readerOf(key);
  const select = compileValue(schema, field.selections);
  return {
    write: (object, into) => {
      const value = select(read(object));
      mergeKey(into, key, value);
      return value !== undefined;
    },
  };
};

/** For objects of its type; where nobody has said the type, it is for none. */
const compileFragment = (schema: GraphQLSchema, { typeCondition, selections }: QueryPlanInlineFragmentNode): Part => {
  if (typeCondition === undefined) return { pick: () => undefined };
  const names = namesWithin(schema, typeCondition);
  const pick = compilePick(schema, selections);
  return {
    pick: (object) => {
      const name = object['__typename'];
      return typeof name === 'string' && names.has(name) ? pick(object) : undefined;
    },
  };
};

const compileValue = (
  schema: GraphQLSchema,
  selections: readonly QueryPlanSelectionNode[] | undefined,
): ((value: unknown) => unknown) => {
  if (selections === undefined || selections.length === 0) return (value) => value;
  const pick = compilePick(schema, selections);
  const select = (value: unknown): unknown => {
    if (value === undefined) return undefined;
    if (Array.isArray(value)) return value.map((item) => select(item) ?? null);
    return isJsonObject(value) ? (pick(value) ?? null) : null;
  };
  return select;
};
