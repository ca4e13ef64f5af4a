import type { LaneName } from '../outbound/lane.ts';
import type { ErrorCode } from '../errors.ts';
import type { Deadline } from '../time.ts';

/** What may be sent to Odoo: JSON. `null` is written as `false` where Odoo wants that (values.ts). */
export type OdooValue = string | number | boolean | null | readonly OdooValue[] | { readonly [key: string]: OdooValue };

/**
 * One record as Odoo answered it, normalised by the field types of its model (values.ts): nothing is `false` except a
 * boolean, a many2one is `Many2one | null`, x2many are lists of ids, a datetime is an ISO instant with `Z`, floats are
 * numbers that still carry binary noise (`decimal()` makes them exact). `id` is always there.
 */
export type OdooRow = Readonly<Record<string, unknown>>;

/** A many2one that was read; `name` is null when names were not asked for. */
export interface Many2one {
  readonly id: number;
  readonly name: string | null;
}

export type DomainOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | 'like'
  | 'not like'
  | 'ilike'
  | 'not ilike'
  | '=like'
  | '=ilike'
  | 'child_of'
  | 'parent_of';

export type DomainTerm = readonly [field: string, operator: DomainOperator, value: OdooValue];

/** An Odoo search domain in prefix notation. `[]` matches every record; build with domain.ts, never by hand. */
export type Domain = readonly (DomainTerm | '&' | '|' | '!')[];

/** What every call carries. */
export interface CallContext {
  /**
   * `allowed_company_ids`: the first is the current company, all of them bound what is seen. Never empty: without it
   * Odoo would read across every company of the service user, so an empty list is refused before anything is sent.
   */
  readonly companies: readonly number[];
  /** Epoch milliseconds. Waiting, sending, retrying and receiving all spend from it. */
  readonly deadline: Deadline;
  readonly signal?: AbortSignal;
  /** An installed Odoo language code such as `fr_FR`. */
  readonly lang?: string;
}

export type Protocol = 'json-2' | 'json-rpc';

export interface OdooServerInfo {
  /** `major.minor`, for example `19.0`. */
  readonly version: string;
  readonly major: number;
  readonly protocol: Protocol;
  /** The service user. */
  readonly uid: number;
}

export interface SearchOptions {
  readonly domain: Domain;
  /** Never left out: Odoo would compute every field. `id` comes with it. */
  readonly fields: readonly string[];
  /** For example `write_date desc, id`. Always given: the model's own order is often not stable. */
  readonly order: string;
  /** A positive number, or `'all'` said out loud: Odoo has no default limit. */
  readonly limit: number | 'all';
  readonly offset?: number;
  /** `false` includes archived records. Default true. */
  readonly activeTest?: boolean;
  /** `false` leaves out the names of many2one fields and saves Odoo the look-ups. Default true. */
  readonly names?: boolean;
}

export interface ReadOptions {
  readonly names?: boolean;
}

export interface ReadGroupOptions {
  readonly domain: Domain;
  /** Field names, dates with a granularity: `partner_id`, `date_order:month`. */
  readonly groupBy: readonly string[];
  /** `__count` and `field:function`: `amount_total:sum`. */
  readonly aggregates: readonly string[];
}

export interface ExecuteOptions {
  /** For record methods. When given: positive integers, at least one, because Odoo answers `true` to none. */
  readonly ids?: readonly number[];
  /** Named arguments. */
  readonly args?: Readonly<Record<string, OdooValue>>;
  /** Further context keys, such as `skip_backorder`. Companies and language cannot be replaced by it. */
  readonly context?: Readonly<Record<string, OdooValue>>;
}

/** Values for `create` and `write`, checked against the model before they are sent (values.ts). */
export type OdooValues = Readonly<Record<string, unknown>>;

export type FieldType =
  | 'boolean'
  | 'integer'
  | 'float'
  | 'monetary'
  | 'char'
  | 'text'
  | 'html'
  | 'selection'
  | 'date'
  | 'datetime'
  | 'many2one'
  | 'one2many'
  | 'many2many'
  | 'reference'
  | 'many2one_reference'
  | 'binary'
  | 'image'
  | 'json'
  | 'properties'
  | 'properties_definition'
  | 'serialized';

export interface FieldDescription {
  readonly type: FieldType;
  /** The other model of a many2one or x2many. */
  readonly relation: string | null;
  readonly store: boolean;
  /** May appear in `order`. Ordering by another field is an error in 19 and silently ignored in 14. */
  readonly sortable: boolean;
  readonly required: boolean;
  readonly readonly: boolean;
  /** Keys of a selection; null when Odoo does not tell. */
  readonly selection: readonly string[] | null;
  /** Decimals after the point of a float; null when unlimited or decided by a currency. */
  readonly digits: number | null;
  /** The field of the same record that holds a monetary field's currency. */
  readonly currencyField: string | null;
}

export type ModelDescription = ReadonlyMap<string, FieldDescription>;

/** By model. A model that the server does not have is absent. */
export type ModelDescriptions = ReadonlyMap<string, ModelDescription>;

export interface LoadResult {
  readonly ids: readonly number[];
}

/** One attempt on the wire, or one call refused before it got there (`attempt` 0). */
export interface CallEvent {
  readonly model: string;
  readonly method: string;
  readonly lane: LaneName;
  /** Time on the wire, waiting excluded. */
  readonly ms: number;
  readonly outcome: 'ok' | ErrorCode;
  /** 1 is the first. */
  readonly attempt: number;
}

/**
 * The only door to one Odoo server. Every method rejects with an error of our table (faults.ts) and nothing of what
 * Odoo said; every method that reads or writes records sends the companies of its context.
 */
export interface OdooClient {
  readonly server: OdooServerInfo;
  searchRead(model: string, options: SearchOptions, ctx: CallContext): Promise<OdooRow[]>;
  /** Rows in the order of `ids`; missing ids are absent from the answer. `[]` answers `[]` without a call. */
  read(
    model: string,
    ids: readonly number[],
    fields: readonly string[],
    ctx: CallContext,
    options?: ReadOptions,
  ): Promise<OdooRow[]>;
  searchCount(model: string, domain: Domain, ctx: CallContext): Promise<number>;
  /** One row per group, keyed exactly as asked: `{ partner_id: Many2one, 'amount_total:sum': 12.5, __count: 3 }`. */
  readGroup(model: string, options: ReadGroupOptions, ctx: CallContext): Promise<OdooRow[]>;
  /** Calls a method that changes nothing, in the read lane: it may be repeated. */
  query(model: string, method: string, options: ExecuteOptions, ctx: CallContext): Promise<unknown>;
  /** Calls a method that may change something, in the write lane: sent at most once unless Odoo rolled it back. */
  execute(model: string, method: string, options: ExecuteOptions, ctx: CallContext): Promise<unknown>;
  create(model: string, values: readonly OdooValues[], ctx: CallContext): Promise<number[]>;
  write(model: string, ids: readonly number[], values: OdooValues, ctx: CallContext): Promise<void>;
  /** Creates or updates by external id in one transaction. Values are import text (`partner_id/.id` → `"9"`). */
  load(
    model: string,
    fields: readonly string[],
    rows: readonly (readonly string[])[],
    ctx: CallContext,
  ): Promise<LoadResult>;
  /** The companies the service user may act in. The one read that names none, because it asks which there are. */
  companies(ctx: Pick<CallContext, 'deadline' | 'signal'>): Promise<readonly number[]>;
  /** Field descriptions as the service user sees them, asked once per model and kept. */
  describe(models: readonly string[], ctx?: Pick<CallContext, 'deadline' | 'signal'>): Promise<ModelDescriptions>;
  /** Hears of every attempt, for metrics and for tests that count calls. Returns the way to stop. */
  onCall(listener: (event: CallEvent) => void): () => void;
  /** Lets running calls end, then closes the connections. Later calls fail with SOR_UNAVAILABLE. */
  close(): Promise<void>;
}

/** How to reach one server. The names are those of the `odoo` group of the configuration. */
export interface OdooSettings {
  /** With or without a path before Odoo's own. Credentials in it are refused. */
  readonly url: string;
  readonly db: string;
  /** Needed for JSON-RPC only. */
  readonly login?: string | undefined;
  readonly apiKey: { reveal(): string };
  /** Default `auto`: JSON-2 from 19 on, JSON-RPC before. */
  readonly protocol?: Protocol | 'auto';
  /** Ceiling of concurrent reads; the adaptive limit moves below it. Default 8. */
  readonly reads?: number;
  /** Concurrent writes. Default 4. */
  readonly writes?: number;
  /** Calls waiting per lane before SOR_UNAVAILABLE. Default 256. */
  readonly queue?: number;
  /** Bytes of one answer. Default 10 MiB. */
  readonly responseLimit?: number;
  /** Milliseconds to open a connection. Default 3 s. */
  readonly connectTimeout?: number;
}
