import type { Resource } from './resource.ts';

/** The resources that a server begins with. */
export interface FhirSeed {
  /** The same text for the same resources: journals are written on a seed. */
  readonly fingerprint: string;
  readonly resources: Iterable<Resource>;
}
