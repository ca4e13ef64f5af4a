import type { LaneName } from '../outbound/lane.ts';
import type { ErrorCode } from '../errors.ts';
import type { Filter } from './filter.ts';

/** A resource as it came, with the schemas and attributes that were asked for. */
export type ScimResource = Readonly<Record<string, unknown>>;

/** How to reach one server. The names are those of the `hr` group of the configuration. */
export interface ScimSettings {
  /** Base of the service, below which `/Users` is. Credentials in it are refused. */
  readonly url: string;
  readonly token: { reveal(): string };
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

export type Operation = 'discover' | 'get' | 'list' | 'create' | 'replace' | 'patch' | 'remove' | 'bulk';

/** What a call is about. All that a log learns of it. */
export interface CallName {
  /** `User`; for discovery, what is discovered. */
  readonly resource: string;
  readonly operation: Operation;
}

/** What one call may spend. */
export interface Spending {
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** One attempt, for metrics and for tests that count. `attempt` 0 was refused by our own queue. */
export interface CallEvent extends CallName {
  readonly lane: LaneName;
  readonly ms: number;
  readonly outcome: 'ok' | ErrorCode;
  readonly attempt: number;
}

/** A query of RFC 7644, section 3.4.2. */
export interface ScimQuery {
  readonly filter?: Filter;
  /** Paths, those of extensions with their schema in front. `id` is always answered. */
  readonly attributes?: readonly string[];
  readonly sortBy?: string;
  readonly descending?: boolean;
  /** From 1. */
  readonly startIndex?: number;
  /** Most resources to answer; 0 counts only. */
  readonly count?: number;
}

/** One page of a list. `total` counts what matches, on this page or not. */
export interface ScimPage {
  readonly total: number;
  readonly resources: readonly ScimResource[];
}

/** RFC 7644, section 3.5.2. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  readonly value?: unknown;
}

/** A write that holds only for the version it was made for. */
export interface Precondition {
  /** `meta.version` as it was read. Left out, whatever is there is changed. */
  readonly version?: string | undefined;
}

/** One of several writes in one request, in the words of RFC 7644, section 3.7. */
export type BulkOperation =
  | { readonly method: 'POST'; readonly resource: string; readonly bulkId: string; readonly data: ScimResource }
  | ({
      readonly method: 'PUT';
      readonly resource: string;
      readonly id: string;
      readonly data: ScimResource;
    } & Precondition)
  | ({
      readonly method: 'PATCH';
      readonly resource: string;
      readonly id: string;
      readonly operations: readonly PatchOperation[];
    } & Precondition)
  | ({ readonly method: 'DELETE'; readonly resource: string; readonly id: string } & Precondition);

/** What became of one of them. */
export interface BulkResult {
  readonly ok: boolean;
  readonly status: number;
  /** The id of what was made or changed, where the server says. */
  readonly id: string | null;
  /** Of the error table, when not ok. */
  readonly code: ErrorCode | null;
}

/** What became of a write: the resource where the server answers it, and its version. */
export interface Written {
  readonly resource: ScimResource | null;
  readonly version: string | null;
}

/**
 * The only door to one SCIM server. Every method rejects with an error of our table (faults.ts) and nothing of what the
 * server said.
 */
export interface ScimClient {
  /** Null when it still has the version that is given. @throws NOT_FOUND */
  get(
    resource: string,
    id: string,
    attributes: readonly string[],
    spending: Spending,
    known?: Precondition,
  ): Promise<ScimResource | null>;
  list(resource: string, query: ScimQuery, spending: Spending): Promise<ScimPage>;
  create(resource: string, values: ScimResource, spending: Spending): Promise<Written>;
  /** @throws CONFLICT when the version is not that of the server any more */
  replace(
    resource: string,
    id: string,
    values: ScimResource,
    condition: Precondition,
    spending: Spending,
  ): Promise<Written>;
  /** @throws CONFLICT when the version is not that of the server any more */
  patch(
    resource: string,
    id: string,
    operations: readonly PatchOperation[],
    condition: Precondition,
    spending: Spending,
  ): Promise<Written>;
  remove(resource: string, id: string, condition: Precondition, spending: Spending): Promise<void>;
  /** In the order of the operations; stops at the first failure. @throws SOR_CONTRACT_BROKEN where bulk is not supported */
  bulk(operations: readonly BulkOperation[], spending: Spending): Promise<readonly BulkResult[]>;
}
