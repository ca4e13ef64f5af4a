import type { Generation } from '../supergraph/generation.ts';
import type { KnownOperation, PermittedOperation, Planned } from './known-document.ts';

/** For each label of an override, whether a request takes the field from its new home. */
export type Overrides = ReadonlyMap<string, boolean>;

/** The plan there is for a request. */
export const knownPlan = (permitted: PermittedOperation, overrides: Overrides): Planned | undefined =>
  permitted.planned.get(keyOf(overrides));

/**
 * The plan of an operation, made once however many requests wait for it.
 *
 * @param caller whose turn at the planner that takes, if nobody waits for it yet
 * @throws when it cannot be planned
 */
export const planOnce = async (
  generation: Generation,
  { of }: KnownOperation,
  permitted: PermittedOperation,
  overrides: Overrides,
  caller?: string,
): Promise<Planned> => {
  const key = keyOf(overrides);
  const underway = UNDERWAY.get(permitted) ?? new Map<string, Promise<Planned>>();
  UNDERWAY.set(permitted, underway);
  const planning =
    underway.get(key) ??
    makePlan(generation, permitted, overrides, caller).finally(() => {
      underway.delete(key);
    });
  underway.set(key, planning);
  const planned = await planning;
  if (permitted.planned.has(key)) return planned;
  permitted.planned.set(key, planned);
  generation.operations.grow(of, JSON.stringify(planned.plan ?? null).length * BYTES_PER_PLAN_CHARACTER);
  return planned;
};

const UNDERWAY = new WeakMap<PermittedOperation, Map<string, Promise<Planned>>>();

/** Of a plan and of what is compiled from it and the operation, machine code included (`npm run memory` in bench/). */
const BYTES_PER_PLAN_CHARACTER = 80;

const keyOf = (overrides: Overrides): string => {
  let key = '';
  for (const isOverridden of overrides.values()) key += isOverridden ? '1' : '0';
  return key;
};

const makePlan = async (
  { planner }: Generation,
  { prepared }: PermittedOperation,
  overrides: Overrides,
  caller: string | undefined,
): Promise<Planned> => {
  const { document, operation } = prepared;
  if (document === undefined) return { plan: undefined };
  return { plan: await planner.plan(document, operation.name?.value ?? null, overrides, caller) };
};
