import type { Field } from '../catalogue/catalogue.ts';
import { python } from './domain.ts';
import type { Env } from './env.ts';
import { valueError } from './errors.ts';
import { emptyOf } from './values.ts';

/**
 * What is stored for a value given on the wire, as Odoo converts it (x2many commands are not values: see commands.ts).
 *
 * @throws ValueError in Odoo's words for a date, number, choice or text it cannot store.
 */
export const convert = (env: Env, field: Field, value: unknown): unknown => {
  if (value === null || value === undefined) return emptyOf(field);
  switch (field.type) {
    case 'boolean':
      return Boolean(value);
    case 'integer':
    case 'many2one_reference':
      return Math.trunc(numberOf(value, 'int'));
    case 'float':
    case 'monetary':
      return rounded(env, field, numberOf(value, 'float'));
    case 'date':
      return moment(value, 10);
    case 'datetime':
      return moment(value, 19);
    case 'selection':
      return choice(field, value);
    case 'many2one':
      // Odoo 19 stores nothing for `[7, "Name"]` or `"7"` and answers true all the same. A connector has to know.
      return typeof value === 'number' && Number.isInteger(value) ? value : false;
    case 'html':
      return value === false ? false : env.engine.version === 14 ? text(value) : sanitized(text(value));
    case 'char':
    case 'text':
      return value === false ? false : text(value);
    default:
      return value;
  }
};

const text = (value: unknown): string => {
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  if (plain.includes('\0')) throw valueError('A string literal cannot contain NUL (0x00) characters.');
  return plain;
};

const numberOf = (value: unknown, kind: 'int' | 'float'): number => {
  if (value === false) return 0;
  if (typeof value === 'number') return value;
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (!Number.isNaN(parsed)) return parsed;
  throw valueError(
    kind === 'float'
      ? `could not convert string to float: ${python(value)}`
      : `invalid literal for int() with base 10: ${python(value)}`,
  );
};

/** 14 rounds to the precision of the field on writing; 19 keeps what it was given. */
const rounded = (env: Env, field: Field, value: number): number => {
  const digits = field.type === 'monetary' ? 2 : field.digits?.[1];
  return env.engine.version === 14 && digits !== undefined ? Number(value.toFixed(digits)) : value;
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATETIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

const moment = (value: unknown, length: 10 | 19): string | false => {
  if (value === false || value === '') return false;
  const given = text(value);
  const [pattern, format] = length === 10 ? [DATE, '%Y-%m-%d'] : [DATETIME, '%Y-%m-%d %H:%M:%S'];
  const form = length === 10 ? given.slice(0, 10) : DATE.test(given) ? `${given} 00:00:00` : given;
  // A day that the calendar lacks is refused like any other text.
  const isReal =
    pattern.test(form) && !Number.isNaN(Date.parse(`${form.replace(' ', 'T')}${length === 19 ? 'Z' : ''}`));
  if (isReal && new Date(`${form.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(form.slice(0, 10))) return form;
  throw valueError(`time data ${python(given)} does not match format '${format}'`);
};

const choice = (field: Field, value: unknown): unknown => {
  if (value === false || value === '') return false;
  const isKnown = field.selection === undefined || field.selection.some(([key]) => key === value);
  if (isKnown) return value;
  throw valueError(`Wrong value for ${field.model}.${field.name}: ${python(value)}`);
};

const sanitized = (html: string): string => html.replaceAll(/<script\b[^>]*>[\s\S]*?<\/script\s*>/gi, '');
