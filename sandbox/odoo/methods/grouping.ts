import { checkAccess } from '../engine/access.ts';
import type { Method } from '../engine/behaviour.ts';
import type { Field } from '../catalogue/catalogue.ts';
import type { Env, Values } from '../engine/env.ts';
import { valueError } from '../engine/errors.ts';
import { nameGet } from '../engine/names.ts';
import { search } from '../engine/search.ts';
import { accessor } from '../engine/values.ts';
import { listIn, numberIn, textsIn } from './arguments.ts';
import { type Granularity, isGranularity, labelOf, nextOf, startOf } from './periods.ts';

/** The aggregating methods of every model: the one of 19, and the older one that still answers. */
export const GROUPING: Readonly<Record<string, Method>> = {
  formatted_read_group: {
    on: 'model',
    parameters: ['domain!', 'groupby', 'aggregates', 'having', 'offset', 'limit', 'order'],
    run: (env, model, _ids, named) => {
      const keys = (textsIn(named, 'groupby') ?? []).map((spec) => keyOf(env, model, spec));
      const aggregates = (textsIn(named, 'aggregates') ?? []).map((spec) => aggregateOf(env, model, spec));
      const groups = groupsOf(env, model, named['domain'], keys).map(({ values, ids }) => ({
        ...Object.fromEntries(keys.map((key, at) => [key.spec, values[at]?.shown])),
        __extra_domain: joined(values.flatMap((value) => [value.domain])),
        ...Object.fromEntries(aggregates.map(({ spec, of }) => [spec, of(ids)])),
      }));
      return page(groups, named);
    },
  },
  read_group: {
    on: 'model',
    parameters: ['domain!', 'fields!', 'groupby!', 'offset', 'limit', 'orderby', 'lazy'],
    run: (env, model, _ids, named) => {
      const all = (textsIn(named, 'groupby') ?? []).map((spec) => keyOf(env, model, spec));
      const keys = named['lazy'] === false ? all : all.slice(0, 1);
      const aggregates = (textsIn(named, 'fields') ?? [])
        .map(aliased)
        .filter(({ of }) => !keys.some((key) => key.field.name === of) && isNumeric(env.field(model, of)))
        .map(({ name, of, how }) => [name, aggregateOf(env, model, `${of}:${how}`)] as const);
      const countName = named['lazy'] === false ? '__count' : `${keys[0]?.field.name ?? ''}_count`;
      const given = listIn(named, 'domain') ?? [];
      const groups = groupsOf(env, model, named['domain'], keys).map(({ values, ids }) => ({
        ...Object.fromEntries(
          keys.map((key, at) => [
            key.spec,
            Array.isArray(values[at]?.shown) && key.granularity !== undefined
              ? (values[at]?.shown as unknown[] | undefined)?.[1]
              : values[at]?.shown,
          ]),
        ),
        [countName]: ids.length,
        ...Object.fromEntries(aggregates.map(([name, { of }]) => [name, of(ids)])),
        __domain: joined([...termsOf(given), ...values.map((value) => value.domain)]),
      }));
      return page(groups, named);
    },
  },
};

interface Key {
  readonly spec: string;
  readonly field: Field;
  readonly granularity?: Granularity;
}

interface Value {
  readonly shown: unknown;
  readonly domain: readonly unknown[];
}

const keyOf = (env: Env, model: string, spec: string): Key => {
  const [name = '', period] = spec.split(':');
  const field = env.field(model, name);
  if (field === undefined) throw valueError(`Invalid field '${name}' on model '${model}'`);
  const isMoment = field.type === 'date' || field.type === 'datetime';
  const granularity = period ?? (isMoment ? 'month' : undefined);
  return { spec, field, ...(granularity !== undefined && isGranularity(granularity) && { granularity }) };
};

interface Group {
  readonly values: readonly Value[];
  readonly ids: number[];
}

/** Groups come in the order of their keys; no key at all is one group of everything. */
const groupsOf = (env: Env, model: string, domain: unknown, keys: readonly Key[]): Group[] => {
  checkAccess(env, model, 'read');
  const order = keys.length === 0 ? 'id' : [...keys.map(({ field }) => field.name), 'id'].join(', ');
  const ids = search(env, model, domain, { order });
  if (keys.length === 0) return [{ values: [], ids }];
  const readers = keys.map(({ field }) => accessor(env, field));
  const groups = new Map<string, Group>();
  for (const id of ids) {
    const row = env.db.row(model, id);
    if (row === undefined) continue;
    const values = keys.map((key, at) => valueFor(env, key, readers[at]?.(row)));
    const name = JSON.stringify(values.map(({ shown }) => shown));
    const known = groups.get(name);
    if (known === undefined) groups.set(name, { values, ids: [id] });
    else known.ids.push(id);
  }
  return [...groups.values()];
};

const valueFor = (env: Env, { field, granularity }: Key, value: unknown): Value => {
  if (granularity !== undefined && typeof value === 'string') {
    const from = startOf(value, granularity);
    const to = nextOf(from, granularity);
    return {
      shown: [from, labelOf(from, granularity)],
      domain: ['&', [field.name, '>=', from], [field.name, '<', to]],
    };
  }
  if (field.type === 'many2one' && typeof value === 'number') {
    return { shown: nameGet(env, field.relation ?? '', value), domain: [[field.name, '=', value]] };
  }
  return { shown: value, domain: [[field.name, '=', value]] };
};

/** The parts of a domain that all have to hold, each in prefix notation. */
const termsOf = (domain: readonly unknown[]): (readonly unknown[])[] => {
  const terms: unknown[][] = [];
  let open = 0;
  for (const item of domain) {
    if (open === 0) terms.push([]);
    terms.at(-1)?.push(item);
    if (item === '|' || item === '&') open += open === 0 ? 2 : 1;
    else if (item === '!') open += open === 0 ? 1 : 0;
    else if (open > 0) open -= 1;
  }
  return terms;
};

/** Several conditions as one domain in prefix notation, the way Odoo writes it. */
const joined = (domains: readonly (readonly unknown[])[]): unknown[] => {
  // A period is two conditions: they count as two.
  const terms = domains.flatMap((domain) => (domain[0] === '&' ? domain.slice(1).map((each) => [each]) : [domain]));
  return [...terms.slice(1).map(() => '&'), ...terms.flat()];
};

const isNumeric = (field: Field | undefined): boolean =>
  field !== undefined &&
  field.name !== 'id' &&
  (field.type === 'integer' || field.type === 'float' || field.type === 'monetary');

interface Aggregate {
  readonly spec: string;
  readonly of: (ids: readonly number[]) => unknown;
}

/** `amount`, `amount:sum` or `total:sum(amount)`. */
const aliased = (spec: string): { readonly name: string; readonly of: string; readonly how: string } => {
  const [, name = spec, how = 'sum', of = name] = /^(\w+)(?::(\w+)(?:\((\w+)\))?)?$/.exec(spec) ?? [];
  return { name, of, how };
};

const aggregateOf = (env: Env, model: string, spec: string): Aggregate => {
  if (spec === '__count') return { spec, of: (ids) => ids.length };
  const [name = '', how = 'sum'] = spec.split(':');
  const field = env.field(model, name);
  if (field === undefined) throw valueError(`Invalid field '${name}' on model '${model}'`);
  const read = accessor(env, field);
  const valuesOf = (ids: readonly number[]): unknown[] =>
    ids.flatMap((id) => {
      const row = env.db.row(model, id);
      return row === undefined ? [] : [read(row)];
    });
  return { spec, of: (ids) => summary(how, valuesOf(ids)) };
};

const summary = (how: string, values: readonly unknown[]): unknown => {
  const set = values.filter((value) => value !== false);
  const numbers = values.filter((value) => typeof value === 'number');
  const sum = numbers.reduce((total, value) => total + value, 0);
  switch (how) {
    case 'sum':
      return sum;
    case 'avg':
      return numbers.length === 0 ? false : sum / numbers.length;
    case 'min':
    case 'max':
      return extreme(how, set as (string | number)[]);
    case 'count':
      return set.length;
    case 'count_distinct':
      return new Set(set).size;
    case 'array_agg':
      return values;
    default:
      throw valueError(`Invalid aggregate method '${how}'`);
  }
};

const extreme = (how: 'min' | 'max', values: readonly (string | number)[]): unknown => {
  const [first, ...rest] = values;
  if (first === undefined) return false;
  return rest.reduce((best, value) => ((how === 'min' ? value < best : value > best) ? value : best), first);
};

const page = (groups: readonly Values[], named: Values): readonly Values[] => {
  const from = numberIn(named, 'offset') ?? 0;
  const limit = numberIn(named, 'limit');
  return limit === undefined || limit === 0 ? groups.slice(from) : groups.slice(from, from + limit);
};
