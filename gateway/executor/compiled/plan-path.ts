import { answerKey } from '../../planning/fixes/own-keys.ts';
import type { Path } from '../subgraph-error.ts';
import { isJsonObject, type JsonObject, own } from './json-object.ts';

/** Where a fetch finds the objects it is for. */
export interface PlanPath {
  /** As the plan has it, in keys of the answer and without type conditions: `@` stands for every index of a list. */
  readonly path: Path;
  readonly steps: readonly Step[];
}

/** A response key, every item of a list, or a condition on the type of the object. */
type Step = { readonly key: string } | typeof ITEMS | { readonly types: ReadonlySet<string> };

const ITEMS = '@';

export const ROOT: PlanPath = Object.freeze({ path: [], steps: [] });

/** Goes on from a path. An element may carry the object types it is meant for: `animal|[Cat,Dog]`, `@|[Cat]`. */
export const below = (at: PlanPath, elements: Path): PlanPath => {
  const parsed = elements.map((element) => ELEMENT.exec(String(element))?.groups ?? {});
  const names = parsed.map(({ name = '' }) => name);
  return {
    path: [...at.path, ...names.filter((name) => name !== '').map(answerKey)],
    steps: [...at.steps, ...parsed.flatMap(({ name = '', types }) => [...stepsOf(name), ...conditionsOf(types)])],
  };
};

const ELEMENT = /^(?<name>[^|]*)(?:\|\[(?<types>[^\]]*)\])?$/;

const stepsOf = (name: string): Step[] => {
  if (name === '') return [];
  return name === ITEMS ? [ITEMS] : [{ key: name }];
};

const conditionsOf = (types: string | undefined): Step[] =>
  types === undefined ? [] : [{ types: new Set(types.split(',').map((name) => name.trim())) }];

/** The objects at a path. Whatever is not of the shape the path expects has nothing to offer. */
export const objectsAt = (root: JsonObject, { steps }: PlanPath): JsonObject[] => {
  const found: JsonObject[] = [];
  visit(root, steps, 0, (object) => void found.push(object), undefined);
  return found;
};

/** Visits the objects at a path along with those they are in: one for each key of the path, the outermost first. */
export const visitWithin = (
  root: JsonObject,
  { steps }: PlanPath,
  found: (object: JsonObject, holders: readonly JsonObject[]) => void,
): void => {
  const trail = startTrail();
  visit(root, steps, 0, (object) => found(object, trail.holders), trail);
};

/** Where in the answer each of these objects stands. Costs a walk of its own, and is for errors only. */
export const positionsOf = (
  root: JsonObject,
  { steps }: PlanPath,
  objects: ReadonlySet<JsonObject>,
): Map<JsonObject, Path> => {
  const positions = new Map<JsonObject, Path>();
  const trail = startTrail();
  const note = (object: JsonObject) => {
    if (objects.has(object)) positions.set(object, [...trail.path]);
  };
  visit(root, steps, 0, note, trail);
  return positions;
};

/** The way from the root to what is being visited. */
interface Trail {
  readonly path: (string | number)[];
  /** Whose keys the path has. */
  readonly holders: JsonObject[];
}

const startTrail = (): Trail => ({ path: [], holders: [] });

const visit = (
  value: unknown,
  steps: readonly Step[],
  index: number,
  found: (object: JsonObject) => void,
  trail: Trail | undefined,
): void => {
  const step = steps[index];
  if (step === ITEMS) {
    if (!Array.isArray(value)) return;
    for (let i = 0; i < value.length; i++) {
      trail?.path.push(i);
      visit(value[i], steps, index + 1, found, trail);
      trail?.path.pop();
    }
    return;
  }
  if (!isJsonObject(value)) return;
  if (step === undefined) {
    found(value);
  } else if ('types' in step) {
    const name = value['__typename'];
    if (typeof name === 'string' && step.types.has(name)) visit(value, steps, index + 1, found, trail);
  } else if (trail === undefined) {
    visit(own(value, step.key), steps, index + 1, found, trail);
  } else {
    trail.path.push(answerKey(step.key));
    trail.holders.push(value);
    visit(own(value, step.key), steps, index + 1, found, trail);
    trail.path.pop();
    trail.holders.pop();
  }
};
