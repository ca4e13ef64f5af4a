/** A JSON object, as it travels. */
export interface Fields {
  readonly [name: string]: unknown;
}

export interface Meta extends Fields {
  readonly versionId: string;
  /** An instant with milliseconds. */
  readonly lastUpdated: string;
}

/** A resource that nobody has stored yet. */
export interface Draft extends Fields {
  readonly resourceType: string;
  readonly id?: string;
}

/** A stored version of a resource. */
export interface Resource extends Draft {
  readonly id: string;
  readonly meta: Meta;
}

/** What is left of a deleted resource. */
export interface Tombstone {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: Meta;
  readonly deleted: true;
}

export type Version = Resource | Tombstone;

export const isTombstone = (version: Version): version is Tombstone => version['deleted'] === true;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A list as it is, one value as a list of it, nothing as an empty list. */
export const listOf = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
