import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import { codeOf, type ErrorCode, isErrorCode } from '../../../platform/errors.ts';
import { LoggableError } from '../../../platform/log.ts';
import { errorAt, type Path, passedOn, reduced } from '../subgraph-error.ts';
import type { FetchHead } from './fetch-head.ts';
import type { JsonObject } from './json-object.ts';
import { type PlanPath, positionsOf } from './plan-path.ts';
import type { Run } from './run.ts';

/** The subgraph gave no answer: one error per position the fetch would have filled. */
export const tellUnanswered = (run: Run, head: FetchHead, at: PlanPath, error: unknown): void => {
  const given = (error as { extensions?: { code?: unknown } } | null)?.extensions?.code;
  const code: ErrorCode = isErrorCode(given) ? codeOf(error) : 'DOWNSTREAM_SERVICE_ERROR';
  const loggable = new LoggableError('a subgraph did not answer', { subgraph: head.subgraph });
  const cause = Object.assign(loggable, { cause: error });
  for (const path of placesOf(head, at)) run.errors.push(errorAt(code, path, { cause }));
};

/** The subgraph answered something that is no answer to what it was asked. */
export const tellUnusable = (run: Run, head: FetchHead, path: Path | undefined, reason: string): void => {
  const cause = new LoggableError(reason, { subgraph: head.subgraph });
  run.errors.push(errorAt('DOWNSTREAM_SERVICE_ERROR', path, { cause }));
};

/** Root fields by name; entities by the path they were collected at, where `@` stands for every index. */
const placesOf = (head: FetchHead, { path }: PlanPath): Path[] =>
  path.length > 0 ? [path] : head.rootKeys.map((key) => [key]);

/** Errors of a fetch of root fields, at the positions the subgraph gives them. */
export const tellAnswered = (
  run: Run,
  head: FetchHead,
  at: PlanPath,
  errors: readonly GraphQLFormattedError[],
): void => {
  for (const error of errors) {
    const path = pathOf(error);
    run.errors.push(told(run, head, error, path === undefined ? undefined : [...at.path, ...head.renamed(path)]));
  }
};

/** Whom a fetch of entities was for: representation `slots[i]` stands for `objects[i]`. */
export interface Asked {
  readonly objects: readonly JsonObject[];
  readonly slots: readonly number[];
}

/**
 * Errors of a fetch of entities. One at an entity is one at every position of the answer that the entity stands for;
 * one of the whole fetch is told at the path of its entities.
 */
export const tellAnsweredEntities = (
  run: Run,
  head: FetchHead,
  at: PlanPath,
  errors: readonly GraphQLFormattedError[],
  asked: Asked,
): void => {
  const positions = lazily(() => positionsOf(run.data, at, new Set(asked.objects)));
  const bySlot = lazily(() => groupBySlot(asked));
  for (const error of errors) {
    const path = pathOf(error) ?? [];
    const [field, slot] = path;
    const isAtEntity = field === '_entities' && typeof slot === 'number';
    const objects = isAtEntity ? (bySlot().get(slot) ?? []) : [];
    const rest = isAtEntity ? head.renamed(path.slice(2)) : [];
    if (objects.length === 0) run.errors.push(told(run, head, error, at.path));
    for (const object of objects)
      run.errors.push(told(run, head, error, [...(positions().get(object) ?? at.path), ...rest]));
  }
};

const told = (run: Run, head: FetchHead, error: GraphQLFormattedError, path: Path | undefined): GraphQLError =>
  run.open ? passedOn(error, path) : reduced(error, path, head.subgraph);

/** What a subgraph calls a path is one when it is made of names and indices. */
const pathOf = ({ path }: GraphQLFormattedError): Path | undefined =>
  Array.isArray(path) && path.every((element) => typeof element === 'string' || Number.isInteger(element))
    ? path
    : undefined;

const groupBySlot = ({ objects, slots }: Asked): Map<number, JsonObject[]> => {
  const groups = new Map<number, JsonObject[]>();
  slots.forEach((slot, index) => {
    const object = objects[index];
    const group = groups.get(slot);
    if (object === undefined) return;
    if (group === undefined) groups.set(slot, [object]);
    else group.push(object);
  });
  return groups;
};

const lazily = <T extends object>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};
