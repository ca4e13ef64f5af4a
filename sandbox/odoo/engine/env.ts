import type { Catalogue, Field, Model } from '../catalogue/catalogue.ts';
import type { SeedUser } from '../seed.ts';
import type { Behaviour, Compute } from './behaviour.ts';
import type { Database } from './database.ts';
import { accessError, userError } from './errors.ts';
import { Rec } from './record.ts';

export type Values = Record<string, unknown>;
export type Context = Readonly<Record<string, unknown>>;

/** What all calls share. */
export interface Engine {
  readonly version: 14 | 19;
  readonly db: Database;
  readonly catalogue: Catalogue;
  readonly behaviours: ReadonlyMap<string, Behaviour>;
  /** Who made a row and when, where the row does not say. */
  readonly unstamped: ReadonlyMap<string, unknown>;
  /** Who may log in, by user id. */
  readonly credentials: ReadonlyMap<number, SeedUser>;
  readonly computes: ReadonlyMap<Field, Compute>;
  /** Values of computed fields, good for one version of the database. */
  readonly memo: Map<Field, Map<number, unknown>>;
  memoVersion: number;
  /** Sorted ids by model and order, with the versions of the rows that decided it. */
  readonly sorted: Map<string, { readonly stamp: string; readonly ids: readonly number[] }>;
  /** The moment, as Odoo writes it: `2026-01-31 08:00:00`, UTC. */
  readonly now: () => string;
}

interface EnvOptions {
  readonly engine: Engine;
  readonly user: SeedUser;
  readonly context: Context;
  readonly su: boolean;
  readonly companies: readonly number[];
}

/** On whose behalf, in which companies and in which language something is read or written. */
export class Env {
  readonly engine: Engine;
  readonly user: SeedUser;
  readonly context: Context;
  /** True inside Odoo's own doing: rights and rules are not asked. */
  readonly su: boolean;
  /** What bounds reads. */
  readonly companies: readonly number[];
  readonly lang: string;

  constructor({ engine, user, context, su, companies }: EnvOptions) {
    this.engine = engine;
    this.user = user;
    this.context = context;
    this.su = su;
    this.companies = companies;
    this.lang = typeof context['lang'] === 'string' ? context['lang'] : 'en_US';
  }

  get db(): Database {
    return this.engine.db;
  }

  /** The current company: decides defaults and values that depend on the company. */
  get company(): number {
    const [allowed] = allowedIn(this.context) ?? [];
    return allowed ?? this.user.companyIds[0] ?? 1;
  }

  get now(): string {
    return this.engine.now();
  }

  get today(): string {
    return this.now.slice(0, 10);
  }

  model(name: string): Model {
    const model = this.engine.catalogue.get(name);
    if (model === undefined) throw new Error(`the catalogue has no model ${name}`);
    return model;
  }

  field(model: string, name: string): Field | undefined {
    return this.engine.catalogue.get(model)?.fields.get(name);
  }

  record(model: string, id: number): Rec {
    return new Rec(this, model, id);
  }

  sudo(): Env {
    return this.su ? this : new Env({ ...this.#options(), su: true });
  }

  /** The same with more context. */
  with(more: Context): Env {
    return new Env({ ...this.#options(), context: { ...this.context, ...more } });
  }

  /** The same with this company as the current one. */
  inCompany(company: number): Env {
    if (company === this.company) return this;
    const others = this.companies.filter((id) => id !== company);
    return this.with({ allowed_company_ids: [company, ...others] });
  }

  #options(): EnvOptions {
    return { engine: this.engine, user: this.user, context: this.context, su: this.su, companies: this.companies };
  }
}

/**
 * The environment of a call. Without `allowed_company_ids`, reads span every company of the user.
 *
 * @throws AccessError for a company the user has no part in, UserError for a language that is not installed.
 */
export const envOf = (engine: Engine, user: SeedUser, context: Context): Env => {
  const allowed = allowedIn(context);
  const companies = user.companyIds;
  if (allowed?.some((id) => !companies.includes(id)) === true) {
    throw accessError('Access to unauthorized or invalid companies.');
  }
  const env = new Env({ engine, user, context, su: false, companies: allowed ?? companies });
  const installed = [...env.db.rows('res.lang').values()].some(
    ({ code, active }) => code === env.lang && active === true,
  );
  if (!installed) throw userError(`Invalid language code: ${env.lang}`);
  return env;
};

/** The environment of Odoo itself: every company, no context, archived records too. */
export const rootEnv = (engine: Engine): Env => {
  const companies = engine.db.rows('res.company');
  const known = roots.get(engine);
  if (known !== undefined && known.companies.length === companies.size) return known;
  const companyIds = [...companies.keys()];
  const user: SeedUser = { id: 1, login: '__system__', password: '', apiKey: '', companyIds, groups: [] };
  const root = new Env({ engine, user, context: { active_test: false }, su: true, companies: companyIds });
  roots.set(engine, root);
  return root;
};

const roots = new WeakMap<Engine, Env>();

const allowedIn = (context: Context): readonly number[] | undefined => {
  const allowed = context['allowed_company_ids'];
  if (!Array.isArray(allowed) || allowed.length === 0) return undefined;
  return allowed.filter((id) => typeof id === 'number');
};
