import type { Field } from '../catalogue/catalogue.ts';

const OPERATORS: Readonly<Record<string, string>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  in: 'in',
  'not in': 'not in',
  like: 'like',
  'not like': 'not like',
  ilike: 'ilike',
  'not ilike': 'not ilike',
  '=like': '=like',
  '=ilike': '=ilike',
  'not =like': 'not =like',
  'not =ilike': 'not =ilike',
  '=?': '=?',
  child_of: 'child_of',
  parent_of: 'parent_of',
  any: 'any',
  'not any': 'not any',
};

export const operatorOf = (operator: unknown): string | undefined =>
  typeof operator === 'string' && Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;

/** What a negative operator denies; undefined for a positive one. */
export const denied = (operator: string): string | undefined => {
  if (operator === '!=') return '=';
  return operator.startsWith('not ') ? operator.slice(4) : undefined;
};

/** Odoo's idea of a value that is there: an empty text is not. A number always is, and 0 equals False all the same. */
export const isSet = (value: unknown): boolean =>
  value !== false &&
  value !== null &&
  value !== undefined &&
  value !== '' &&
  !(Array.isArray(value) && value.length === 0);

type Test = (value: unknown) => boolean;

/** The test of a positive operator on a value that is no relation. */
export const matches = (field: Field, operator: string, wanted: unknown): Test => {
  switch (operator) {
    case '=':
      return Array.isArray(wanted) ? oneOf(field, wanted) : equals(field, wanted);
    case '=?':
      return isSet(wanted) ? equals(field, wanted) : () => true;
    case 'in':
      return oneOf(field, Array.isArray(wanted) ? wanted : [wanted]);
    case 'like':
    case 'ilike':
    case '=like':
    case '=ilike':
      return like(operator, wanted);
    default:
      return compares(field, operator, wanted);
  }
};

const equals = (field: Field, wanted: unknown): Test => {
  if (!isSet(wanted))
    return field.type === 'boolean' ? (value) => value !== true : (value) => !isSet(value) || value === 0;
  if (field.type === 'boolean') return (value) => (value === true) === Boolean(wanted);
  const plain = comparable(field, wanted, '>=');
  return (value) => value === plain;
};

const oneOf = (field: Field, wanted: readonly unknown[]): Test => {
  const plain = new Set(wanted.filter(isSet).map((each) => comparable(field, each, '>=')));
  const orNothing = wanted.some((each) => !isSet(each));
  if (field.type === 'boolean') return (value) => plain.has(value === true) || (orNothing && value !== true);
  return (value) => plain.has(value) || (orNothing && (!isSet(value) || value === 0));
};

const compares = (field: Field, operator: string, wanted: unknown): Test => {
  const limit = comparable(field, wanted, operator);
  if (typeof limit !== 'number' && typeof limit !== 'string') return () => false;
  const test = COMPARE[operator] ?? (() => false);
  return (value) => typeof value === typeof limit && test(value as number | string, limit);
};

const COMPARE: Readonly<Record<string, (a: number | string, b: number | string) => boolean>> = {
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};

/** A day compared with a moment is its first second, or its last where it has to be included or passed. */
const comparable = (field: Field, wanted: unknown, operator: string): unknown => {
  if (typeof wanted !== 'string') return wanted;
  if (field.type === 'datetime' && wanted.length === 10)
    return `${wanted} ${operator === '<=' || operator === '>' ? '23:59:59' : '00:00:00'}`;
  if (field.type === 'datetime') return wanted.slice(0, 19).replace('T', ' ');
  if (field.type === 'date') return wanted.slice(0, 10);
  const isNumber = field.type === 'integer' || field.type === 'float' || field.type === 'monetary';
  return isNumber && wanted.trim() !== '' && !Number.isNaN(Number(wanted)) ? Number(wanted) : wanted;
};

const like = (operator: string, wanted: unknown): Test => {
  if (!isSet(wanted)) return operator.startsWith('=') ? (value) => !isSet(value) : () => true;
  const text = typeof wanted === 'string' ? wanted : JSON.stringify(wanted);
  const pattern = patternOf(operator.startsWith('=') ? text : `%${text}%`);
  const test = new RegExp(`^${pattern}$`, operator.endsWith('ilike') ? 'isu' : 'su');
  return (value) => isSet(value) && test.test(typeof value === 'string' ? value : JSON.stringify(value));
};

/** SQL's LIKE: `%` for anything, `_` for one character, a backslash before either for itself. */
const patternOf = (text: string): string => {
  let pattern = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '%') pattern += '.*';
    else if (char === '_') pattern += '.';
    else if (char === '\\' && at + 1 < text.length) pattern += escaped(text.charAt(++at));
    else pattern += escaped(char);
  }
  return pattern;
};

/** Under the `u` flag nothing but the characters of the syntax may be escaped. */
const escaped = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);
