import type { ColumnType, Generated } from 'kysely';
import type { Revocation } from '../access/feed.ts';
import type { Reason } from './find-duplicates.ts';

/** An instant: read as a Date, written as a Date or in ISO 8601. */
type Instant = ColumnType<Date, Date | string, Date | string>;
/** A day in ISO 8601, never a Date: a day has no zone. */
type Day = string;
/** Written as JSON text, read as what it says. */
type Json<T> = ColumnType<T, string, string>;

/** What one system calls a thing of the graph, and from when to when. */
export interface CrossReferenceTable {
  readonly id: Generated<number>;
  /** Canonical type, `Facility`. */
  readonly entity_type: string;
  readonly entity_id: string;
  /** The owner whose word it is, by the name it has in the configuration. */
  readonly system: string;
  /** What the local id is of, in that system: `company`, `organization`. */
  readonly kind: string;
  readonly local_id: string;
  /** Whose callers may see it; null: those of any facility. */
  readonly facility: string | null;
  readonly valid_from: Day | null;
  /** Exclusive. */
  readonly valid_to: Day | null;
  /** Who says so: `configuration`, `directory`, a steward. */
  readonly source: string;
  readonly created_at: Generated<Date>;
}

/** Reference data of the group's sites. */
export interface FacilityTable {
  readonly code: string;
  readonly name: string;
  readonly updated_at: Instant;
}

/** Two records that may be one thing. */
export interface DuplicateCandidateTable {
  readonly id: Generated<number>;
  readonly entity_type: string;
  /** The smaller of the two ids, so that a pair is there once. */
  readonly left_id: string;
  readonly right_id: string;
  /** Null where the record is of no facility. Who may see a pair must be allowed both. */
  readonly left_facility: string | null;
  readonly right_facility: string | null;
  /** 0 to 100. */
  readonly score: number;
  /** Names of what agrees; never the values. */
  readonly reasons: Json<readonly Reason[]>;
  readonly found_at: Instant;
}

/** How often a source was found to have something wrong at a field. Never what it was. */
export interface FindingTable {
  readonly id: Generated<number>;
  readonly source: string;
  readonly entity_type: string;
  readonly field: string;
  readonly code: string;
  readonly count: number;
  readonly first_seen_at: Instant;
  readonly last_seen_at: Instant;
  /** So many records are so as of the last look at all of them; else it was met so often while reading. */
  readonly standing: ColumnType<boolean, boolean | undefined, boolean>;
}

/** What an owner has of a type, by number: what is compared to find out what systems call one thing. No other values. */
export interface OwnerRecordTable {
  readonly entity_type: string;
  readonly system: string;
  readonly kind: string;
  readonly local_id: string;
  /** Null where the ids of the type are another owner's. */
  readonly entity_id: string | null;
  /** Its own number. */
  readonly number: string | null;
  /** The number by which other systems' records of the same thing are found. */
  readonly link: string | null;
  /** The number that this owner says the thing has with the owner of the type's ids. */
  readonly peer: string | null;
  readonly facility: string | null;
  /** Beginning of the run that has last read it. */
  readonly seen_at: Instant;
}

/** How far an owner's records of a type have been read. */
export interface OwnerSourceTable {
  readonly entity_type: string;
  readonly system: string;
  readonly kind: string;
  /** Beginning of the last run that has read all that had changed. */
  readonly checked_at: Instant;
  /** Beginning of the last one that has read everything. */
  readonly whole_at: Instant;
  /** Beginning of the last one that has compared all of them with each other; null where that is not done. */
  readonly compared_at: ColumnType<Date | null, Date | null, Date | null>;
}

/** The last run of each job, of whichever process. */
export interface JobRunTable {
  readonly name: string;
  readonly started_at: Instant;
  /** Null while it runs, and when it was broken off. */
  readonly finished_at: ColumnType<Date | null, Date | null, Date | null>;
  /** Of the error table, when something was left undone. */
  readonly code: string | null;
}

/** Tokens that are refused although they are valid. Rows are added, and never changed. */
export interface RevocationTable {
  readonly id: Generated<number>;
  readonly what: Revocation['what'];
  readonly issuer: string;
  readonly value: string;
  readonly reason: string;
  /** Null for a single token. */
  readonly issued_before: ColumnType<Date | null, Date | null, never>;
  readonly until: Instant;
  readonly revoked_at: Instant;
  /** Subject and client of whoever did it. */
  readonly revoked_by: string;
  readonly revoked_through: string;
  readonly idempotency_key: string;
  /** Digest of what was asked for with the key. */
  readonly fingerprint: string;
}

/** One record of the audit trail, in its place. Rows are added, and never changed. */
export interface AuditRecordTable {
  /** In the order in which they have come. */
  readonly id: Generated<number>;
  readonly chain: string;
  readonly seq: number;
  readonly mac: string;
  /** The text that the MAC is over; what follows stands in it too. */
  readonly record: string;
  readonly at: Instant;
  readonly kind: string;
  readonly request_id: string | null;
  readonly subject: string | null;
  readonly client: string | null;
}

/** That a record is about a person, by their keyed hash. */
export interface AuditPersonTable {
  readonly person: string;
  readonly at: Instant;
  readonly chain: string;
  readonly seq: number;
}

/** Access beyond one's own, asked for in an emergency. */
export interface EmergencyGrantTable {
  readonly id: Generated<number>;
  readonly issuer: string;
  readonly subject: string;
  readonly client: string;
  readonly reason: string;
  readonly scopes: string[];
  readonly facilities: string[];
  readonly minutes: number;
  readonly requested_at: Instant;
  readonly idempotency_key: string;
  /** Null while nobody has decided. */
  readonly is_approved: ColumnType<boolean | null, never, boolean>;
  readonly decided_at: ColumnType<Date | null, never, Date>;
  readonly decided_by: ColumnType<string | null, never, string>;
  readonly until: ColumnType<Date | null, never, Date | null>;
  readonly ended_at: ColumnType<Date | null, never, Date>;
  readonly ended_by: ColumnType<string | null, never, string>;
  readonly review: ColumnType<string | null, never, string>;
  readonly reviewed_at: ColumnType<Date | null, never, Date>;
  readonly reviewed_by: ColumnType<string | null, never, string>;
}

/** The tables of the store, as the latest migration leaves them. */
export interface Tables {
  readonly cross_reference: CrossReferenceTable;
  readonly facility: FacilityTable;
  readonly duplicate_candidate: DuplicateCandidateTable;
  readonly finding: FindingTable;
  readonly owner_record: OwnerRecordTable;
  readonly owner_source: OwnerSourceTable;
  readonly job_run: JobRunTable;
  readonly revocation: RevocationTable;
  readonly audit_record: AuditRecordTable;
  readonly audit_person: AuditPersonTable;
  readonly emergency_grant: EmergencyGrantTable;
}
