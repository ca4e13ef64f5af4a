import type { ColumnType, Generated } from 'kysely';
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
}

/** The tables of the store, as the latest migration leaves them. */
export interface Tables {
  readonly cross_reference: CrossReferenceTable;
  readonly facility: FacilityTable;
  readonly duplicate_candidate: DuplicateCandidateTable;
  readonly finding: FindingTable;
}
