/** A record of the canonical graph: the fields that were asked for, under their canonical names. */
export interface CanonicalRecord {
  readonly __typename: string;
  readonly id: string;
  readonly [field: string]: unknown;
}

/** A canonical reference: the id of another record, and perhaps fields that the owner gives along with it. */
export interface Reference {
  readonly __typename: string;
  readonly id: string;
  readonly [label: string]: unknown;
}
