import type { Fields } from '../resource.ts';
import type { Searched } from '../search/filters.ts';

/** A request, of its own or an entry of a bundle. */
export interface Asked {
  readonly method: string;
  /** Below the base: `Patient/pat-1`. */
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed, or undefined when there is none. */
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing is sent when left out. */
  readonly body?: Fields;
}

/** A FHIR server without its HTTP. */
export interface Fhir extends Searched {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly newId: () => string;
  /** Throws a FhirError when a resource is not what R4 says it is. */
  readonly validate: (resource: Fields) => void;
  /** Elements that a resource of a type must have. */
  readonly required: (type: string) => readonly string[];
  /** Checks of references that wait for the end of a transaction; empty outside of one. */
  readonly unchecked: (() => void)[][];
}

/** What a client prefers: `handling=strict`, `return=minimal` (R4 http, "Prefer"). */
export const prefers = ({ headers }: Asked, preference: string): boolean =>
  (headers['prefer'] ?? '').split(/[;,]\s*/).includes(preference);
