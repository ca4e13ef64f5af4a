import type { Field } from '../catalogue/catalogue.ts';
import { checkRules, maySee } from '../engine/access.ts';
import type { Method } from '../engine/behaviour.ts';
import type { Env, Values } from '../engine/env.ts';
import { nameGet } from '../engine/names.ts';
import { mustExist } from '../engine/write.ts';
import { textsIn } from './arguments.ts';

/** The methods of every model that tell about the model or about a record's outer side. */
export const DESCRIBING: Readonly<Record<string, Method>> = {
  fields_get: {
    on: 'model',
    parameters: ['allfields', 'attributes'],
    run: (env, model, _ids, named) => fieldsGet(env, model, textsIn(named, 'allfields'), textsIn(named, 'attributes')),
  },
  get_external_id: {
    on: 'records',
    parameters: [],
    run: (env, model, ids) =>
      Object.fromEntries(ids.map((id) => [String(id), externalIds(env, model, id)[0]?.xmlid ?? ''])),
  },
  get_metadata: {
    on: 'records',
    parameters: [],
    run: (env, model, ids) => {
      mustExist(env, model, ids);
      checkRules(env, model, ids, 'read');
      return ids.map((id) => metadataOf(env, model, id));
    },
  },
};

/** The fields this user may see, each with the attributes asked for. */
const fieldsGet = (env: Env, model: string, names?: readonly string[], attributes?: readonly string[]): Values => {
  const wanted = names === undefined || names.length === 0 ? null : new Set(names);
  const shown = [...env.model(model).fields.values()].filter(
    (field) => (wanted === null || wanted.has(field.name)) && maySee(env, field),
  );
  return Object.fromEntries(shown.map((field) => [field.name, describe(field, attributes)]));
};

const describe = (field: Field, attributes?: readonly string[]): Values => {
  const { model: _model, related, relation_field: inverse, digits, selection, groups, ...rest } = field;
  const all: Values = {
    ...rest,
    ...(inverse !== undefined && { relation_field: inverse }),
    ...(digits !== undefined && { digits }),
    ...(selection !== undefined && { selection }),
    ...(groups !== undefined && { groups }),
    ...(related !== undefined && { related: related.join('.') }),
    ...(field.relation !== undefined && { context: {}, domain: [] }),
    company_dependent: field.company_dependent,
    exportable: true,
    groupable: field.store,
  };
  if (attributes === undefined || attributes.length === 0) return all;
  return Object.fromEntries(attributes.filter((name) => name in all).map((name) => [name, all[name]]));
};

interface ExternalId {
  readonly xmlid: string;
  readonly noupdate: boolean;
}

/** Plain users may not read `ir.model.data`, and are told the external ids of records all the same. */
const externalIds = (env: Env, model: string, id: number): ExternalId[] => {
  const rows = [...env.db.idsBy('ir.model.data', 'res_id', id)].map((each) => env.db.row('ir.model.data', each));
  return rows
    .filter((row) => row?.['model'] === model)
    .map((row) => ({
      xmlid: `${String(row?.['module'])}.${String(row?.['name'])}`,
      noupdate: row?.['noupdate'] === true,
    }));
};

const metadataOf = (env: Env, model: string, id: number): Values => {
  const record = env.record(model, id);
  const names = externalIds(env, model, id);
  const user = (field: string): unknown => {
    const uid = record.get(field);
    return typeof uid === 'number' ? nameGet(env, 'res.users', uid) : false;
  };
  return {
    id,
    create_uid: user('create_uid'),
    create_date: record.get('create_date'),
    write_uid: user('write_uid'),
    write_date: record.get('write_date'),
    xmlid: names[0]?.xmlid ?? false,
    noupdate: names[0]?.noupdate ?? false,
    xmlids: names,
  };
};
