import type { Field, Model } from '../catalogue/catalogue.ts';
import { checkAccess, checkFields, checkRules } from './access.ts';
import { applyCommands } from './commands.ts';
import { convert } from './convert.ts';
import type { StoredRow } from './database.ts';
import type { Env, Values } from './env.ts';
import { keyError, missingError, valueError } from './errors.ts';
import { checkReferences, checkRequired, checkUnique, standingDefaults } from './constraints.ts';
import { Rec, records } from './record.ts';

export { unlinkRecords } from './unlink.ts';

/**
 * Creates records and their lines; answers their ids in order.
 *
 * @throws AccessError, ValueError (unknown field, wrong value), ValidationError (required, unique, reference).
 */
export const createRecords = (env: Env, model: string, list: readonly Values[]): number[] => {
  return list.map((given) => createOne(env, model, given));
};

/**
 * Writes the same values to records that must all exist.
 *
 * @throws MissingError, AccessError, KeyError (unknown field), and what `createRecords` throws for values.
 */
export const writeRecords = (env: Env, model: string, ids: readonly number[], given: Values): void => {
  checkAccess(env, model, 'write');
  if (ids.length === 0) return;
  mustExist(env, model, ids);
  checkRules(env, model, ids, 'write');
  const known = fieldsOf(env, model, given, (name) =>
    env.engine.version === 14 ? valueError(`Invalid field '${name}' on model '${model}'`) : keyError(name),
  );
  checkFields(env, known, 'write');
  const targets = records(env, model, ids);
  const behaviour = env.engine.behaviours.get(model);
  const values = behaviour?.beforeWrite?.(targets, given) ?? given;
  const parts = partsOf(env, model, values);
  for (const { id, row } of targets) {
    const patch = stored(env, parts.own, row);
    checkReferences(
      env,
      model,
      parts.own.map(([field]) => field),
      patch,
    );
    env.db.update(model, id, { ...patch, write_uid: env.user.id, write_date: env.now });
    for (const [field, commands] of parts.links) applyCommands(env, field, id, commands);
    writeThrough(env, model, id, parts.through);
    checkUnique(env, model, id);
  }
  behaviour?.written?.(targets, values);
};

/** @throws MissingError that names the records which are not there. */
export const mustExist = (env: Env, model: string, ids: readonly unknown[]): void => {
  const missing = ids.filter((id) => typeof id !== 'number' || env.db.row(model, id) === undefined);
  if (missing.length > 0) throw missingError(model, missing, env.user.id);
};

const createOne = (env: Env, model: string, given: Values): number => {
  const known = fieldsOf(env, model, given, (name) =>
    valueError(
      env.engine.version === 14
        ? `Invalid field '${name}' on model '${model}'`
        : `Invalid field '${name}' in '${model}'`,
    ),
  );
  checkFields(env, known, 'write');
  const behaviour = env.engine.behaviours.get(model);
  const values = { ...fromContext(env, model), ...given };
  const instead = behaviour?.insteadOfCreate?.(env, values);
  if (instead !== undefined) return instead;
  checkAccess(env, model, 'create');
  const complete = { ...standingDefaults(env, model, values), ...behaviour?.defaults?.(env, values), ...values };
  const parts = partsOf(env, model, complete);
  const made = madeParts(env, model, parts, behaviour?.inherits ?? {});
  const own = { ...stored(env, parts.own, undefined), ...made };
  checkRequired(env, model, own);
  checkReferences(env, model, [...env.model(model).fields.values()], own);
  const stamp = { create_uid: env.user.id, create_date: env.now, write_uid: env.user.id, write_date: env.now };
  const id = env.db.insert(model, { ...stamp, ...own });
  for (const [field, commands] of parts.links) applyCommands(env, field, id, commands);
  writeThrough(
    env,
    model,
    id,
    parts.through.filter(([field]) => made[field.related?.[0] ?? ''] === undefined),
  );
  behaviour?.created?.(new Rec(env, model, id), given);
  checkUnique(env, model, id);
  checkRules(env, model, [id], 'create');
  return id;
};

const fieldsOf = (env: Env, model: string, values: Values, unknown: (name: string) => Error): Field[] => {
  const { fields } = env.model(model);
  return Object.keys(values).map((name) => {
    const field = fields.get(name);
    if (field === undefined) throw unknown(name);
    return field;
  });
};

/** `default_<field>` in the context. */
const fromContext = (env: Env, model: string): Values => {
  const { fields } = env.model(model);
  const defaults = Object.entries(env.context).filter(
    ([key]) => key.startsWith('default_') && fields.has(key.slice(8)),
  );
  return Object.fromEntries(defaults.map(([key, value]) => [key.slice(8), value]));
};

interface Parts {
  readonly own: readonly (readonly [Field, unknown])[];
  readonly links: readonly (readonly [Field, unknown])[];
  /** Values that live on another record. */
  readonly through: readonly (readonly [Field, unknown])[];
}

const MAGIC: ReadonlySet<string> = new Set([
  'id',
  'create_uid',
  'create_date',
  'write_uid',
  'write_date',
  'display_name',
]);

const partsOf = (env: Env, model: string, values: Values): Parts => {
  const { fields }: Model = env.model(model);
  const own: (readonly [Field, unknown])[] = [];
  const links: (readonly [Field, unknown])[] = [];
  const through: (readonly [Field, unknown])[] = [];
  for (const [name, value] of Object.entries(values)) {
    const field = fields.get(name);
    if (field === undefined || MAGIC.has(name) || value === undefined) continue;
    if (field.related?.length === 1) {
      // Another name for a field of the same record.
      const [target = ''] = field.related;
      const same = partsOf(env, model, { [target]: value });
      own.push(...same.own);
      links.push(...same.links);
    } else if (field.related !== undefined) {
      if (!env.engine.computes.has(field)) through.push([field, value]);
    } else if (field.type === 'one2many' || field.type === 'many2many') links.push([field, value]);
    else own.push([field, value]);
  }
  return { own, links, through };
};

const stored = (env: Env, own: Parts['own'], before: StoredRow | undefined): Values => {
  const patch: Values = {};
  for (const [field, value] of own) {
    const converted = convert(env, field, value);
    if (field.company_dependent || (field.model === 'account.account' && field.name === 'code')) {
      patch[field.name] = { ...keyedBy(before?.[field.name], ''), [env.company]: converted };
    } else if (field.translate && (env.lang !== 'en_US' || typeof before?.[field.name] === 'object')) {
      const base = keyedBy(before?.[field.name], 'en_US');
      patch[field.name] = { en_US: converted, ...base, [env.lang]: converted };
    } else patch[field.name] = converted;
  }
  return patch;
};

const keyedBy = (value: unknown, plainKey: string): Values => {
  if (typeof value === 'object' && value !== null) return { ...value };
  return plainKey === '' || value === undefined || value === false ? {} : { [plainKey]: value };
};

/** Makes the records that this one is made of (a product's template, a user's partner), unless they are given. */
const madeParts = (env: Env, model: string, parts: Parts, inherits: Readonly<Record<string, string>>): Values => {
  const made: Values = {};
  for (const [link, part] of Object.entries(inherits)) {
    if (parts.own.some(([field, value]) => field.name === link && value !== false)) continue;
    const values = parts.through.filter(([field]) => field.related?.[0] === link && field.related.length === 2);
    const given = Object.fromEntries(values.map(([field, value]) => [field.related?.[1] ?? '', value]));
    made[link] = createRecords(env.sudo().with({ making: model }), part, [given])[0];
  }
  return made;
};

const writeThrough = (env: Env, model: string, id: number, values: Parts['through']): void => {
  for (const [field, value] of values) {
    const [link = '', name = '', ...deeper] = field.related ?? [];
    const part = env.field(model, link);
    const target = env.db.row(model, id)?.[link];
    if (deeper.length > 0 || part?.type !== 'many2one' || typeof target !== 'number') continue;
    if (field.readonly && !env.su) continue;
    writeRecords(env.sudo(), part.relation ?? '', [target], { [name]: value });
  }
};
