import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { besideSource } from '../../../platform/root.ts';
import type { Fields } from '../resource.ts';

export type ParameterType = 'token' | 'reference' | 'date' | 'string' | 'quantity' | 'number' | 'uri' | 'special';

/** A search parameter for one type of resource. */
export interface ParameterDefinition {
  /** The type of resource; `Resource` for all of them. */
  readonly base: string;
  readonly code: string;
  readonly type: ParameterType;
  /** The part of R4's FHIRPath expression that is about `base`. */
  readonly expression: string;
  /** Types that a reference may lead to, as far as the sandbox knows them. */
  readonly target: readonly string[];
}

/** What FHIR R4 says of the types the sandbox knows; `scripts/fhir-definitions.ts` cuts it out of the specification. */
export interface Definitions {
  readonly structures: readonly Fields[];
  readonly parameters: readonly ParameterDefinition[];
  /** Codes that an element may have, by value set. */
  readonly codes: Readonly<Record<string, readonly string[]>>;
}

/** Read anew with each call: who needs it keeps what is made of it. */
export const readDefinitions = (): Definitions =>
  JSON.parse(gunzipSync(readFileSync(besideSource(import.meta.dirname, 'r4.json.gz'))).toString('utf8')) as Definitions;
