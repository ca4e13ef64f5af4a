import DataLoader from 'dataloader';
import type { Cursor } from '../connection.ts';
import { fail } from '../errors.ts';
import type { RecordFinding } from '../findings.ts';
import type { Party } from '../identity.ts';
import { encodeId } from '../ids.ts';
import type { BoundEntity, Order } from './binding.ts';
import type { Facility, FacilityDirectory } from './directory.ts';
import { allOf, isNothing } from './domain.ts';
import { UNMAPPED } from './mappings.ts';
import type { EntitySpec, Environment, Name } from './entity.ts';
import type { CanonicalRecord } from '../record.ts';
import { cursorOf, orderText, planColumns } from './paging.ts';
import type { CallContext, Domain, Many2one, OdooClient, OdooRow } from './types.ts';

export type { CanonicalRecord } from '../record.ts';

/** What a session stands on: one connected server with its entities bound. */
export interface OdooGround {
  readonly client: OdooClient;
  readonly directory: FacilityDirectory;
  readonly recordFinding: RecordFinding;
  bound(spec: EntitySpec): BoundEntity;
  /** Whether the server has the model of the entity. */
  has(spec: EntitySpec): boolean;
}

/** Most rows one nested list may fetch for all its parents together. */
export const MAX_NESTED_ROWS = 10_000;

/** What one call spends: the request's deadline and its end. */
export type Spending = Pick<CallContext, 'deadline' | 'signal'>;

/**
 * Calls of one request to Odoo, batched and bounded.
 *
 * Every read carries the caller's companies twice: in the context, which decides company-dependent values, and in the
 * domain, which decides the rows; and in the domain, the party that the caller stands for. There is no way to read without.
 */
export class OdooReader {
  readonly #ground: OdooGround;
  readonly #facilities: readonly Facility[];
  readonly #party: Party | undefined;
  readonly #spending: Spending;
  readonly #records = new Map<EntitySpec, Map<string, DataLoader<RecordKey, CanonicalRecord | null, string>>>();
  readonly #children = new Map<EntitySpec, Map<string, DataLoader<ParentKey, readonly Child[]>>>();

  constructor(ground: OdooGround, facilities: readonly Facility[], party: Party | undefined, spending: Spending) {
    this.#ground = ground;
    this.#facilities = facilities;
    this.#party = party;
    this.#spending = spending;
  }

  /** Rows of the caller's companies, or of one of them. */
  async search(
    bound: BoundEntity,
    domain: Domain,
    options: {
      readonly columns: readonly string[];
      readonly named: boolean;
      readonly order: string;
      readonly limit: number;
      readonly archived?: boolean;
      readonly facility?: Facility | undefined;
    },
  ): Promise<OdooRow[]> {
    const within = this.#within(bound, options.facility);
    if (within === null) return [];
    const { columns, named, order, limit, archived = false } = options;
    const asked = {
      domain: allOf(within, domain),
      fields: columns,
      order,
      limit,
      names: named,
      activeTest: !archived,
    };
    return this.#ground.client.searchRead(bound.model, asked, this.#context(options.facility));
  }

  async count(bound: BoundEntity, domain: Domain, facility: Facility | undefined): Promise<number> {
    const within = this.#within(bound, facility);
    if (within === null) return 0;
    return this.#ground.client.searchCount(bound.model, allOf(within, domain), this.#context(facility));
  }

  /** Groups of rows with their sums. */
  async groups(
    bound: BoundEntity,
    domain: Domain,
    groupBy: readonly string[],
    aggregates: readonly string[],
  ): Promise<OdooRow[]> {
    const within = this.#within(bound, undefined);
    if (within === null) return [];
    const options = { domain: allOf(within, domain), groupBy, aggregates };
    return this.#ground.client.readGroup(bound.model, options, this.#context(undefined));
  }

  /** Whether the caller can have a row of the entity at all. */
  hasRows(bound: BoundEntity): boolean {
    return this.#within(bound, undefined) !== null;
  }

  /** The domain that every read of the entity carries; null where the caller has no rows of it, whatever is asked. */
  #within(bound: BoundEntity, facility: Facility | undefined): Domain | null {
    const within = bound.within(this.#companies(facility), this.#party);
    return isNothing(within) ? null : within;
  }

  /** A record by its local id, in one call with all that are asked for in the same tick. */
  load(
    spec: EntitySpec,
    id: number,
    fields: ReadonlySet<string>,
    facility?: Facility,
  ): Promise<CanonicalRecord | null> {
    const loaders = keptIn(this.#records, spec);
    const key = facility?.code ?? '';
    const loader = loaders.get(key) ?? this.#recordLoader(this.#ground.bound(spec), facility);
    loaders.set(key, loader);
    return loader.load({ id, fields });
  }

  /** Archived records are found by id: an old order still names its supplier. */
  #recordLoader(
    bound: BoundEntity,
    facility: Facility | undefined,
  ): DataLoader<RecordKey, CanonicalRecord | null, string> {
    const batch = async (keys: readonly RecordKey[]) => {
      const ids = [...new Set(keys.map(({ id }) => id))];
      if (ids.length > MAX_NESTED_ROWS) throw fail('RESULT_TOO_LARGE');
      const asked = new Set(keys.map(({ fields }) => fields));
      const plan = planColumns(bound, new Set([...asked].flatMap((fields) => [...fields])));
      const rows = await this.search(bound, [['id', 'in', ids]], {
        ...plan,
        order: 'id',
        limit: ids.length,
        archived: bound.archives,
        facility,
      });
      const byId = new Map(rows.map((row) => [row['id'], row]));
      return keys.map(({ id, fields }) => {
        const row = byId.get(id);
        return row === undefined ? null : this.toRecord(bound, row, fields, facility);
      });
    };
    // All rows of a list are asked for with one set, so it is looked at once per list and not once per row.
    const known = new Map<ReadonlySet<string>, string>();
    const columnsOf = (fields: ReadonlySet<string>): string => {
      const key = known.get(fields) ?? keyOf(bound, fields);
      known.set(fields, key);
      return key;
    };
    return new DataLoader(batch, { cacheKeyFn: ({ id, fields }) => `${id}|${columnsOf(fields)}` });
  }

  /** The records whose many2one is a parent, or whose text names one, in one call for all the parents of a tick. */
  childrenOf(
    spec: EntitySpec,
    relation: Name,
    fields: ReadonlySet<string>,
    order: Order | undefined,
  ): DataLoader<ParentKey, readonly Child[]> {
    const bound = this.#ground.bound(spec);
    const column = bound.column(relation);
    const sorted = order ?? bound.defaultOrder;
    const loaders = keptIn(this.#children, spec);
    const key = `${column}|${orderText(sorted)}|${keyOf(bound, fields)}`;
    const known = loaders.get(key);
    if (known !== undefined) return known;
    const loader = new DataLoader(async (parents: readonly ParentKey[]) => {
      const plan = planColumns(bound, fields, [column, sorted.column]);
      const rows = await this.search(bound, [[column, 'in', parents]], {
        ...plan,
        order: orderText(sorted),
        limit: MAX_NESTED_ROWS + 1,
      });
      if (rows.length > MAX_NESTED_ROWS) throw fail('RESULT_TOO_LARGE');
      const byParent = new Map<ParentKey, Child[]>(parents.map((parent) => [parent, []]));
      for (const row of rows) {
        byParent
          .get(parentIn(row[column]))
          ?.push({ cursor: cursorOf(sorted, row), record: this.toRecord(bound, row, fields) });
      }
      return parents.map((parent) => byParent.get(parent) ?? []);
    });
    loaders.set(key, loader);
    return loader;
  }

  toRecord(bound: BoundEntity, row: OdooRow, fields: ReadonlySet<string>, facility?: Facility): CanonicalRecord {
    const { type, visibility } = bound.spec;
    const env = this.environment(facility);
    const local = visibility === 'per-facility' ? `${String(row['id'])}.${facility?.company}` : String(row['id']);
    // Filled in place: a copy of it, with these two put over, took longer than reading the fields.
    const record: Record<string, unknown> = { __typename: type, id: '' };
    for (const name of fields) {
      const field = bound.fields.get(name);
      if (field === undefined) continue;
      const value = field.read(row, env);
      if (value === UNMAPPED) this.#ground.recordFinding({ source: 'odoo', type, field: name, code: 'UNMAPPED' });
      record[name] = value;
    }
    record['id'] = encodeId(type, local);
    return record as CanonicalRecord;
  }

  environment(facility?: Facility): Environment {
    return facility === undefined
      ? { directory: this.#ground.directory }
      : { directory: this.#ground.directory, facility };
  }

  #companies(facility: Facility | undefined): readonly number[] {
    return facility === undefined ? this.#facilities.map(({ company }) => company) : [facility.company];
  }

  #context(facility: Facility | undefined): CallContext {
    return { ...this.#spending, companies: this.#companies(facility) };
  }
}

interface RecordKey {
  readonly id: number;
  readonly fields: ReadonlySet<string>;
}

/** What a record names its parent by: a local id, or a text that the owner keeps. */
export type ParentKey = number | string;

const parentIn = (value: unknown): ParentKey => (typeof value === 'string' ? value : (value as Many2one).id);

/** A record among its siblings. */
export interface Child {
  readonly cursor: Cursor;
  readonly record: CanonicalRecord;
}

/** The fields that are columns of ours; the rest of a selection is for others to resolve. */
export const keyOf = (bound: BoundEntity, fields: ReadonlySet<string>): string =>
  [...fields]
    .filter((name) => bound.fields.has(name))
    .toSorted()
    .join();

/** The loaders of an entity. */
export const keptIn = <L>(all: Map<EntitySpec, Map<string, L>>, spec: EntitySpec): Map<string, L> => {
  const known = all.get(spec) ?? new Map<string, L>();
  all.set(spec, known);
  return known;
};
