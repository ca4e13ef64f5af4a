import { fail } from '../errors.ts';
import { LoggableError } from '../log.ts';
import type { FieldDescription, ModelDescription, OdooValue, OdooValues } from './types.ts';
import { isDate, isId, toOdooDatetime } from './values.ts';

/** One change to an x2many field, in Odoo's own tuples. Values are checked like those of `create` and `write`. */
export type Command =
  | readonly [0, 0, OdooValues]
  | readonly [1, number, OdooValues]
  | readonly [2 | 3 | 4, number]
  | readonly [5]
  | readonly [6, 0, readonly number[]];

export const command = Object.freeze({
  create: (values: OdooValues): Command => [0, 0, values],
  update: (id: number, values: OdooValues): Command => [1, id, values],
  /** Deletes the record. */
  delete: (id: number): Command => [2, id],
  /** Takes the record out of the list and keeps it. */
  unlink: (id: number): Command => [3, id],
  link: (id: number): Command => [4, id],
  clear: (): Command => [5],
  replace: (ids: readonly number[]): Command => [6, 0, ids],
});

/** Field descriptions of one model. */
export type Describe = (model: string) => Promise<ModelDescription>;

/**
 * Values in the form Odoo takes: null as `false`, instants as UTC texts, everything checked against its field, inside
 * x2many commands too.
 *
 * The check is not a courtesy. Odoo 19 accepts a many2one written as `[75, "France"]`, `"75"` or `"France"`, answers
 * `true`, and stores it empty; all three are refused here, before anything is sent.
 *
 * @throws INTERNAL_SERVER_ERROR for a value that we should not have made; the cause names the field
 * @throws SOR_CONTRACT_BROKEN for a field the server does not have
 */
export const writeValues = async (
  model: string,
  values: OdooValues,
  describe: Describe,
): Promise<Record<string, OdooValue>> => {
  const fields = await describe(model);
  const encoded: [string, OdooValue][] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = fields.get(name);
    if (field === undefined) throw fail('SOR_CONTRACT_BROKEN', { cause: new LoggableError(`no ${model}.${name}`) });
    const written = isX2many(field) ? await writeCommands(value, field, describe) : writeValue(value, field);
    if (written === undefined) {
      const cause = new LoggableError(`${model}.${name} does not take this value`, { type: field.type });
      throw fail('INTERNAL_SERVER_ERROR', { cause });
    }
    encoded.push([name, written]);
  }
  return Object.fromEntries(encoded);
};

/** One value that is not an x2many, in Odoo's form; `undefined` for one that must not be sent. */
export const writeValue = (value: unknown, field: FieldDescription): OdooValue | undefined => {
  if (field.type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (value === undefined) return undefined;
  if (value === null || value === false) return isNumeric(field) ? undefined : false;
  return WRITERS[field.type]?.(value, field);
};

const isX2many = ({ type }: FieldDescription) => type === 'one2many' || type === 'many2many';

// Odoo would store 0 for false, which is not what "no value" means.
const isNumeric = ({ type }: FieldDescription) => type === 'integer' || type === 'float' || type === 'monetary';

// PostgreSQL texts cannot hold NUL; Odoo answers a 500 for it.
const text = (value: unknown) => (typeof value === 'string' && !value.includes('\0') ? value : undefined);
const finite = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const whole = (value: unknown) => (typeof value === 'number' && Number.isInteger(value) ? value : undefined);
const id = (value: unknown) => (isId(value) ? value : undefined);

type Writer = (value: unknown, field: FieldDescription) => OdooValue | undefined;

const WRITERS: Readonly<Partial<Record<FieldDescription['type'], Writer>>> = {
  integer: whole,
  float: finite,
  monetary: finite,
  char: text,
  text,
  html: text,
  selection: (value, { selection }) => (selection?.includes(String(value)) === false ? undefined : text(value)),
  date: (value) => (typeof value === 'string' && isDate(value) ? value : undefined),
  datetime: (value) => (typeof value === 'string' ? datetime(value) : undefined),
  many2one: id,
  many2one_reference: id,
  reference: (value) => (typeof value === 'string' && /^[a-z0-9_.]+,[1-9]\d*$/.test(value) ? value : undefined),
  binary: text,
  image: text,
  json: (value) => value as OdooValue,
};

const datetime = (value: string): string | undefined => {
  try {
    return toOdooDatetime(value);
  } catch {
    return undefined;
  }
};

const writeCommands = async (
  value: unknown,
  { relation }: FieldDescription,
  describe: Describe,
): Promise<OdooValue | undefined> => {
  if (!Array.isArray(value) || relation === null) return undefined;
  const commands: OdooValue[] = [];
  for (const each of value as readonly unknown[]) {
    if (!isCommand(each)) return undefined;
    const [kind, target] = each;
    commands.push(kind === 0 || kind === 1 ? [kind, target, await writeValues(relation, each[2], describe)] : each);
  }
  return commands;
};

const isCommand = (value: unknown): value is Command => {
  if (!Array.isArray(value)) return false;
  const [kind, target, payload]: readonly unknown[] = value;
  if (kind === 0) return value.length === 3 && target === 0 && isValues(payload);
  if (kind === 1) return value.length === 3 && isId(target) && isValues(payload);
  if (kind === 2 || kind === 3 || kind === 4) return value.length === 2 && isId(target);
  if (kind === 5) return value.length === 1;
  return kind === 6 && value.length === 3 && target === 0 && Array.isArray(payload) && payload.every(isId);
};

const isValues = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
