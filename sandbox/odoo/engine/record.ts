import type { StoredRow } from './database.ts';
import type { Env, Values } from './env.ts';
import { missingError } from './errors.ts';
import { displayNameOf } from './names.ts';
import { valueOf } from './values.ts';
import { createRecords, unlinkRecords, writeRecords } from './write.ts';

/** One record, read field by field with the type the field is known to have. */
export class Rec {
  readonly env: Env;
  readonly model: string;
  readonly id: number;

  constructor(env: Env, model: string, id: number) {
    this.env = env;
    this.model = model;
    this.id = id;
  }

  get exists(): boolean {
    return this.env.db.row(this.model, this.id) !== undefined;
  }

  get row(): StoredRow {
    const row = this.env.db.row(this.model, this.id);
    if (row === undefined) throw missingError(this.model, [this.id], this.env.user.id);
    return row;
  }

  get displayName(): string {
    return displayNameOf(this);
  }

  get(name: string): unknown {
    const field = this.env.field(this.model, name);
    if (field === undefined) throw new Error(`${this.model} has no field ${name}`);
    return valueOf(this.env, field, this.row);
  }

  number(name: string): number {
    const value = this.get(name);
    return typeof value === 'number' ? value : 0;
  }

  /** Empty when there is none. */
  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : '';
  }

  flag(name: string): boolean {
    return this.get(name) === true;
  }

  one(name: string): Rec | null {
    const value = this.get(name);
    const relation = this.env.field(this.model, name)?.relation;
    if (typeof value !== 'number' || relation === undefined) return null;
    return this.env.db.row(relation, value) === undefined ? null : new Rec(this.env, relation, value);
  }

  many(name: string): Rec[] {
    const value = this.get(name);
    const relation = this.env.field(this.model, name)?.relation;
    if (!Array.isArray(value) || relation === undefined) return [];
    return value.map((id) => new Rec(this.env, relation, Number(id)));
  }

  /** Writes as Odoo itself does inside a business method: no rights asked, stamped with the user. */
  write(values: Values): void {
    writeRecords(this.env.sudo(), this.model, [this.id], values);
  }

  /** Makes another record on behalf of this one's environment, as Odoo itself. */
  create(model: string, values: Values): Rec {
    const env = this.env.sudo();
    const [id = 0] = createRecords(env, model, [values]);
    return new Rec(env, model, id);
  }

  unlink(): void {
    unlinkRecords(this.env.sudo(), this.model, [this.id]);
  }

  /** Stores values that only business methods set, past every check and hook. */
  store(values: Values): void {
    this.env.db.update(this.model, this.id, { ...values, write_date: this.env.now, write_uid: this.env.user.id });
  }

  /** Moves `write_date`, as the change of a stored computed field does. */
  touch(): void {
    this.store({});
  }

  sudo(): Rec {
    return new Rec(this.env.sudo(), this.model, this.id);
  }

  /** The same, looked at from the company it belongs to. */
  inOwnCompany(): Rec {
    const company = this.number('company_id');
    return company === 0 ? this : this.inCompany(company);
  }

  inCompany(company: number): Rec {
    return new Rec(this.env.inCompany(company), this.model, this.id);
  }
}

export const records = (env: Env, model: string, ids: readonly number[]): Rec[] =>
  ids.map((id) => new Rec(env, model, id));
