import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { fail } from '../../../platform/errors.ts';
import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';
import { tellAnswered, tellAnsweredEntities, tellUnanswered, tellUnusable } from './fetch-errors.ts';
import { callOf, entityKeysOf, type FetchHead, fetchHead } from './fetch-head.ts';
import { isJsonObject, type JsonObject } from './json-object.ts';
import { compileMerge } from './compile-merge.ts';
import { merge } from './merge.ts';
import { objectsAt, type PlanPath } from './plan-path.ts';
import { compileQuestion } from './question.ts';
import type { Batch } from './representations.ts';
import { compileRewrites } from './rewrites.ts';
import type { Run, RunNode } from './run.ts';
import { isConcrete } from './type-names.ts';

/** Compiles one call to one subgraph, for the objects at a path. */
export const compileFetch = (schema: GraphQLSchema, node: FetchNode, at: PlanPath): RunNode =>
  node.requires === undefined
    ? compileRootFetch(schema, node, at)
    : compileEntityFetch(schema, node, at, node.requires);

const compileRootFetch = (schema: GraphQLSchema, node: FetchNode, at: PlanPath): RunNode => {
  const head = fetchHead(node);
  const rewrite = compileRewrites(schema, node.outputRewrites);
  return async (run) => {
    const isNested = at.steps.length > 0;
    if (isNested && objectsAt(run.data, at).length === 0) return;
    const answer = await ask(run, head, at, callOf(head, run.variables));
    if (answer === undefined) return;
    const { data, errors } = answer;
    if (errors !== undefined) tellAnswered(run, head, at, errors);
    if (!isJsonObject(data)) return;
    rewrite?.(data);
    if (isNested) for (const object of objectsAt(run.data, at)) merge(object, data, true);
    else mergeRoot(run, data);
  };
};

/** The first answer is where the others are merged into. */
const mergeRoot = (run: Run, data: JsonObject): void => {
  if (Object.keys(run.data).length === 0) run.data = data;
  else merge(run.data, data);
};

const compileEntityFetch = (
  schema: GraphQLSchema,
  node: FetchNode,
  at: PlanPath,
  requires: NonNullable<FetchNode['requires']>,
): RunNode => {
  const head = fetchHead(node);
  const questionFor = compileQuestion(schema, node, requires, head, at);
  const mergeAll = compileMergeAll(schema, node);
  return async (run) => {
    const question = questionFor(run);
    if (question === undefined) return;
    const { objects, batch, call, read } = question;
    const answer = await ask(run, head, at, call);
    if (answer === undefined) return;
    const { data, errors } = read === undefined ? answer : read(answer);
    if (errors !== undefined) tellAnsweredEntities(run, head, at, errors, { objects, slots: batch.slots });
    if (!isJsonObject(data)) return;
    const entities = data['_entities'];
    if (Array.isArray(entities) && entities.length === batch.representations.length) mergeAll(objects, batch, entities);
    else if (errors === undefined) tellUnusable(run, head, at.path, 'the subgraph answered another number of entities');
  };
};

/** Gives every object its entity. An entity that stands for several becomes part of the first and is copied to the rest. */
const compileMergeAll = (schema: GraphQLSchema, node: FetchNode) => {
  const rewrite = compileRewrites(schema, node.outputRewrites);
  const mergeEntity = compileMerge(entityKeys(node));
  return (objects: readonly JsonObject[], { slots, representations }: Batch, entities: readonly unknown[]): void => {
    const used = representations.length < objects.length ? new Set<number>() : undefined;
    for (let i = 0; i < objects.length; i++) {
      const object = objects[i];
      const slot = slots[i] ?? -1;
      const entity = entities[slot];
      if (object === undefined || !isJsonObject(entity)) continue;
      const isShared = used?.has(slot) === true;
      used?.add(slot);
      const known = object['__typename'];
      if (!isShared) rewrite?.(entity, known);
      mergeEntity(object, entity, isShared);
      // A subgraph that knows an interface as an object type cannot say what an object is; who knows has said so before.
      if (object['__typename'] !== known && known !== undefined && !isConcrete(schema, object['__typename']))
        object['__typename'] = known;
    }
  };
};

/** The rewritten ones too. */
const entityKeys = ({ operation, outputRewrites = [] }: FetchNode): Set<string> =>
  new Set([
    ...entityKeysOf(operation),
    ...outputRewrites.flatMap((rewrite) => (rewrite.kind === 'KeyRenamer' ? [rewrite.renameKeyTo] : [])),
  ]);

const ask = async (
  run: Run,
  head: FetchHead,
  at: PlanPath,
  call: SubgraphCall,
): Promise<SubgraphAnswer | undefined> => {
  try {
    const transport = run.transports.get(head.subgraph);
    if (transport === undefined) throw fail('DOWNSTREAM_SERVICE_ERROR');
    return await transport.send(call, run.envelope, run.cancellation);
  } catch (error) {
    tellUnanswered(run, head, at, error);
    return undefined;
  }
};
