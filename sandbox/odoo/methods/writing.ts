import type { Method } from '../engine/behaviour.ts';
import { mayAccess, checkAccess, type Right } from '../engine/access.ts';
import type { Env, Values } from '../engine/env.ts';
import { emptyOf } from '../engine/values.ts';
import { standingDefaults } from '../engine/constraints.ts';
import { type Specification, webRead } from '../engine/web-read.ts';
import { createRecords, mustExist, unlinkRecords, writeRecords } from '../engine/write.ts';
import { isValues, recordIn, textIn, textsIn } from './arguments.ts';

/** The methods of every model that write, and those that tell what may be written. */
export const WRITING: Readonly<Record<string, Method>> = {
  create: {
    on: 'model',
    parameters: ['vals_list!'],
    run: (env, model, _ids, named) => createRecords(env, model, valuesList(named['vals_list'])),
  },
  write: {
    on: 'records',
    parameters: ['vals!'],
    run: (env, model, ids, named) => {
      writeRecords(env, model, ids, recordIn(named, 'vals'));
      return true;
    },
  },
  unlink: {
    on: 'records',
    parameters: [],
    run: (env, model, ids) => {
      unlinkRecords(env, model, ids);
      return true;
    },
  },
  copy: {
    on: 'records',
    parameters: ['default'],
    run: (env, model, ids, named) => ids.map((id) => copyOf(env, model, id, recordIn(named, 'default'))),
  },
  action_archive: { on: 'records', parameters: [], run: (env, model, ids) => setActive(env, model, ids, false) },
  action_unarchive: { on: 'records', parameters: [], run: (env, model, ids) => setActive(env, model, ids, true) },
  web_save: {
    on: 'records',
    parameters: ['vals!', 'specification!', 'next_id'],
    run: (env, model, ids, named) => {
      const values = recordIn(named, 'vals');
      const saved = ids.length === 0 ? createRecords(env, model, [values]) : ids;
      if (ids.length > 0) writeRecords(env, model, ids, values);
      return webRead(env, model, saved, recordIn(named, 'specification') as Specification);
    },
  },
  default_get: {
    on: 'model',
    parameters: ['fields!'],
    run: (env, model, _ids, named) => {
      const names = textsIn(named, 'fields') ?? [];
      const known = {
        ...standingDefaults(env, model, {}),
        ...DEFAULTS[model],
        ...env.engine.behaviours.get(model)?.defaults?.(env, {}),
      };
      return Object.fromEntries(names.filter((name) => name in known).map((name) => [name, known[name]]));
    },
  },
  has_access: {
    on: 'records',
    parameters: ['operation!'],
    run: (env, model, _ids, named) => mayAccess(env, model, rightOf(named)),
  },
  check_access_rights: {
    on: 'model',
    parameters: ['operation!', 'raise_exception'],
    run: (env, model, _ids, named) => {
      if (named['raise_exception'] !== false) checkAccess(env, model, rightOf(named));
      return mayAccess(env, model, rightOf(named));
    },
  },
};

/** Defaults a form shows that a creation does not need. */
const DEFAULTS: Readonly<Record<string, Values>> = {
  'res.partner': { lang: 'en_US', type: 'contact' },
};

const valuesList = (given: unknown): Values[] => (Array.isArray(given) ? given : [given]).filter(isValues);

const rightOf = (named: Values): Right => {
  const right = textIn(named, 'operation');
  return right === 'write' || right === 'create' || right === 'unlink' ? right : 'read';
};

/** Answers nothing, which JSON-2 says as `null` and JSON-RPC by leaving the result out. */
const setActive = (env: Env, model: string, ids: readonly number[], active: boolean): null => {
  writeRecords(env, model, ids, { active });
  return null;
};

const copyOf = (env: Env, model: string, id: number, given: Values): number => {
  mustExist(env, model, [id]);
  const row = env.db.row(model, id);
  const copy = env.engine.behaviours.get(model)?.copy;
  const values: Values = {};
  for (const field of env.model(model).fields.values()) {
    const skipped =
      NEVER_COPIED.has(field.name) || copy?.without?.includes(field.name) === true || field.related !== undefined;
    if (skipped || field.type === 'one2many' || env.engine.computes.has(field)) continue;
    const value = row?.[field.name];
    if (value !== undefined && value !== emptyOf(field))
      values[field.name] = field.type === 'many2many' ? [[6, 0, value]] : value;
  }
  for (const name of copy?.lines ?? []) {
    const field = env.field(model, name);
    const lines = [...env.db.idsBy(field?.relation ?? '', field?.relation_field ?? '', id)];
    values[name] = lines.map((line) => [
      0,
      0,
      lineValues(env, field?.relation ?? '', line, field?.relation_field ?? ''),
    ]);
  }
  if (typeof values['name'] === 'string' && copy?.without?.includes('name') !== true)
    values['name'] = `${values['name']} (copy)`;
  const [made = 0] = createRecords(env, model, [{ ...values, ...given }]);
  return made;
};

const lineValues = (env: Env, model: string, id: number, inverse: string): Values => {
  const row = env.db.row(model, id) ?? { id };
  const without = env.engine.behaviours.get(model)?.copy?.without ?? [];
  const kept = Object.entries(row).filter(
    ([name]) => !NEVER_COPIED.has(name) && name !== inverse && !without.includes(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, Array.isArray(value) ? [[6, 0, value]] : value]));
};

const NEVER_COPIED: ReadonlySet<string> = new Set([
  'id',
  'create_uid',
  'create_date',
  'write_uid',
  'write_date',
  'display_name',
]);
