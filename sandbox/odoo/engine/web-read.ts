import { checkAccess, checkRules } from './access.ts';
import type { Env, Values } from './env.ts';
import { displayNameOf } from './names.ts';
import { fieldsToRead, reader } from './read.ts';
import { Rec } from './record.ts';
import { sortIds } from './order.ts';
import { accessor } from './values.ts';

/** What to read of a record, and, by `fields`, of the records it is linked to. */
export interface Specification {
  readonly [field: string]: {
    readonly fields?: Specification;
    readonly limit?: number;
    readonly offset?: number;
    readonly order?: string;
    readonly context?: Values;
  };
}

/** `web_read`: nested values; a many2one is `{id, ...}`, an x2many a list of those, or plain ids where no fields are asked. */
export const webRead = (env: Env, model: string, ids: readonly number[], specification: Specification): Values[] => {
  checkAccess(env, model, 'read');
  checkRules(env, model, ids, 'read');
  return present(env, model, ids, specification);
};

const present = (env: Env, model: string, ids: readonly number[], specification: Specification): Values[] => {
  const fields = Object.keys(specification).length === 0 ? [] : fieldsToRead(env, model, Object.keys(specification));
  const readers = fields.map((field): [string, (id: number) => unknown] => {
    const wanted = specification[field.name] ?? {};
    const inner = wanted.context === undefined ? env : env.with(wanted.context);
    const read = accessor(inner, field);
    const value = (id: number): unknown => read(env.db.row(model, id) ?? { id });
    const relation = field.relation ?? '';
    if (field.type === 'many2one') {
      if (wanted.fields === undefined)
        return [field.name, (id) => reader(env, field, false)(env.db.row(model, id) ?? { id })];
      return [field.name, (id) => one(inner, relation, value(id), wanted.fields ?? {})];
    }
    if (field.type === 'one2many' || field.type === 'many2many') {
      return [field.name, (id) => many(inner, relation, value(id), wanted)];
    }
    return [field.name, value];
  });
  return ids
    .filter((id) => env.db.row(model, id) !== undefined)
    .map((id) => ({ id, ...Object.fromEntries(readers.map(([name, read]) => [name, read(id)])) }));
};

/** Shown even where the user's rules hide the record itself: a link has a name, as in every form of Odoo. */
const one = (env: Env, relation: string, id: unknown, specification: Specification): unknown => {
  if (typeof id !== 'number' || !env.engine.catalogue.has(relation) || env.db.row(relation, id) === undefined)
    return false;
  const { display_name: name, ...others } = specification;
  const [answer = { id }] = present(env, relation, [id], others);
  return name === undefined ? answer : { ...answer, display_name: displayNameOf(new Rec(env, relation, id)) };
};

const many = (env: Env, relation: string, value: unknown, wanted: Specification[string]): unknown => {
  const listed = Array.isArray(value) ? (value as readonly number[]) : [];
  const ids = wanted.order === undefined ? listed : sortIds(env, relation, listed, wanted.order);
  if (wanted.fields === undefined) return ids;
  // Beyond the limit the ids are still there: a list view pages through them.
  const from = wanted.offset ?? 0;
  const shown = wanted.limit === undefined ? ids.slice(from) : ids.slice(from, from + wanted.limit);
  const answers = new Map(present(env, relation, shown, wanted.fields).map((each) => [each['id'], each]));
  return ids.map((id) => answers.get(id) ?? { id });
};
