/**
 * What the audit trail holds. Names of the graph, ids of callers, counts and keyed hashes: never a value of the graph, and
 * no text that a client has chosen, such as the name of its operation or an alias.
 */
export type AuditRecord = RequestRecord | AccessRecord | EmergencyRecord | Opened | Anchor;

/** Who asked, and for what. */
export interface Asker {
  readonly requestId: string;
  readonly subject: string;
  readonly client: string;
  readonly audience: string;
  readonly purpose: string;
  readonly facilities: readonly string[];
  /** By which the glass was broken. */
  readonly grant?: string;
}

/** A request that read something of a class whose readers are written down, that wrote, or that was refused. */
export interface RequestRecord extends Asker {
  readonly kind: 'request';
  readonly operation: 'query' | 'mutation' | null;
  /** SHA-256 of the document, in hex. */
  readonly document: string | null;
  /** Root fields, as the schema calls them. */
  readonly fields: readonly string[];
  /** Classes of what was selected and allowed. */
  readonly classes: readonly string[];
  /** Those of them that the caller did not see in clear. */
  readonly masked: readonly string[];
  /** How many selections were denied, and the decisions by which. */
  readonly denied: number;
  readonly decisions: readonly string[];
  /** Codes of the errors that were told. */
  readonly codes: readonly string[];
  /** HTTP. Null in the record of a write that is about to begin; how it ended is in another one with the same request id. */
  readonly status: number | null;
}

/** What a subgraph handed out in one request of the gateway. */
export interface AccessRecord extends Asker {
  readonly kind: 'access';
  readonly subgraph: string;
  /** Objects about people, by type. */
  readonly objects: Readonly<Record<string, number>>;
  /** Keyed hashes of the people they are about (people.ts). */
  readonly people: readonly string[];
  /** People beyond the most that one record names. */
  readonly others: number;
}

/** A step in the life of an emergency grant. Its reason stays in the table of grants. */
export interface EmergencyRecord {
  readonly kind: 'emergency';
  readonly step: 'requested' | 'approved' | 'refused' | 'ended' | 'reviewed';
  readonly grant: string;
  /** Who took it. */
  readonly subject: string;
  readonly client: string;
  /** Whom the grant is for. */
  readonly holder: string;
  readonly scopes: readonly string[];
  readonly facilities: readonly string[];
  readonly minutes: number;
}

/** The first record of a chain: where the chains stand that were found beside it. */
export interface Opened {
  readonly kind: 'opened';
  readonly heads: readonly Head[];
}

/** Where the chains in the store stand. */
export interface Anchor {
  readonly kind: 'anchor';
  readonly heads: readonly Head[];
}

/** The last record of a chain at some moment. */
export interface Head {
  readonly chain: string;
  readonly seq: number;
  readonly mac: string;
}

/** A record in its place. */
export interface Entry extends Head {
  /** JSON of the record, in ASCII, with its version and moment: exactly what the MAC is over. */
  readonly text: string;
}
