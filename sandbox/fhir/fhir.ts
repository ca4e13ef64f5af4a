import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Journal, openJournal } from '../journal.ts';
import { readDefinitions } from './definitions/definitions.ts';
import type { FhirDomain } from './domains.ts';
import { DOMAINS } from './domains.ts';
import type { Version } from './resource.ts';
import type { Fhir } from './rest/message.ts';
import { createValidator, requiredElements } from './rest/validate.ts';
import { createColumns } from './search/columns.ts';
import { compileParameters } from './search/parameters.ts';
import type { FhirSeed } from './seed.ts';
import { createStore } from './store/store.ts';

export interface FhirOptions {
  readonly domain: FhirDomain;
  readonly seed: FhirSeed;
  /** Where the journal is kept; left out, everything is forgotten at the end. */
  readonly dataDir?: string;
  /** Also survive a power cut. */
  readonly fsync?: boolean;
  readonly clock?: () => number;
}

/** A FHIR server without its HTTP, with what its journal holds. `at` is asked for its address once that is known. */
export const openFhir = (options: FhirOptions, at: () => string): Fhir & { readonly close: () => void } => {
  const { domain, seed, clock = Date.now } = options;
  const types = DOMAINS[domain];
  let journal: Journal<Version> | null = null;
  const store = createStore({ types, clock, commit: (versions) => journal?.append(versions) });
  for (const resource of seed.resources) store.restore(resource);
  journal = journalOf(options, (version) => store.restore(version));
  const definitions = readDefinitions();
  const required = requiredElements(definitions);
  return {
    store,
    columns: createColumns(store),
    parameters: compileParameters(definitions.parameters, types),
    get base() {
      return at();
    },
    clock,
    newId: randomUUID,
    validate: createValidator(types),
    required: (type) => required.get(type) ?? [],
    unchecked: [],
    close: () => journal?.close(),
  };
};

const journalOf = (
  { domain, seed, dataDir, fsync = false }: FhirOptions,
  replay: (version: Version) => void,
): Journal<Version> | null =>
  dataDir === undefined
    ? null
    : openJournal({ path: join(dataDir, `${domain}-journal.jsonl`), fingerprint: seed.fingerprint, fsync }, replay);
