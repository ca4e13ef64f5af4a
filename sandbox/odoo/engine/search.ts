import type { StoredRow } from './database.ts';
import { EVERYTHING, mentions, type Node, parseDomain } from './domain.ts';
import type { Env } from './env.ts';
import { filterOf, idsIn } from './filter.ts';
import { isSet } from './operators.ts';
import { allSorted, parseOrder, sortIds } from './order.ts';
import { visible } from './rules.ts';

export interface SearchOptions {
  /** The model's own when left out. */
  readonly order?: string | undefined;
  readonly offset?: number | undefined;
  /** 0 or left out: all. */
  readonly limit?: number | undefined;
}

/** The ids that answer a domain, inside what the user may see, in order. */
export const search = (env: Env, model: string, domain: unknown, options: SearchOptions = {}): number[] => {
  const node = withActive(env, model, parseDomain(env, model, domain));
  const order = options.order === undefined || options.order === '' ? env.model(model).order : options.order;
  parseOrder(env, model, order);
  const from = options.offset ?? 0;
  const to = options.limit === undefined || options.limit <= 0 ? Number.POSITIVE_INFINITY : from + options.limit;
  const answers = questionOf(env, model, node);
  const candidates = candidatesOf(env, model, node);
  if (candidates !== null && candidates.size <= FEW) {
    const found = [...candidates].filter((id) => answers(env.db.row(model, id)));
    return sortIds(env, model, found, order).slice(from, to);
  }
  const found: number[] = [];
  for (const id of allSorted(env, model, order)) {
    if (found.length >= to) break;
    if (candidates !== null && !candidates.has(id)) continue;
    if (answers(env.db.row(model, id))) found.push(id);
  }
  return found.slice(from);
};

/** How many records answer a domain; counting stops at `limit`. */
export const count = (env: Env, model: string, domain: unknown, limit = 0): number => {
  const node = withActive(env, model, parseDomain(env, model, domain));
  const answers = questionOf(env, model, node);
  const candidates = candidatesOf(env, model, node) ?? env.db.rows(model).keys();
  let found = 0;
  for (const id of candidates) {
    if (limit > 0 && found >= limit) break;
    if (answers(env.db.row(model, id))) found += 1;
  }
  return found;
};

/** Above this many candidates, walking the remembered order beats sorting them. */
const FEW = 500;

const questionOf = (env: Env, model: string, node: Node): ((row: StoredRow | undefined) => boolean) => {
  const filter = filterOf(env, node);
  const may = visible(env, model);
  return (row) => row !== undefined && (may === null || may(row)) && filter(row);
};

/** Archived records are left out, unless the context or the domain asks about them. */
const withActive = (env: Env, model: string, node: Node): Node => {
  const active = env.field(model, 'active');
  if (active === undefined || env.context['active_test'] === false || mentions(node, 'active')) return node;
  const isActive: Node = { kind: 'leaf', field: active, rest: '', operator: '=', value: true };
  return node === EVERYTHING ? isActive : { kind: 'all', nodes: [node, isActive] };
};

/** The fewest rows that one condition, answered by an index, leaves; null when only a walk over all will do. */
const candidatesOf = (env: Env, model: string, node: Node): ReadonlySet<number> | null => {
  switch (node.kind) {
    case 'all': {
      let fewest: ReadonlySet<number> | null = null;
      for (const each of node.nodes) {
        const candidates = candidatesOf(env, model, each);
        if (candidates !== null && (fewest === null || candidates.size < fewest.size)) fewest = candidates;
      }
      return fewest;
    }
    case 'any': {
      const all = node.nodes.map((each) => candidatesOf(env, model, each));
      return all.some((each) => each === null) ? null : union(all.map((each) => each ?? []));
    }
    case 'leaf':
      return indexed(env, model, node.field.name, node.rest, node.operator, node.value);
    default:
      return null;
  }
};

const INDEXED: ReadonlySet<string> = new Set(['many2one', 'char', 'integer', 'many2many']);

const indexed = (
  env: Env,
  model: string,
  name: string,
  rest: string,
  operator: string,
  value: unknown,
): ReadonlySet<number> | null => {
  const field = env.field(model, name);
  if (field === undefined || env.engine.computes.has(field)) return null;
  if (field.related !== undefined) {
    const [first = '', ...more] = field.related;
    return indexed(env, model, first, [...more, ...(rest === '' ? [] : [rest])].join('.'), operator, value);
  }
  if (operator === 'any' || rest !== '') return throughIndex(env, model, field.name, rest, operator, value);
  if (operator !== '=' && operator !== 'in') return null;
  const wanted = Array.isArray(value) ? value : [value];
  if (!wanted.every((each) => isSet(each) && each !== 0)) return null;
  if (name === 'id') return new Set(wanted.filter((each) => typeof each === 'number'));
  if (!INDEXED.has(field.type) || field.company_dependent || field.translate) return null;
  if (field.relation !== undefined && wanted.some((each) => typeof each !== 'number')) return null;
  return union(wanted.map((each) => env.db.idsBy(model, name, each)));
};

/** `order_id.partner_id = 7`, `order_line any [...]`: find those first, when an index finds them, and then what points at them. */
const throughIndex = (
  env: Env,
  model: string,
  name: string,
  rest: string,
  operator: string,
  value: unknown,
): ReadonlySet<number> | null => {
  const field = env.field(model, name);
  const relation = field?.relation ?? '';
  if (field === undefined || !env.engine.catalogue.has(relation)) return null;
  const inner = parseDomain(env, relation, rest === '' ? value : [[rest, operator, value]]);
  const linked = candidatesOf(env.sudo(), relation, inner);
  if (linked === null || linked.size > MANY) return null;
  if (field.type === 'one2many') {
    const inverse = field.relation_field ?? '';
    return new Set([...linked].flatMap((id) => idsIn(env.db.row(relation, id)?.[inverse])));
  }
  return union([...linked].map((id) => env.db.idsBy(model, name, id)));
};

const MANY = 2000;

const union = (sets: readonly Iterable<number>[]): ReadonlySet<number> => {
  const [only] = sets;
  if (sets.length === 1 && only instanceof Set) return only as ReadonlySet<number>;
  const all = new Set<number>();
  for (const set of sets) for (const id of set) all.add(id);
  return all;
};
