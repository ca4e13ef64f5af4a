import type { OperationOutcomeIssue } from './outcome.ts';
import type { Criteria } from './query.ts';

/** Anything a FHIR server keeps, as parsed JSON: what stands in it is checked where it is read. */
export interface Resource {
  readonly resourceType: string;
  readonly id?: string;
  readonly meta?: { readonly versionId?: string; readonly lastUpdated?: string };
  readonly [element: string]: unknown;
}

/** A resource that a server has answered with, so that it has an id. */
export type Stored = Resource & { readonly id: string };

/** What a call may spend. */
export interface FhirSpending {
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal?: AbortSignal;
}

/** A search of one resource type. */
export interface SearchRequest {
  readonly type: string;
  readonly criteria: Criteria;
  /** Elements to answer with; left out, all of them. */
  readonly elements?: readonly string[];
  /** `Type:param` pairs, as in `Appointment:patient`. */
  readonly include?: readonly string[];
  /** A search parameter, with a minus before it for descending. */
  readonly sort?: string;
  /** Rows of one page. */
  readonly count?: number;
  /** Asks how many there are, and for no rows. */
  readonly counted?: true;
}

/** One page of a search. */
export interface SearchPage {
  /** What matched, in the server's order. */
  readonly rows: readonly Stored[];
  /** What `_include` added. */
  readonly included: readonly Stored[];
  /** Where the next page is, below the server's address; null on the last page. */
  readonly next: string | null;
  /** How many there are in all; null where the server does not say. */
  readonly total: number | null;
}

/** A resource with the version that `If-Match` takes; the version is null where the server keeps none. */
export interface Versioned {
  readonly resource: Stored;
  readonly version: string | null;
}

export interface Created extends Versioned {
  /** False when `If-None-Exist` found it there already. */
  readonly created: boolean;
}

/** One operation of JSON Patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove' | 'test' | 'move' | 'copy';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** One write of a batch or transaction. */
export interface BundleWrite {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** `Claim` or `Claim/7`. */
  readonly url: string;
  /** `urn:uuid:…`, by which other entries of a transaction refer to this one. */
  readonly fullUrl?: string;
  readonly resource?: Resource;
  readonly ifNoneExist?: Criteria;
  /** A version. */
  readonly ifMatch?: string;
}

export interface BundleResult {
  readonly status: number;
  readonly resource: Stored | null;
  readonly version: string | null;
  readonly issues: readonly OperationOutcomeIssue[];
}

export type Interaction = 'read' | 'search' | 'create' | 'update' | 'patch' | 'batch' | 'transaction';

/** One attempt at a call, for metrics and tests. Names nothing but types. */
export interface FhirCallEvent {
  /** `*` for bundles. */
  readonly type: string;
  readonly interaction: Interaction | 'capabilities';
  readonly lane: 'read' | 'write';
  readonly ms: number;
  /** `ok` or a code of the error table. */
  readonly outcome: string;
  readonly attempt: number;
}

/** What a server says of itself in `/metadata`. */
export interface Capabilities {
  /** `4.0.1` and the like. */
  readonly fhirVersion: string;
  has(type: string, interaction: 'read' | 'search-type' | 'create' | 'update' | 'patch'): boolean;
  searches(type: string, param: string): boolean;
  readonly batch: boolean;
  readonly transaction: boolean;
}

/**
 * The wire of one FHIR R4 server. Every method rejects with a code of the error table and spends no more than its
 * deadline; a write whose answer was lost is SOR_OUTCOME_UNKNOWN and is never sent again.
 */
export interface FhirClient {
  readonly capabilities: Capabilities;
  /** Null for what is absent or deleted. */
  read(type: string, id: string, spending: FhirSpending): Promise<Versioned | null>;
  /** The first page. By POST when the query is too long for an address. */
  search(request: SearchRequest, spending: FhirSpending): Promise<SearchPage>;
  /** A later page, by the `next` of an earlier one. */
  follow(type: string, next: string, spending: FhirSpending): Promise<SearchPage>;
  /** First pages of several searches by one batch. A search that fails is an error in its place. */
  searchAll(requests: readonly SearchRequest[], spending: FhirSpending): Promise<readonly (SearchPage | Error)[]>;
  count(request: Pick<SearchRequest, 'type' | 'criteria'>, spending: FhirSpending): Promise<number>;
  create(resource: Resource, options: { readonly ifNoneExist?: Criteria }, spending: FhirSpending): Promise<Created>;
  /** @throws CONFLICT when `ifMatch` is not the present version */
  update(resource: Stored, options: { readonly ifMatch?: string }, spending: FhirSpending): Promise<Versioned>;
  /** @throws SOR_CONTRACT_BROKEN where the server has no PATCH */
  patch(
    target: { readonly type: string; readonly id: string; readonly ifMatch?: string },
    operations: readonly PatchOperation[],
    spending: FhirSpending,
  ): Promise<Versioned>;
  /** Writes that succeed or fail one by one. */
  batch(writes: readonly BundleWrite[], spending: FhirSpending): Promise<readonly BundleResult[]>;
  /** Writes that happen together or not at all. */
  transaction(writes: readonly BundleWrite[], spending: FhirSpending): Promise<readonly BundleResult[]>;
  onCall(listener: (event: FhirCallEvent) => void): () => void;
  close(): Promise<void>;
}

/** Who we are to a server. */
export type FhirAuth =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: { reveal(): string } }
  | {
      readonly kind: 'smart';
      readonly clientId: string;
      /** A private JSON Web Key as JSON text, with `kid` and `alg`. */
      readonly key: { reveal(): string };
      readonly scope: string;
    };

/** How to reach one server. */
export interface FhirSettings {
  readonly url: string;
  readonly auth: FhirAuth;
  readonly reads: number;
  readonly writes: number;
  /** Bytes of one answer. */
  readonly responseLimit: number;
  /** Calls waiting per lane before SOR_UNAVAILABLE. Default 256. */
  readonly queue?: number;
  /** Milliseconds to open a connection. Default 3 s. */
  readonly connectTimeout?: number;
}
