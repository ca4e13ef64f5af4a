import type { Method } from '../engine/behaviour.ts';
import type { Env } from '../engine/env.ts';
import { DESCRIBING } from './describing.ts';
import { GROUPING } from './grouping.ts';
import { LOADING } from './loading.ts';
import { READING } from './reading.ts';
import { WRITING } from './writing.ts';

const EVERYWHERE: Readonly<Record<string, Method>> = { ...READING, ...WRITING, ...DESCRIBING, ...GROUPING, ...LOADING };

/** Public in Python, closed to remote calls (`@api.private`). */
const CLOSED: ReadonlySet<string> = new Set([
  'browse',
  'concat',
  'ensure_one',
  'exists',
  'fetch',
  'filtered',
  'filtered_domain',
  'flush_model',
  'flush_recordset',
  'grouped',
  'invalidate_model',
  'invalidate_recordset',
  'mapped',
  'modified',
  'search_fetch',
  'sorted',
  'sudo',
  'union',
  'update',
  'with_company',
  'with_context',
  'with_env',
  'with_prefetch',
  'with_user',
]);

export const isPrivate = (method: string): boolean => method.startsWith('_') || CLOSED.has(method);

/** The method of a model: its own, or one that every model has. */
export const methodOf = (env: Pick<Env, 'engine'>, model: string, method: string): Method | undefined => {
  const own = env.engine.behaviours.get(model)?.methods;
  if (own !== undefined && Object.hasOwn(own, method)) return own[method];
  return Object.hasOwn(EVERYWHERE, method) ? EVERYWHERE[method] : undefined;
};

/** The names of a method's arguments, and which of them must be given. */
export const parametersOf = (
  method: Method,
): { readonly names: readonly string[]; readonly required: readonly string[]; readonly open: boolean } => ({
  names: method.parameters.filter((name) => name !== '**').map((name) => name.replace('!', '')),
  required: method.parameters.filter((name) => name.endsWith('!')).map((name) => name.slice(0, -1)),
  open: method.parameters.includes('**'),
});

/** `ids` as Odoo takes them: a number is a list of one, nothing is an empty set of records. */
export const idsOf = (given: unknown): readonly unknown[] => {
  if (given === undefined || given === null || given === false) return [];
  return Array.isArray(given) ? given : [given];
};
