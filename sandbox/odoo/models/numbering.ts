import type { StoredRow } from '../engine/database.ts';
import type { Env } from '../engine/env.ts';

/**
 * The next number after a prefix, `P` → `P00042`.
 *
 * The counter is a row of its own, so that a number is not given again after its document is deleted; the first time, it
 * starts after the highest number in use.
 */
export const nextNumber = (
  env: Env,
  model: string,
  prefix: string,
  digits: number,
  among: Among = EVERYBODY,
): string => {
  const { db } = env;
  const code = [model, among.key, prefix].join(':');
  const [counter] = db.idsBy('ir.sequence', 'code', code);
  const next =
    counter === undefined
      ? highest(env, model, prefix, among) + 1
      : Number(db.row('ir.sequence', counter)?.['number_next']);
  if (counter === undefined)
    db.insert('ir.sequence', { name: model, code, prefix, padding: digits, number_next: next + 1 });
  else db.update('ir.sequence', counter, { number_next: next + 1 });
  return prefix + String(next).padStart(digits, '0');
};

/** Whose numbers are counted together. */
interface Among {
  readonly key: string;
  readonly counts: (row: StoredRow) => boolean;
}

const EVERYBODY: Among = { key: '', counts: () => true };

const highest = (env: Env, model: string, prefix: string, among: Among): number => {
  let most = 0;
  for (const row of env.db.rows(model).values()) {
    const { name } = row;
    if (!among.counts(row)) continue;
    if (typeof name !== 'string' || !name.startsWith(prefix)) continue;
    const number = Number(name.slice(prefix.length));
    if (Number.isInteger(number) && number > most) most = number;
  }
  return most;
};
