import { misuse } from './faults.ts';
import type { FieldDescription, ModelDescription, OdooRow, OdooValue, ReadGroupOptions } from './types.ts';
import { isRecord, readValue, ValueProblem } from './values.ts';

/** A grouping in the words of one version, and how to read its rows back. */
export interface GroupCall {
  readonly method: string;
  readonly args: Readonly<Record<string, OdooValue>>;
  /** Throws ValueProblem. */
  readonly read: (raw: unknown) => OdooRow;
}

/** `formatted_read_group` (19) or `read_group` (14 to 18); the rows come out the same. */
export const readGroup = (options: ReadGroupOptions, model: ModelDescription, formatted: boolean): GroupCall => {
  const { domain, groupBy, aggregates } = options;
  // 14 leaves such an aggregate out of its answer without a word.
  const grouped = new Set(groupBy.map((key) => key.split(':', 1)[0]));
  if (aggregates.some((name) => grouped.has(name.split(':', 1)[0])))
    throw misuse('a field is grouped by or aggregated, not both');
  const keys = groupBy.map((key) => groupKey(key, model));
  const sums = aggregates.map((name, index) => aggregate(name, `a${index}`, model));
  const columns = formatted ? sums.map(({ name }) => name) : sums.map(({ alias }) => alias);
  const read = (raw: unknown): OdooRow => {
    if (!isRecord(raw)) throw new ValueProblem('group');
    return Object.fromEntries<unknown>([
      ...keys.map((key) => [key.name, present(key.name, key.read(raw))] as const),
      ...sums.map((sum, index) => [sum.name, present(sum.name, sum.read(raw[columns[index] ?? '']))] as const),
    ]);
  };
  if (formatted) return { method: 'formatted_read_group', args: { domain, groupby: groupBy, aggregates }, read };
  // An alias per aggregate, or two of one field would overwrite each other. `__count` comes unasked.
  const fields = sums.flatMap(({ legacy }) => legacy ?? []);
  return { method: 'read_group', args: { domain, fields, groupby: groupBy, lazy: false }, read };
};

const present = (name: string, value: unknown): unknown => {
  if (value === undefined) throw new ValueProblem(name);
  return value;
};

interface GroupKey {
  readonly name: string;
  readonly read: (row: Readonly<Record<string, unknown>>) => unknown;
}

const groupKey = (name: string, model: ModelDescription): GroupKey => {
  const [column = '', granularity] = name.split(':');
  const field = fieldOf(column, model);
  const temporal = field.type === 'date' || field.type === 'datetime';
  if (temporal !== (granularity !== undefined)) throw misuse('dates, and only dates, are grouped by a granularity');
  return { name, read: (row) => (temporal ? periodStart(row, name, column, field) : readValue(row[name], field)) };
};

/** The first moment of a period: `[start, label]` in 19; before, only a label, and the start in the group's own domain. */
const periodStart = (row: Readonly<Record<string, unknown>>, name: string, column: string, field: FieldDescription) => {
  const value = row[name];
  if (value === false || value === null) return null;
  if (Array.isArray(value)) return readValue(value[0], field);
  const domain = row['__domain'];
  const terms: readonly unknown[] = Array.isArray(domain) ? domain : [];
  const start = terms.findLast((term) => Array.isArray(term) && term[0] === column && term[1] === '>=');
  return Array.isArray(start) ? readValue(start[2], field) : undefined;
};

interface Aggregate {
  readonly name: string;
  /** Its key in a row of `read_group`. */
  readonly alias: string;
  /** What `read_group` is asked for. */
  readonly legacy?: string;
  readonly read: (value: unknown) => unknown;
}

const aggregate = (name: string, alias: string, model: ModelDescription): Aggregate => {
  if (name === '__count') return { name, alias: '__count', read: number };
  const [, column = '', operation = ''] = /^(\w+):(sum|avg|min|max|count|count_distinct)$/.exec(name) ?? [];
  const field = fieldOf(column, model);
  const keepsType = operation === 'min' || operation === 'max';
  const read = keepsType ? (value: unknown) => readValue(value, field) : number;
  return { name, alias, legacy: `${alias}:${operation}(${column})`, read };
};

/** Nothing to add up is `false` or null. */
const number = (value: unknown) => {
  if (value === false || value === null) return null;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

const fieldOf = (name: string, model: ModelDescription): FieldDescription => {
  const field = model.get(name);
  if (field === undefined) throw misuse('grouping by a field that is not there');
  return field;
};
