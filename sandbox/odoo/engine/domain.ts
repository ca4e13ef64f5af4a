import type { Field } from '../catalogue/catalogue.ts';
import type { StoredRow } from './database.ts';
import type { Env } from './env.ts';
import { valueError } from './errors.ts';
import { operatorOf } from './operators.ts';

/** A parsed domain: a tree of conditions. */
export type Node =
  | { readonly kind: 'all' | 'any'; readonly nodes: readonly Node[] }
  | { readonly kind: 'not'; readonly node: Node }
  | { readonly kind: 'constant'; readonly value: boolean }
  | Leaf;

export interface Leaf {
  readonly kind: 'leaf';
  readonly field: Field;
  /** What follows the field in a dotted path. */
  readonly rest: string;
  readonly operator: string;
  readonly value: unknown;
}

/**
 * Reads a domain in prefix notation.
 *
 * @throws ValueError for an unknown field, an unknown operator or a form that is no domain, in Odoo's words.
 */
export const parseDomain = (env: Env, model: string, domain: unknown): Node => {
  if (domain === undefined || domain === null || domain === false) return EVERYTHING;
  if (!Array.isArray(domain)) throw valueError(`Domain() invalid item in domain: ${python(domain)}`);
  const items: readonly unknown[] = domain;
  let at = 0;
  const next = (): Node => {
    if (at >= items.length) throw valueError(`Domain() malformed domain ${python(domain)}`);
    const item = items[at++];
    if (item === '!') return { kind: 'not', node: next() };
    if (item === '&' || item === '|') {
      const left = next();
      return { kind: item === '&' ? 'all' : 'any', nodes: [left, next()] };
    }
    return leafOf(env, model, item);
  };
  const nodes: Node[] = [];
  while (at < items.length) nodes.push(next());
  return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { kind: 'all', nodes };
};

export const EVERYTHING: Node = { kind: 'constant', value: true };

/** True when some condition is about this field of the model itself. */
export const mentions = (node: Node, name: string): boolean => {
  switch (node.kind) {
    case 'all':
    case 'any':
      return node.nodes.some((each) => mentions(each, name));
    case 'not':
      return mentions(node.node, name);
    case 'leaf':
      return node.field.name === name;
    default:
      return false;
  }
};

const leafOf = (env: Env, model: string, item: unknown): Node => {
  if (!Array.isArray(item) || item.length !== 3) throw valueError(`Domain() invalid item in domain: ${python(item)}`);
  const [path, operator, value] = item as unknown[];
  if (typeof path === 'number') return { kind: 'constant', value: (path === value) === (operator === '=') };
  const known = operatorOf(operator);
  if (known === undefined || typeof path !== 'string') {
    const text = `(${python(path)}, ${python(operator)}, ${python(value)})`;
    throw valueError(env.engine.version === 14 ? `Invalid leaf ${text}` : `Invalid operator in condition ${text}`);
  }
  const [name = '', ...rest] = path.split('.');
  const field = env.field(model, name);
  if (field === undefined) throw unknownField(env, model, path, operator, value);
  if (rest.length > 0 && field.relation === undefined) throw unknownField(env, model, path, operator, value);
  checkMoment(field, rest, value);
  return { kind: 'leaf', field, rest: rest.join('.'), operator: known, value };
};

const unknownField = (env: Env, model: string, path: string, operator: unknown, value: unknown): Error => {
  const form = env.engine.version === 14 ? 'leaf' : 'condition';
  return valueError(
    `Invalid field ${model}.${path} in ${form} (${python(path)}, ${python(operator)}, ${python(value)})`,
  );
};

const MOMENT = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/;
const ZONED = /^\d{4}-\d{2}-\d{2}[ T].*(Z|[+-]\d{2}:?\d{2})$/;

/** A domain takes a moment with a T, which values do not; it never takes one with a zone. */
const checkMoment = (field: Field, rest: readonly string[], value: unknown): void => {
  if (rest.length > 0 || (field.type !== 'date' && field.type !== 'datetime')) return;
  for (const each of Array.isArray(value) ? value : [value]) {
    if (typeof each !== 'string' || each === '' || MOMENT.test(each)) continue;
    if (ZONED.test(each)) throw valueError(`expecting only datetimes with no timezone: ${python(each)}`);
    throw valueError(`Invalid term ${python(each)} in expression date: ${python(each)}`);
  }
};

/** A value as Python prints it, for messages. */
export const python = (value: unknown): string => {
  if (typeof value === 'string') return `'${value}'`;
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null || value === undefined) return 'None';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  return JSON.stringify(value);
};

export type Predicate = (row: StoredRow) => boolean;
