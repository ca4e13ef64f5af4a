import type { Catalogue, Field } from '../catalogue/catalogue.ts';
import { checkAccess, checkRules } from './access.ts';
import { referenceError } from './constraints.ts';
import type { Env } from './env.ts';
import { idsIn } from './filter.ts';
import { records } from './record.ts';
import { mustExist } from './write.ts';

/**
 * Deletes records with their lines; links to them become empty, unless they are required.
 *
 * @throws MissingError, AccessError, ValidationError (in use), and what the model's own rules say.
 */
export const unlinkRecords = (env: Env, model: string, ids: readonly number[]): void => {
  checkAccess(env, model, 'unlink');
  mustExist(env, model, ids);
  checkRules(env, model, ids, 'unlink');
  env.engine.behaviours.get(model)?.beforeUnlink?.(records(env, model, ids));
  for (const id of ids) {
    for (const field of referencesTo(env.engine.catalogue, model)) release(env, field, id);
    for (const name of Array.from(env.db.idsBy('ir.model.data', 'res_id', id))) {
      if (env.db.row('ir.model.data', name)?.['model'] === model) env.db.remove('ir.model.data', name);
    }
    env.db.remove(model, id);
  }
};

const release = (env: Env, field: Field, id: number): void => {
  for (const from of Array.from(env.db.idsBy(field.model, field.name, id))) {
    if (field.type === 'many2many') {
      const kept = idsIn(env.db.row(field.model, from)?.[field.name]).filter((each) => each !== id);
      env.db.update(field.model, from, { [field.name]: kept });
    } else if (isLine(env.engine.catalogue, field)) {
      unlinkRecords(env.sudo(), field.model, [from]);
    } else if (field.required) {
      throw referenceError(env, field.model, field);
    } else {
      env.db.update(field.model, from, { [field.name]: false });
    }
  }
};

/** A required many2one with a one2many on the other side: the record is a line of what it points at. */
const isLine = (catalogue: Catalogue, field: Field): boolean =>
  field.required &&
  [...(catalogue.get(field.relation ?? '')?.fields.values() ?? [])].some(
    (each) => each.type === 'one2many' && each.relation === field.model && each.relation_field === field.name,
  );

const known = new WeakMap<Catalogue, Map<string, Field[]>>();

/** Every stored link in the catalogue that may point at this model. */
const referencesTo = (catalogue: Catalogue, model: string): readonly Field[] => {
  let byModel = known.get(catalogue);
  if (byModel === undefined) {
    byModel = new Map();
    for (const { fields } of catalogue.values()) {
      for (const field of fields.values()) {
        if (field.related !== undefined || field.relation === undefined) continue;
        if (field.type !== 'many2one' && field.type !== 'many2many') continue;
        byModel.set(field.relation, [...(byModel.get(field.relation) ?? []), field]);
      }
    }
    known.set(catalogue, byModel);
  }
  return byModel.get(model) ?? [];
};
