import type { Catalogue, Field } from '../catalogue/catalogue.ts';
import type { Row, Seed, SeedUser } from '../seed.ts';
import { GROUPS } from '../seed/groups.ts';
import type { Behaviour, Compute } from './behaviour.ts';
import { type Change, Database } from './database.ts';
import type { Engine } from './env.ts';

export interface EngineOptions {
  readonly seed: Seed;
  readonly version: 14 | 19;
  readonly catalogue: Catalogue;
  readonly behaviours: ReadonlyMap<string, Behaviour>;
  /** Rows that come with the version, beside those of the seed. */
  readonly tables: Seed['tables'];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** An engine on a fresh copy of the seed, and the way to run one transaction on it. */
export interface Running {
  readonly engine: Engine;
  /**
   * Runs `work` as one transaction: what it changed is handed to `commit` before the answer, and undone if it throws.
   *
   * Everything inside is stamped with the moment of the start, as with PostgreSQL's `now()`.
   */
  transaction<T>(work: () => T, commit: (changes: readonly Change[]) => void): T;
}

export const startEngine = (options: EngineOptions): Running => {
  const { seed, catalogue, behaviours } = options;
  let now = stampOf(options.clock());
  const engine: Engine = {
    version: options.version,
    db: new Database({
      ...seed.tables,
      ...options.tables,
      ...catalogueTables(catalogue),
      'ir.model.data': externalIdRows(seed),
    }),
    // Rows that say nothing about it were made by OdooBot when the seed was: not copied into each, there are many.
    unstamped: new Map<string, unknown>([
      ['create_uid', 1],
      ['create_date', seed.seededAt],
      ['write_uid', 1],
      ['write_date', seed.seededAt],
    ]),
    catalogue,
    behaviours,
    credentials: new Map(seed.users.map((user) => [user.id, user])),
    computes: computesOf(catalogue, behaviours),
    memo: new Map(),
    memoVersion: -1,
    sorted: new Map(),
    now: () => now,
  };
  return {
    engine,
    transaction: (work, commit) => {
      now = stampOf(options.clock());
      try {
        const answer = work();
        commit(engine.db.commit());
        return answer;
      } catch (error) {
        engine.db.rollback();
        throw error;
      }
    },
  };
};

/** The user as the database knows him now: archived users are nobody. */
export const userOf = (engine: Engine, id: number): SeedUser | undefined => {
  const row = engine.db.row('res.users', id);
  const credentials = engine.credentials.get(id);
  if (row === undefined || credentials === undefined || row['active'] === false) return undefined;
  const own = Number(row['company_id']);
  const companies = Array.isArray(row['company_ids']) ? (row['company_ids'] as readonly number[]) : [];
  const groups = new Set(Array.isArray(row['group_ids']) ? row['group_ids'] : []);
  return {
    ...credentials,
    companyIds: [own, ...companies.filter((company) => company !== own)],
    groups: Object.entries(GROUPS).flatMap(([name, group]) => (groups.has(group.id) ? [name] : [])),
  };
};

/** `2026-01-31 08:00:00`, UTC. */
export const stampOf = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ');

const externalIdRows = (seed: Seed): Row[] =>
  Object.entries(seed.externalIds ?? {}).map(([name, { model, id }], at) => {
    const [module = '', ...rest] = name.split('.');
    return { id: at + 1, module, name: rest.join('.'), model, res_id: id, noupdate: true };
  });

/** Models and fields are records too, for whoever may read them. */
const catalogueTables = (catalogue: Catalogue): Seed['tables'] => {
  const models: Row[] = [];
  const fields: Row[] = [];
  for (const { name, label, fields: own } of catalogue.values()) {
    const model = models.push({ id: models.length + 1, model: name, name: label });
    for (const { name: field, type, string, relation = false } of own.values()) {
      fields.push({
        id: fields.length + 1,
        model_id: model,
        model: name,
        name: field,
        ttype: type,
        field_description: string,
        relation,
      });
    }
  }
  return { 'ir.model': models, 'ir.model.fields': fields };
};

const computesOf = (catalogue: Catalogue, behaviours: ReadonlyMap<string, Behaviour>): Map<Field, Compute> => {
  const computes = new Map<Field, Compute>();
  for (const [model, { computes: own = {} }] of behaviours) {
    for (const [name, compute] of Object.entries(own)) {
      const field = catalogue.get(model)?.fields.get(name);
      if (field === undefined) throw new Error(`${model}.${name} is computed and not in the catalogue`);
      computes.set(field, compute);
    }
  }
  for (const { fields } of catalogue.values()) {
    const name = fields.get('display_name');
    if (name !== undefined && !computes.has(name)) computes.set(name, { live: (record) => record.displayName });
    const updated = fields.get('__last_update');
    if (updated !== undefined) computes.set(updated, (record) => record.get('write_date'));
  }
  return computes;
};
