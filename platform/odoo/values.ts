import Big from 'big.js';
import type { FieldDescription, Many2one, ModelDescription, OdooRow } from './types.ts';

/** A value that does not fit its field's type. Holds the field's name, never the value. */
export class ValueProblem extends Error {
  readonly field: string;

  constructor(field: string) {
    super(`unexpected value in ${field}`);
    this.name = 'ValueProblem';
    this.field = field;
  }
}

/** The range of PostgreSQL's integer, which every id is. */
const MAX_ID = 2_147_483_647;

export const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_ID;

/** A reader of rows: exactly the asked fields and `id`, each by its type. Throws ValueProblem. */
export const rowReader = (fields: readonly string[], model: ModelDescription): ((raw: unknown) => OdooRow) => {
  const plan = [...new Set(['id', ...fields])].map((name) => [name, model.get(name)] as const);
  return (raw) => {
    if (!isRecord(raw) || !isId(raw['id'])) throw new ValueProblem('id');
    const row: Record<string, unknown> = { id: raw['id'] };
    for (const [name, field] of plan) row[name] = read(name, raw[name], field);
    return row;
  };
};

/** Whether a value is a JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const read = (name: string, value: unknown, field: FieldDescription | undefined): unknown => {
  if (field === undefined) return value ?? null;
  const normal = readValue(value, field);
  if (normal === undefined) throw new ValueProblem(name);
  return normal;
};

/** One value as OdooRow promises it; `undefined` for one that its type cannot have. */
export const readValue = (value: unknown, field: Pick<FieldDescription, 'type'>): unknown => {
  if (value === undefined) return undefined;
  if (field.type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (field.type === 'one2many' || field.type === 'many2many') return readIds(value);
  // Odoo has no null on the wire: `false` stands for it in every other type.
  if (value === false || value === null) return null;
  return READERS[field.type]?.(value);
};

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
// An empty text and no text are one thing to the graph; Odoo stores both.
const textOrNull = (value: unknown) => (value === '' ? null : text(value));
const finite = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const whole = (value: unknown) => (Number.isInteger(value) ? value : undefined);
const anything = (value: unknown) => value;

const READERS: Readonly<Partial<Record<FieldDescription['type'], (value: unknown) => unknown>>> = {
  integer: whole,
  many2one_reference: whole,
  float: finite,
  monetary: finite,
  char: textOrNull,
  text: textOrNull,
  html: textOrNull,
  // Keys are texts, on a few fields of a few modules whole numbers.
  selection: (value) => (typeof value === 'number' ? value : text(value)),
  reference: textOrNull,
  binary: text,
  image: text,
  date: (value) => (typeof value === 'string' && isDate(value) ? value : undefined),
  datetime: (value) => (typeof value === 'string' ? fromOdooDatetime(value) : undefined),
  many2one: (value) => readMany2one(value),
  json: anything,
  properties: anything,
  properties_definition: anything,
  serialized: anything,
};

const readIds = (value: unknown): readonly number[] | undefined =>
  Array.isArray(value) && value.every(isId) ? value : undefined;

/** `[id, name]`, or the plain id that comes when names were not asked for. */
const readMany2one = (value: unknown): Many2one | undefined => {
  if (isId(value)) return { id: value, name: null };
  if (!Array.isArray(value) || value.length !== 2 || !isId(value[0])) return undefined;
  const name: unknown = value[1];
  return { id: value[0], name: typeof name === 'string' && name !== '' ? name : null };
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const ODOO_DATETIME = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(\.\d{1,6})?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is a day that exists, `YYYY-MM-DD`. */
export const isDate = (value: string): boolean => {
  if (!DATE.test(value)) return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
};

/** `2026-03-01 10:00:00`, which Odoo means in UTC → `2026-03-01T10:00:00Z`; `undefined` for anything else. */
export const fromOdooDatetime = (value: string): string | undefined => {
  const [, day, time, fraction = ''] = ODOO_DATETIME.exec(value) ?? [];
  if (day === undefined || time === undefined || !isDate(day)) return undefined;
  const instant = `${day}T${time}${fraction}Z`;
  return Number.isNaN(Date.parse(instant)) ? undefined : instant;
};

/**
 * An ISO 8601 instant with a zone → `2026-03-01 10:00:00` in UTC, the only form Odoo takes. Fractions are cut: Odoo
 * keeps seconds on the wire.
 *
 * @throws ValueProblem
 */
export const toOdooDatetime = (instant: string): string => {
  const parsed = INSTANT.test(instant) && isDate(instant.slice(0, 10)) ? new Date(instant) : undefined;
  if (parsed === undefined || Number.isNaN(parsed.getTime())) throw new ValueProblem('datetime');
  return parsed.toISOString().slice(0, 19).replace('T', ' ');
};

/**
 * A float without its binary noise, with exactly `digits` behind the point, half away from zero as Odoo rounds:
 * 11.899999999999999 with 2 digits is `11.90`.
 */
export const decimal = (value: number, digits: number): string => {
  if (isWhole(value)) return digits === 0 ? String(value) : `${value}.${'0'.repeat(digits)}`;
  const rounded = withoutNoise(value).round(digits, Big.roundHalfUp);
  return (rounded.eq(0) ? new Big(0) : rounded).toFixed(digits);
};

/** Like `decimal`, at most `digits` behind the point and no zeros at its end: 2.5 is `2.5`, 3 is `3`. */
export const plainDecimal = (value: number, digits: number): string => {
  if (isWhole(value)) return String(value);
  const rounded = withoutNoise(value).round(digits, Big.roundHalfUp);
  return rounded.eq(0) ? '0' : rounded.toFixed();
};

/** Whole, and with no more digits than a double keeps: there is nothing to round. */
const isWhole = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 1e15;

// 15 significant digits are what a double keeps of any decimal. Rounding to them first matters at a half:
// 1.005 * 1000 arrives as 1004.9999999999999, which means 1005.
const withoutNoise = (value: number): Big => new Big(value).prec(15, Big.roundHalfUp);
