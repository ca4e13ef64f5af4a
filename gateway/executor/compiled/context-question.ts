import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { compileAliased, variableOf } from './aliased-query.ts';
import { compileContextValues, type FindValues } from './context-values.ts';
import { contextsOf } from '../../planning/fixes/plan-tree.ts';
import { callOf, type FetchHead } from './fetch-head.ts';
import type { JsonObject } from './json-object.ts';
import { joined } from './joined-answer.ts';
import { type PlanPath, visitWithin } from './plan-path.ts';
import type { Ask } from './question.ts';
import type { Batch, Represent } from './representations.ts';

/**
 * Compiles the question of a fetch of entities some of whose fields take arguments from what the entities are in
 * (Federation, `@fromContext`).
 *
 * Values of variables hold for a whole query. Where they differ from entity to entity, the query asks for each group of
 * entities with the same values under an alias: it stays one call, however many contexts there are.
 */
export const compileContextQuestion = (
  schema: GraphQLSchema,
  node: FetchNode,
  head: FetchHead,
  at: PlanPath,
  represent: Represent,
): Ask => {
  const contexts = contextsOf(node);
  const names = [...new Set(contexts.map(({ renameKeyTo }) => renameKeyTo))];
  const valuesOf = compileContextValues(schema, contexts, names);
  const aliased = compileAliased(head.query, new Set([REPRESENTATIONS, ...names]));
  const shared = head.variableNames.filter((name) => !names.includes(name));
  return ({ data, variables }) => {
    const groups = groupsAt(data, at, valuesOf).flatMap(({ values, objects }) => {
      const batch = represent(objects);
      return batch.representations.length === 0 ? [] : [{ values, objects, batch }];
    });
    const [first] = groups;
    if (first === undefined) return undefined;
    const isOne = groups.length === 1;
    const own: Record<string, unknown> = {};
    groups.forEach(({ values, batch }, group) => {
      const nameOf = (name: string) => (isOne ? name : variableOf(name, group));
      own[nameOf(REPRESENTATIONS)] = batch.representations;
      names.forEach((name, index) => void (own[nameOf(name)] = values[index]));
    });
    const query = isOne ? head.query : aliased(groups.length);
    const variableNames = [...shared, ...Object.keys(own)];
    const call = callOf({ ...head, query, variableNames }, { ...variables, ...own });
    if (isOne) return { objects: first.objects, batch: first.batch, call };
    const sizes = groups.map(({ batch }) => batch.representations.length);
    return {
      objects: groups.flatMap(({ objects }) => objects),
      batch: oneBatch(groups.map(({ batch }) => batch)),
      call,
      read: (answer) => joined(answer, sizes),
    };
  };
};

const REPRESENTATIONS = 'representations';

/** Objects at a path, in groups of those that have the same values. */
const groupsAt = (root: JsonObject, at: PlanPath, valuesOf: FindValues): readonly Group[] => {
  const groups = new Map<string, Group>();
  let last: Group | undefined;
  visitWithin(root, at, (object, holders) => {
    const values = valuesOf(object, holders);
    // Neighbours are mostly in the same.
    if (last === undefined || !isSame(values, last.values)) {
      const text = JSON.stringify(values);
      last = groups.get(text) ?? { values, objects: [] };
      groups.set(text, last);
    }
    last.objects.push(object);
  });
  return [...groups.values()];
};

interface Group {
  readonly values: readonly unknown[];
  readonly objects: JsonObject[];
}

const isSame = (values: readonly unknown[], others: readonly unknown[]): boolean =>
  values.every((value, index) => value === others[index]);

const oneBatch = (batches: readonly Batch[]): Batch => {
  const representations: JsonObject[] = [];
  const slots: number[] = [];
  for (const batch of batches) {
    for (const slot of batch.slots) slots.push(slot < 0 ? slot : representations.length + slot);
    for (const representation of batch.representations) representations.push(representation);
  }
  return { representations, slots };
};
