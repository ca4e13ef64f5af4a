import type { Generation } from '../supergraph/generation.ts';
import type { KnownOperation, PermittedOperation, Planned } from './known-document.ts';

/** The overrides of a request for which nothing is drawn. */
export const NO_OVERRIDES = '';

/** The plan of an operation, made once however many requests wait for it. */
export const planOnce = async (
  generation: Generation,
  { of }: KnownOperation,
  permitted: PermittedOperation,
  overrides: string,
): Promise<Planned> => {
  const underway = UNDERWAY.get(permitted) ?? new Map<string, Promise<Planned>>();
  UNDERWAY.set(permitted, underway);
  const planning =
    underway.get(overrides) ??
    makePlan(generation, permitted).finally(() => {
      underway.delete(overrides);
    });
  underway.set(overrides, planning);
  const planned = await planning;
  if (permitted.planned.has(overrides)) return planned;
  permitted.planned.set(overrides, planned);
  generation.operations.grow(of, JSON.stringify(planned.plan ?? null).length * BYTES_PER_PLAN_CHARACTER);
  return planned;
};

const UNDERWAY = new WeakMap<PermittedOperation, Map<string, Promise<Planned>>>();

/** Of a plan and of what is compiled from it and the operation. */
const BYTES_PER_PLAN_CHARACTER = 20;

const makePlan = async ({ planner }: Generation, { prepared }: PermittedOperation): Promise<Planned> => {
  const { document, operation } = prepared;
  return { plan: document === undefined ? undefined : await planner.plan(document, operation.name?.value ?? null) };
};
