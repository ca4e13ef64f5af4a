import type { Field } from '../catalogue/catalogue.ts';
import { checkAccess, checkFields, checkRules, maySee } from './access.ts';
import type { StoredRow } from './database.ts';
import type { Env, Values } from './env.ts';
import { accessError, valueError } from './errors.ts';
import { nameGet } from './names.ts';
import { accessor } from './values.ts';

/** What `read` and `search_read` answer for each record: `id`, and each field as Odoo puts it on the wire. */
export const readRecords = (
  env: Env,
  model: string,
  ids: readonly number[],
  names: readonly string[] | undefined,
  load: unknown = '_classic_read',
): Values[] => {
  checkAccess(env, model, 'read');
  const fields = fieldsToRead(env, model, names);
  const present = ids.filter((id) => env.db.row(model, id) !== undefined);
  checkRules(env, model, present, 'read');
  const readers = fields.map((field): [string, (row: StoredRow) => unknown] => [
    field.name,
    reader(env, field, load === '_classic_read'),
  ]);
  return present.map((id) => {
    const row = env.db.row(model, id);
    const answer: Values = { id };
    if (row !== undefined) for (const [name, read] of readers) answer[name] = read(row);
    return answer;
  });
};

/**
 * The fields to answer: those named, or every one the user may see.
 *
 * @throws ValueError for an unknown one, AccessError for one the user's groups hide.
 */
export const fieldsToRead = (env: Env, model: string, names: readonly string[] | undefined): Field[] => {
  const { fields } = env.model(model);
  if (names === undefined || names.length === 0)
    return [...fields.values()].filter((field) => field.name !== 'id' && maySee(env, field));
  const wanted = names.map((name) => {
    const field = fields.get(name);
    if (field === undefined) throw unknownField(env, model, name);
    return field;
  });
  if (model === 'hr.employee') checkEmployee(env, wanted);
  checkFields(env, wanted, 'read');
  return wanted.filter((field) => field.name !== 'id');
};

export const unknownField = (env: Env, model: string, name: string): Error =>
  valueError(
    env.engine.version === 14 ? `Invalid field '${name}' on model '${model}'` : `Invalid field '${name}' on '${model}'`,
  );

/** Answers a many2one as `[id, name]`, remembering names, or as a plain id. */
export const reader = (env: Env, field: Field, named: boolean): ((row: StoredRow) => unknown) => {
  const read = accessor(env, field);
  if (field.type === 'binary' && env.context['bin_size'] === true) {
    return (row) => sizeOf(read(row));
  }
  if (field.type !== 'many2one') return read;
  const relation = field.relation ?? '';
  if (!env.engine.catalogue.has(relation)) return () => false;
  const names = new Map<number, [number, string]>();
  return (row) => {
    const id = read(row);
    if (typeof id !== 'number' || env.db.row(relation, id) === undefined) return false;
    if (!named) return id;
    let name = names.get(id);
    if (name === undefined) names.set(id, (name = nameGet(env, relation, id)));
    return name;
  };
};

const sizeOf = (value: unknown): unknown =>
  typeof value === 'string' ? `${Buffer.from(value, 'base64').length.toFixed(2)} bytes` : false;

/** Those who may not read employees are shown the public profile instead, and refused what it lacks. */
const checkEmployee = (env: Env, fields: readonly Field[]): void => {
  if (env.su || env.user.groups.includes('hr.group_hr_user')) return;
  const open = env.engine.catalogue.get('hr.employee.public')?.fields;
  const closed = fields.filter(({ name }) => name !== 'id' && open?.has(name) !== true).map(({ name }) => name);
  if (closed.length === 0) return;
  throw accessError(
    env.engine.version === 14
      ? `The fields "${closed.join('", "')}" you try to read is not available on the public employee profile.`
      : `The fields “${closed.join(', ')}”, which you are trying to read, are not available for employee public profiles.`,
  );
};
