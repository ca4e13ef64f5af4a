import { FhirError } from '../rest/outcome.ts';
import type { Store } from '../store/store.ts';
import type { Column, Columns } from './columns.ts';
import { compareIntervals, intervalOf, type Prefix } from './dates.ts';
import type { Parameter, Parameters } from './parameters.ts';
import { type Condition, conditionOf, splitAt, unescape } from './query.ts';
import { fold, type Values } from './values.ts';

/** What a search runs on. */
export interface Searched {
  readonly store: Store;
  readonly columns: Columns;
  readonly parameters: Parameters;
  /** The address of the server, which references may begin with. */
  readonly base: string;
}

/** One condition on resources of a type. */
export interface Filter {
  /** Those that pass, if that is known without looking at each. */
  readonly ids?: ReadonlySet<string>;
  readonly passes: (id: string) => boolean;
}

/** @throws FhirError 400 for a modifier or a value that makes no sense */
export const filterOf = (searched: Searched, type: string, condition: Condition): Filter => {
  const { code, modifier, chain, values } = condition;
  if (code === '_has') return reverseChain(searched, type, condition);
  const parameter = searched.parameters.get(type)?.get(code);
  if (parameter === undefined) throw new FhirError(400, 'not-supported', 'an unknown search parameter');
  const column = searched.columns.of(type, parameter);
  if (modifier === 'missing') return missing(column, values);
  if (chain !== undefined) return chained(searched, parameter, column, condition);
  switch (parameter.type) {
    case 'token':
      return token(column, modifier, values);
    case 'reference':
      return reference(searched, parameter, column, modifier, values);
    case 'uri':
      return keyed(column, noModifier(modifier, values).map(unescape));
    case 'string':
      return string(column, modifier, values);
    case 'date':
      return ranged(column, noModifier(modifier, values), dateTest);
    default:
      return ranged(column, noModifier(modifier, values), quantityTest);
  }
};

/** The ids of a type that pass all conditions, in the order of the store or of what is left of it. */
export const idsPassing = (searched: Searched, type: string, conditions: readonly Condition[]): readonly string[] => {
  const filters = conditions.map((condition) => filterOf(searched, type, condition));
  const [first, ...rest] = filters.toSorted((one, other) => sizeOf(one) - sizeOf(other));
  const all = searched.store.all(type);
  if (first === undefined) return [...all.keys()];
  const candidates = first.ids ?? [...all.keys()].filter(first.passes);
  const ids: string[] = [];
  for (const id of candidates) if (rest.every(({ passes }) => passes(id))) ids.push(id);
  return ids;
};

const sizeOf = ({ ids }: Filter): number => ids?.size ?? Number.POSITIVE_INFINITY;

const among = (ids: ReadonlySet<string>): Filter => ({ ids, passes: (id) => ids.has(id) });

const keyed = (column: Column, keys: readonly string[]): Filter => {
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) return among(column.having(only));
  const ids = new Set<string>();
  for (const key of keys) for (const id of column.having(key)) ids.add(id);
  return among(ids);
};

const noModifier = (modifier: string | undefined, values: readonly string[]): readonly string[] => {
  if (modifier !== undefined) throw new FhirError(400, 'not-supported', 'an unknown modifier');
  return values;
};

const missing = (column: Column, [value]: readonly string[]): Filter => {
  if (value !== 'true' && value !== 'false') throw new FhirError(400, 'value', ':missing is true or false');
  return { passes: (id) => (column.values(id) === null) === (value === 'true') };
};

const token = (column: Column, modifier: string | undefined, values: readonly string[]): Filter => {
  if (modifier === 'text') {
    const texts = values.map(unescape).map(fold);
    return some(column, (own) => own.texts.some((text) => texts.some((asked) => text.startsWith(asked))));
  }
  const filter = keyed(column, tokenKeys(values));
  if (modifier === 'not') return { passes: (id) => !filter.passes(id) };
  noModifier(modifier, values);
  return filter;
};

/** A system that is asked for is also that of codes whose system goes without saying. */
const tokenKeys = (values: readonly string[]): readonly string[] =>
  values.flatMap((value) => {
    const [system = '', code] = splitAt(value, '|').map(unescape);
    if (code === undefined || system === '') return [unescape(value)];
    return code === '' ? [`${system}|`] : [`${system}|${code}`, `*|${code}`];
  });

const reference = (
  { base, store }: Searched,
  { target }: Parameter,
  column: Column,
  modifier: string | undefined,
  values: readonly string[],
): Filter => {
  if (modifier === 'identifier')
    return keyed(
      column,
      tokenKeys(values).map((key) => `identifier:${key}`),
    );
  if (modifier !== undefined && !target.includes(modifier) && !store.has(modifier))
    throw new FhirError(400, 'not-supported', 'an unknown modifier');
  const local = values.map((value) => (value.startsWith(`${base}/`) ? value.slice(base.length + 1) : value));
  return keyed(
    column,
    local.map((value) => (modifier === undefined || value.includes('/') ? value : `${modifier}/${value}`)),
  );
};

/** `patient.organization=x`: what refers to something that passes the rest. */
const chained = (
  searched: Searched,
  { target, type }: Parameter,
  column: Column,
  { modifier, chain = '', values }: Condition,
): Filter => {
  if (type !== 'reference') throw new FhirError(400, 'not-supported', 'a chain on what is no reference');
  const next = conditionOf(chain, values.join(','));
  const types = (modifier === undefined ? target : [modifier]).filter(
    (one) => searched.parameters.get(one)?.has(next.code) === true,
  );
  if (types.length === 0) throw new FhirError(400, 'not-supported', 'an unknown parameter at the end of a chain');
  return keyed(
    column,
    types.flatMap((one) => idsPassing(searched, one, [next]).map((id) => `${one}/${id}`)),
  );
};

/** `_has:ChargeItem:account:code=x`: what something that passes the rest refers to. */
const reverseChain = (searched: Searched, type: string, { modifier = '', chain, values }: Condition): Filter => {
  const [source = '', by = '', code = '', ...more] = modifier.split(':');
  const parameter = searched.parameters.get(source)?.get(by);
  if (parameter?.type !== 'reference' || code === '') throw new FhirError(400, 'not-supported', 'a malformed _has');
  const name = [code, ...more].join(':') + (chain === undefined ? '' : `.${chain}`);
  const column = searched.columns.of(source, parameter);
  const ids = new Set<string>();
  for (const id of idsPassing(searched, source, [conditionOf(name, values.join(','))]))
    for (const key of column.values(id)?.keys ?? [])
      if (key.startsWith(`${type}/`)) ids.add(key.slice(type.length + 1));
  return among(ids);
};

/** R4 search, "string": from the beginning, `:contains` anywhere; only `:exact` minds case and accents. */
const string = (column: Column, modifier: string | undefined, values: readonly string[]): Filter => {
  const plain = values.map(unescape);
  const texts = plain.map(fold);
  switch (modifier) {
    case 'exact':
      return keyed(column, plain);
    case undefined:
      return some(column, (own) => own.texts.some((text) => texts.some((asked) => text.startsWith(asked))));
    case 'contains':
      return some(column, (own) => own.texts.some((text) => texts.some((asked) => text.includes(asked))));
    default:
      throw new FhirError(400, 'not-supported', 'an unknown modifier');
  }
};

const some = (column: Column, test: (values: Values) => boolean): Filter => ({
  passes: (id) => {
    const values = column.values(id);
    return values !== null && test(values);
  },
});

const ranged = (
  column: Column,
  values: readonly string[],
  testOf: (value: string) => (values: Values) => boolean,
): Filter => {
  const tests = values.map(testOf);
  return some(column, (own) => tests.some((test) => test(own)));
};

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/;

const dateTest = (value: string): ((values: Values) => boolean) => {
  const [, prefix = 'eq', text = ''] = PREFIXED.exec(value) ?? [];
  // A plus sign of a zone that nobody has escaped arrives as a space.
  const asked = intervalOf(text.replace(' ', '+'));
  if (asked === undefined) throw new FhirError(400, 'value', 'a malformed date');
  return ({ intervals }) => intervals.some((own) => compareIntervals(prefix as Prefix, own, asked));
};

const quantityTest = (value: string): ((values: Values) => boolean) => {
  const [, prefix = 'eq', text = ''] = PREFIXED.exec(value) ?? [];
  const [number = '', system = '', code = ''] = text.split('|');
  const asked = Number(number);
  if (number === '' || Number.isNaN(asked)) throw new FhirError(400, 'value', 'a malformed number');
  const digits = /\.(\d*)/.exec(number)?.[1]?.length ?? 0;
  const half = 0.5 * 10 ** -digits;
  const unit = code === '' ? null : system === '' ? code : `${system}|${code}`;
  // A number stands for all that is rounded to it; for the comparisons it is exact.
  const [low, high] = prefix === 'eq' || prefix === 'ne' ? [asked - half, asked + half] : [asked, asked];
  return ({ numbers, keys }) =>
    (unit === null || keys.includes(unit)) &&
    numbers.some((own) =>
      prefix === 'eq'
        ? own >= low && own < high
        : prefix === 'ne'
          ? own < low || own >= high
          : compareIntervals(prefix as Prefix, { low: own, high: own }, { low, high }),
    );
};
