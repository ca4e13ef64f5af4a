import { checkAccess, checkRules } from './access.ts';
import type { Env, Values } from './env.ts';
import { type Rec, records } from './record.ts';
import { mustExist } from './write.ts';

/**
 * How a value is made from others.
 *
 * A plain function depends on stored data alone: it is asked as Odoo itself and remembered until something changes.
 * A `live` one also depends on who asks, in which company or language: it is asked every time.
 */
export type Compute = ((record: Rec) => unknown) | { readonly live: (record: Rec) => unknown };

export interface Method {
  /** Called on records (`ids`) or on the model. */
  readonly on: 'records' | 'model';
  /** Names of the arguments in positional order; one that must be given ends in `!`. */
  readonly parameters: readonly string[];
  readonly run: (env: Env, model: string, ids: readonly number[], named: Values) => unknown;
}

/** What a model does beyond storing: everything is optional. */
export interface Behaviour {
  /** The field shown as the name of a record; `name` when left out. */
  readonly recName?: string;
  readonly displayName?: (record: Rec) => string;
  /** The fields `name_search` looks into; `recName` when left out. */
  readonly searchedByName?: readonly string[];
  /** The many2one that makes it a tree. */
  readonly parent?: string;
  readonly computes?: Readonly<Record<string, Compute>>;
  /** What stored fields hold where a row does not mention them: Odoo's own defaults, which no seed has to repeat. */
  readonly absent?: Readonly<Record<string, unknown>>;
  /** Values of fields that a creation leaves out. */
  readonly defaults?: (env: Env, given: Values) => Values;
  /** Runs in place of an insertion; answers the id of the record to use. */
  readonly insteadOfCreate?: (env: Env, values: Values) => number | undefined;
  /** Runs when the record and its lines are there. */
  readonly created?: (record: Rec, given: Values) => void;
  /** May refuse a change, or answer what to store instead of what was given. */
  readonly beforeWrite?: (records: readonly Rec[], values: Values) => Values;
  readonly written?: (records: readonly Rec[], values: Values) => void;
  /** May refuse a deletion. */
  readonly beforeUnlink?: (records: readonly Rec[]) => void;
  /** The record of another model that is a part of each record and made with it: many2one → model. */
  readonly inherits?: Readonly<Record<string, string>>;
  /** Values that a copy does not take over, and the lines that it does. */
  readonly copy?: { readonly without?: readonly string[]; readonly lines?: readonly string[] };
  readonly methods?: Readonly<Record<string, Method>>;
}

/** A button: a method on records without arguments, that answers what `run` answers. */
export const button = (
  run: (records: readonly Rec[], env: Env) => unknown,
  parameters: readonly string[] = [],
): Method => ({
  on: 'records',
  parameters,
  run: (env, model, ids) => run(claimed(env, model, ids), env),
});

/** The records of an action: they are there, and the user may change them. */
const claimed = (env: Env, model: string, ids: readonly number[]): Rec[] => {
  mustExist(env, model, ids);
  checkAccess(env, model, 'write');
  checkRules(env, model, ids, 'write');
  return records(env, model, ids);
};
