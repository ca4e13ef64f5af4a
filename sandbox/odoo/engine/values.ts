import type { Field, FieldType } from '../catalogue/catalogue.ts';
import type { StoredRow } from './database.ts';
import { type Env, rootEnv } from './env.ts';
import { sortIds } from './order.ts';
import { Rec } from './record.ts';
import { visible } from './rules.ts';

/** Reads one field from a row. many2one: id or `false`; x2many: ids; empty text, dates and choices: `false`. */
export type Accessor = (row: StoredRow) => unknown;

/** The quickest way to read this field again and again in this environment. */
export const accessor = (env: Env, field: Field): Accessor => {
  const { name } = field;
  if (isPlain(env, field)) {
    const empty = absentOf(env, field);
    return (row) => row[name] ?? empty;
  }
  return (row) => valueOf(env, field, row);
};

/** What a record has in a field, stored or made from others. */
export const valueOf = (env: Env, field: Field, row: StoredRow): unknown => {
  const compute = env.engine.computes.get(field);
  if (compute !== undefined) {
    return typeof compute === 'function'
      ? remembered(env, field, row, compute)
      : compute.live(new Rec(env, field.model, row.id));
  }
  if (field.related !== undefined) return followed(env, field, field.related, row);
  if (field.type === 'one2many') return children(env, field, row.id);
  if (field.type === 'many2many') return linked(env, field, row);
  const stored = row[field.name];
  if (field.company_dependent || field.translate) return keyed(env, field, stored);
  return stored ?? absentOf(env, field);
};

/** What a field has that a row does not mention. */
const absentOf = ({ engine }: Env, field: Field): unknown =>
  engine.unstamped.get(field.name) ?? engine.behaviours.get(field.model)?.absent?.[field.name] ?? emptyOf(field);

/** What "nothing" looks like on the wire. `active` is true unless stored otherwise. */
export const emptyOf = ({ type, name }: { readonly type: FieldType; readonly name: string }): unknown => {
  if (name === 'active') return true;
  if (type === 'integer' || type === 'float' || type === 'monetary' || type === 'many2one_reference') return 0;
  if (type === 'one2many' || type === 'many2many') return [];
  return false;
};

/** True when the value is simply what the row holds. */
export const isPlain = (env: Env, field: Field): boolean =>
  !env.engine.computes.has(field) &&
  field.related === undefined &&
  field.type !== 'one2many' &&
  field.type !== 'many2many' &&
  !field.company_dependent &&
  !field.translate;

/** Computed values are good until something changes; they are made as Odoo itself, so that they suit everybody. */
const remembered = (env: Env, field: Field, row: StoredRow, compute: (record: Rec) => unknown): unknown => {
  const { engine } = env;
  if (engine.memoVersion !== engine.db.version) {
    engine.memo.clear();
    engine.memoVersion = engine.db.version;
  }
  let values = engine.memo.get(field);
  if (values === undefined) engine.memo.set(field, (values = new Map()));
  const known = values.get(row.id);
  if (known !== undefined) return known;
  const made = compute(new Rec(rootEnv(engine), field.model, row.id));
  // The making may have read other fields, and never changes the database: the map is still the current one.
  values.set(row.id, made);
  return made;
};

/** Related fields are read as Odoo itself: a buyer sees the name of a unit he may not read. */
const followed = (env: Env, field: Field, path: readonly string[], row: StoredRow): unknown => {
  const root = env.sudo();
  let model = field.model;
  let at: StoredRow | undefined = row;
  for (const [step, name] of path.entries()) {
    const hop = env.field(model, name);
    if (hop === undefined || at === undefined) return emptyOf(field);
    const value = valueOf(root, hop, at);
    if (step === path.length - 1) return Array.isArray(value) ? seen(env, hop.relation ?? '', value) : value;
    const next: unknown = Array.isArray(value) ? value[0] : value;
    model = hop.relation ?? '';
    at = typeof next === 'number' ? env.db.row(model, next) : undefined;
  }
  return emptyOf(field);
};

const children = (env: Env, field: Field, id: number): readonly number[] => {
  const { relation, relation_field: inverse } = field;
  if (relation === undefined || inverse === undefined || !env.engine.catalogue.has(relation)) return [];
  const ids = env.db.idsBy(relation, inverse, id);
  return ids.size === 0 ? [] : sortIds(env, relation, seen(env, relation, [...ids]));
};

const linked = (env: Env, field: Field, row: StoredRow): readonly number[] => {
  const stored = row[field.name];
  const relation = field.relation ?? '';
  if (!Array.isArray(stored) || stored.length === 0) return [];
  if (!env.engine.catalogue.has(relation)) return [];
  const ids = stored.filter((id): id is number => typeof id === 'number');
  return sortIds(env, relation, seen(env, relation, ids));
};

/** Lists leave out what is archived, gone, or not for this user. */
const seen = (env: Env, model: string, ids: readonly number[]): number[] => {
  if (!env.engine.catalogue.has(model)) return [];
  const hidesArchived = env.context['active_test'] !== false && env.field(model, 'active') !== undefined;
  const may = visible(env, model);
  const active = env.field(model, 'active');
  const isActive = hidesArchived && active !== undefined ? accessor(env, active) : null;
  return ids.filter((id) => {
    const row = env.db.row(model, id);
    return row !== undefined && (isActive === null || isActive(row) === true) && (may === null || may(row));
  });
};

const isKeyed = (stored: unknown): stored is Readonly<Record<string, unknown>> =>
  typeof stored === 'object' && stored !== null && !Array.isArray(stored);

/** `{ "<company>": value }` of fields that depend on the company, `{ "<language>": text }` of translated ones. */
const keyed = (env: Env, field: Field, stored: unknown): unknown => {
  if (field.company_dependent) {
    return (isKeyed(stored) ? stored[String(env.company)] : stored) ?? emptyOf(field);
  }
  if (field.translate && isKeyed(stored)) return stored[env.lang] ?? stored['en_US'] ?? false;
  return stored ?? emptyOf(field);
};
