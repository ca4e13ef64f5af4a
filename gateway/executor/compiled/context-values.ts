import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { isJsonObject, type JsonObject, own } from './json-object.ts';
import { conditionIn } from './rewrites.ts';
import { namesWithin } from './type-names.ts';

/** The values of some variables for one object, in their order. `holders` are what the object is in, outermost first. */
export type FindValues = (object: JsonObject, holders: readonly JsonObject[]) => readonly unknown[];

/**
 * Compiles where the values of context arguments stand in what was fetched.
 *
 * A path goes up from the object, once for each `..`, and from there down to the value. Several may lead to one
 * variable, one for each type that can give the context: the first at whose end there is something is the one. A value
 * that is nowhere, since who had to give it did not, is null: such arguments are nullable (composition sees to it).
 */
export const compileContextValues = (
  schema: GraphQLSchema,
  contexts: readonly Context[],
  variables: readonly string[],
): FindValues => {
  const finders = variables.map((variable) =>
    contexts.filter((context) => context.renameKeyTo === variable).map(({ path }) => compileFind(schema, path)),
  );
  return (object, holders) => finders.map((ways) => firstOf(ways, object, holders));
};

type Context = NonNullable<FetchNode['contextRewrites']>[number];

type Find = (object: JsonObject, holders: readonly JsonObject[]) => unknown;

const firstOf = (ways: readonly Find[], object: JsonObject, holders: readonly JsonObject[]): unknown => {
  for (const find of ways) {
    const value = find(object, holders);
    if (value !== undefined) return value;
  }
  return null;
};

const UP = '..';

const compileFind = (schema: GraphQLSchema, path: readonly string[]): Find => {
  const levels = path.filter((element) => element === UP).length;
  const read = path
    .filter((element) => element !== UP)
    .toReversed()
    .reduce<Read>(
      (inner, element) => stepInto(schema, element, inner),
      (value) => value,
    );
  return levels === 0 ? read : (_object, holders) => read(holders.at(-levels));
};

/** What is at the end of a path from a value; `undefined` when the path ends before. */
type Read = (value: unknown) => unknown;

const stepInto = (schema: GraphQLSchema, element: string, inner: Read): Read => {
  const condition = conditionIn(element);
  if (condition === undefined) return onObjects((object) => inner(own(object, element)));
  const names = namesWithin(schema, condition);
  return onObjects((object) => {
    const name = object['__typename'];
    return typeof name !== 'string' || names.has(name) ? inner(object) : undefined;
  });
};

/** Of a list, the list of what its items have. */
const onObjects = (read: (object: JsonObject) => unknown): Read => {
  const reach: Read = (value) => {
    if (Array.isArray(value)) return value.map((item) => reach(item) ?? null);
    return isJsonObject(value) ? read(value) : undefined;
  };
  return reach;
};
