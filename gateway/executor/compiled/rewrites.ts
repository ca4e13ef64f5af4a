import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { answerKey } from '../../planning/fixes/own-keys.ts';
import type { RenamedKey } from '../../planning/fixes/separate-keys.ts';
import type { Path } from '../subgraph-error.ts';
import { isJsonObject, type JsonObject, own, write } from './json-object.ts';
import { namesWithin } from './type-names.ts';

/** Changes an object in place. `typeName` is what it is when it does not say so itself. */
export type Rewrite = (object: JsonObject, typeName?: unknown) => void;

/**
 * Compiles what the planner wants changed in a representation, or in an answer: a value set, or a key given another
 * name where two selections of one name had to be asked for under two.
 */
export const compileRewrites = (
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
): Rewrite | undefined => {
  if (rewrites === undefined || rewrites.length === 0) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(schema, rewrite));
  return (object, typeName) => {
    for (const rewrite of compiled) rewrite(object, typeName);
  };
};

/** Gives the keys in the path of an error the names they have in the answer. */
export const compilePathRewrites = (rewrites: readonly FetchDataRewrite[] | undefined): ((path: Path) => Path) => {
  const renamed = new Map<string, string>();
  for (const rewrite of rewrites ?? [])
    if (rewrite.kind === 'KeyRenamer') renamed.set(keysOf(rewrite.path).join(SEPARATOR), rewrite.renameKeyTo);
  if (renamed.size === 0) return (path) => path.map(inAnswer);
  return (path) => {
    const asked: string[] = [];
    return path.map((element) => {
      if (typeof element === 'number') return element;
      asked.push(element);
      return inAnswer(renamed.get(asked.join(SEPARATOR)) ?? element);
    });
  };
};

const inAnswer = (element: string | number): string | number =>
  typeof element === 'number' ? element : answerKey(element);

/** No name has it. */
const SEPARATOR = '.';

const CONDITION = '... on ';

/** The type that an element of a path is a condition on. */
export const conditionIn = (element: string): string | undefined =>
  element.startsWith(CONDITION) ? element.slice(CONDITION.length) : undefined;

const keysOf = (path: readonly string[]): string[] => path.filter((element) => !element.startsWith(CONDITION));

type Change = (value: unknown, typeName: unknown) => void;

const compileRewrite = (schema: GraphQLSchema, rewrite: FetchDataRewrite): Change => {
  const key = rewrite.path.at(-1);
  if (key === undefined || key.startsWith(CONDITION)) return () => undefined;
  return compileChange(schema, rewrite.path.slice(0, -1), changeOf(rewrite, key));
};

/** Changes every object at a path of keys and type conditions. */
const compileChange = (schema: GraphQLSchema, path: readonly string[], change: (object: JsonObject) => void): Change =>
  path.toReversed().reduce((inner, element) => stepInto(schema, element, inner), onObjects(change));

/** Puts what the client has named in the places where it expects it, over anything that was fetched by that name. */
export const compileRenamed = (schema: GraphQLSchema, renamed: readonly RenamedKey[]): ((data: JsonObject) => void) => {
  const changes = renamed.map(({ path, from, to }) =>
    compileChange(schema, path, (object) => write(object, to, own(object, from))),
  );
  return (data) => {
    for (const change of changes) change(data, undefined);
  };
};

const changeOf = (rewrite: FetchDataRewrite, key: string): ((object: JsonObject) => void) => {
  if (rewrite.kind === 'ValueSetter') return (object) => write(object, key, rewrite.setValueTo);
  return (object) => {
    const value = own(object, key);
    if (value === undefined) return;
    write(object, rewrite.renameKeyTo, value);
    object[key] = undefined;
  };
};

const stepInto = (schema: GraphQLSchema, element: string, inner: Change): Change => {
  const condition = conditionIn(element);
  if (condition === undefined) return onObjects((object) => inner(own(object, element), undefined));
  const names = namesWithin(schema, condition);
  return onObjects((object, typeName) => {
    const name = object['__typename'] ?? typeName;
    if (typeof name !== 'string' || names.has(name)) inner(object, typeName);
  });
};

/** Items of lists one by one, at any depth; nothing for what is no object. */
const onObjects = (change: (object: JsonObject, typeName: unknown) => void): Change => {
  const reach: Change = (value, typeName) => {
    if (Array.isArray(value)) for (const item of value) reach(item, typeName);
    else if (isJsonObject(value)) change(value, typeName);
  };
  return reach;
};
