import type { Env } from './env.ts';
import { Rec } from './record.ts';

/** The name Odoo shows for a record, in the language of the environment. */
export const displayNameOf = (record: Rec): string => {
  const { env, model } = record;
  const behaviour = env.engine.behaviours.get(model);
  if (behaviour?.displayName !== undefined) return behaviour.displayName(record.sudo());
  const name = env.field(model, recNameOf(env, model)) === undefined ? '' : record.sudo().text(recNameOf(env, model));
  return name === '' ? `${model},${record.id}` : name;
};

export const recNameOf = (env: Env, model: string): string => env.engine.behaviours.get(model)?.recName ?? 'name';

/** `[id, display name]`, as many2one values are answered. */
export const nameGet = (env: Env, model: string, id: number): [number, string] => [
  id,
  displayNameOf(new Rec(env, model, id)),
];
