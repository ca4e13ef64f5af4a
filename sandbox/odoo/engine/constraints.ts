import type { Field } from '../catalogue/catalogue.ts';
import type { Env, Values } from './env.ts';
import { validationError } from './errors.ts';
import { isSet } from './operators.ts';

const NUMERIC: ReadonlySet<string> = new Set(['boolean', 'integer', 'float', 'monetary', 'one2many', 'many2many']);

/** Defaults that need no business: a required choice is its first key, a required company the current one. */
export const standingDefaults = (env: Env, model: string, given: Values): Values => {
  const defaults: Values = {};
  for (const field of env.model(model).fields.values()) {
    if (!field.required || field.name in given || env.engine.computes.has(field) || field.related !== undefined)
      continue;
    const value = standing(env, field);
    if (value !== undefined) defaults[field.name] = value;
  }
  return defaults;
};

const standing = (env: Env, field: Field): unknown => {
  if (field.type === 'selection') return field.selection?.[0]?.[0];
  if (field.type === 'date') return env.today;
  if (field.type === 'datetime') return env.now;
  if (field.relation === 'res.company' && field.type === 'many2one') return env.company;
  if (field.relation === 'res.currency') return env.db.row('res.company', env.company)?.['currency_id'];
  return undefined;
};

/** @throws ValidationError for a required field without a value. */
export const checkRequired = (env: Env, model: string, values: Values): void => {
  const { fields, label } = env.model(model);
  for (const field of fields.values()) {
    if (!field.required || !field.store || NUMERIC.has(field.type)) continue;
    if (field.related !== undefined || env.engine.computes.has(field) || isSet(values[field.name])) continue;
    throw validationError(
      env.engine.version === 14
        ? `The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another model requires the record being deleted. If possible, archive it instead.\n\nModel: ${label} (${model}), Field: ${field.string} (${field.name})`
        : `The operation cannot be completed: Missing required value for the field '${field.string}' (${field.name}).\nModel: '${label}' (${model})\n- create/update: a mandatory field is not set\n- delete: another model requires the record being deleted, you can archive it instead\n`,
    );
  }
};

/** @throws ValidationError for a many2one to a record that is not there. */
export const checkReferences = (env: Env, model: string, fields: readonly Field[], values: Values): void => {
  for (const field of fields) {
    const value = values[field.name];
    if (field.type !== 'many2one' || typeof value !== 'number' || field.relation === undefined) continue;
    if (!env.engine.catalogue.has(field.relation) || env.db.row(field.relation, value) !== undefined) continue;
    throw referenceError(env, model, field);
  }
};

/** What PostgreSQL's foreign keys say through Odoo; the same words for a missing target and for one that is in use. */
export const referenceError = (env: Env, model: string, field: Field): Error => {
  const { label } = env.model(model);
  return validationError(
    env.engine.version === 14
      ? `The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.\n\nModel: ${label} (${model}), Constraint: ${model.replaceAll('.', '_')}_${field.name}_fkey`
      : `The operation cannot be completed: Another model is using the record you are trying to delete.\n\nThe troublemaker is: '${label}' (${model})\nThanks to the following constraint: '${field.string}' (${field.name})\nHow about archiving the record instead?`,
  );
};

interface Unique {
  readonly model: string;
  readonly fields: readonly [string, ...string[]];
  readonly message: (values: readonly unknown[]) => string;
  readonly name14: string;
}

const UNIQUE: readonly Unique[] = [
  {
    model: 'ir.model.data',
    fields: ['name', 'module'],
    name14: 'ir_model_data_module_name_uniq_index',
    message: ([name, module]) =>
      `The operation cannot be completed: duplicate key value violates unique constraint "ir_model_data_module_name_uniq_index"\nDETAIL:  Key (module, name)=(${String(module)}, ${String(name)}) already exists.\n`,
  },
  {
    model: 'res.users',
    fields: ['login'],
    name14: 'res_users_login_key',
    message: () => 'The operation cannot be completed: You can not have two users with the same login!',
  },
];

/** @throws ValidationError when another record has the same unique values. */
export const checkUnique = (env: Env, model: string, id: number): void => {
  if (model === 'res.company') return checkCompanyName(env, id);
  for (const unique of UNIQUE) {
    if (unique.model !== model) continue;
    const row = env.db.row(model, id);
    const values = unique.fields.map((field) => row?.[field]);
    for (const other of env.db.idsBy(model, unique.fields[0], values[0])) {
      const rival = env.db.row(model, other);
      const same = other !== id && unique.fields.every((field, at) => rival?.[field] === values[at]);
      if (same) throw validationError(env.engine.version === 14 ? unique.name14 : unique.message(values));
    }
  }
};

const checkCompanyName = (env: Env, id: number): void => {
  const nameOf = (company: number) =>
    env.db.row('res.partner', Number(env.db.row('res.company', company)?.['partner_id']))?.['name'];
  const name = nameOf(id);
  const taken = [...env.db.rows('res.company').keys()].some((other) => other !== id && nameOf(other) === name);
  if (!taken) return;
  throw validationError(
    env.engine.version === 14
      ? 'res_company_name_uniq'
      : 'The operation cannot be completed: The company name must be unique!',
  );
};
