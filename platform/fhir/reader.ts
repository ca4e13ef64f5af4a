import DataLoader from 'dataloader';
import { fail } from '../errors.ts';
import type { Party, RowsOf } from '../identity.ts';
import { encodeId } from '../ids.ts';
import type { CanonicalRecord } from '../record.ts';
import type { FhirDirectory, FhirFacility } from './directory.ts';
import type { FhirEntitySpec, FhirEnvironment } from './entity.ts';
import type { OnFinding } from './findings.ts';
import { allRows, type Pages, pagesOf } from './paging.ts';
import { bothOf, type Criteria, isNothing, token, where } from './query.ts';
import { identifiersIn } from './references.ts';
import { type Within, withinBoth, withinFacilities, withinParty } from './scope.ts';
import type { FhirClient, FhirSpending, SearchPage, SearchRequest, Stored } from './types.ts';
import { within } from './within.ts';

/** What a session stands on: one connected server and what is known of it. */
export interface FhirGround {
  readonly client: FhirClient;
  readonly directory: FhirDirectory;
  /** The server's address without a slash at its end. */
  readonly address: string;
  /** 32 bytes by which cursors that hold the owner's addresses are sealed. */
  readonly cursorKey: Buffer;
  readonly onFinding: OnFinding;
  /** @throws SOR_CONTRACT_BROKEN when the server cannot do what the entity needs */
  assertHas(spec: FhirEntitySpec): void;
}

/** Most rows one nested list may fetch for all its parents together. */
export const MAX_NESTED_ROWS = 10_000;
/** Searches in one batch. */
export const MAX_BATCH = 200;
/** Ids in one search. */
const CHUNK = 1000;

/** A record that is asked for by its id, or by an identifier. */
interface Key {
  readonly value: string;
  readonly fields: ReadonlySet<string>;
}

type Loader = DataLoader<Key, CanonicalRecord | null, string>;

/**
 * Calls of one request to a FHIR server, batched and bounded. Nothing is asked of the server before the first of them,
 * and there is no way to read without the caller's facilities, nor without the party that the caller stands for.
 */
export class FhirReader {
  readonly #open: () => Promise<FhirGround>;
  readonly #codes: readonly string[];
  readonly #party: Party | undefined;
  readonly #spending: FhirSpending;
  readonly #loaders = new Map<FhirEntitySpec, Map<string, Loader>>();
  readonly #scopes = new Map<string, Promise<Within>>();
  readonly #memberships = new Map<string, DataLoader<string, boolean>>();
  #ground: Promise<FhirGround> | undefined;

  constructor(open: () => Promise<FhirGround>, { facilities, party }: RowsOf, spending: FhirSpending) {
    this.#open = open;
    this.#codes = facilities;
    this.#party = party;
    this.#spending = spending;
  }

  /** @throws SOR_UNAVAILABLE, SOR_TIMEOUT, SOR_ACCESS while the server is away */
  ground(): Promise<FhirGround> {
    this.#ground ??= within(this.#open(), this.#spending, () => fail('SOR_TIMEOUT'));
    return this.#ground;
  }

  /** @throws like `ground`; SOR_CONTRACT_BROKEN when the server cannot do what the entity needs */
  async groundFor(spec: FhirEntitySpec): Promise<FhirGround> {
    const ground = await this.ground();
    ground.assertHas(spec);
    return ground;
  }

  /** The caller's facilities that this server knows. */
  facilities({ directory }: FhirGround): readonly FhirFacility[] {
    return this.#codes.flatMap((code) => directory.byCode(code) ?? []);
  }

  pages({ client }: FhirGround): Pages {
    return pagesOf(client, this.#spending);
  }

  /** Pages whose first searches go together in one batch. */
  batchedPages({ client }: FhirGround): Pages {
    const loader = new DataLoader<SearchRequest, SearchPage>((requests) => client.searchAll(requests, this.#spending), {
      cache: false,
      maxBatchSize: MAX_BATCH,
    });
    return {
      search: (request) => loader.load(request),
      follow: (type, next) => client.follow(type, next, this.#spending),
    };
  }

  /** What the caller may see of an entity, or of that at one facility, as a part of a query. */
  async scope(ground: FhirGround, spec: FhirEntitySpec, facility?: FhirFacility): Promise<Within> {
    const own = withinParty(spec, this.#party, this.environment(ground));
    // Where there is nothing to be seen, there is no need to know the facilities' other records.
    return isNothing(own.criteria) ? own : withinBoth(own, await this.#facilityScope(ground, spec, facility));
  }

  /** The caller's facilities, or one of them, as a part of a query; kept, since it may take a search to know it. */
  #facilityScope(ground: FhirGround, spec: FhirEntitySpec, facility?: FhirFacility): Promise<Within> {
    const key = `${spec.type}|${facility?.code ?? ''}`;
    const known = this.#scopes.get(key);
    if (known !== undefined) return known;
    const facilities = facility === undefined ? this.facilities(ground) : [facility];
    const made = withinFacilities(spec, facilities, this.environment(ground), {
      all: (of) => this.#idsWithin(ground, of, facility),
      among: async (of, ids) => {
        const found = await this.#membership(ground, of, facility).loadMany(ids);
        const failed = found.find((each) => each instanceof Error);
        if (failed !== undefined) throw failed;
        return new Set(ids.filter((_, index) => found[index] === true));
      },
    });
    this.#scopes.set(key, made);
    return made;
  }

  /** Ids of records inside the facilities: all of them, or those of some. */
  async #idsWithin(
    ground: FhirGround,
    spec: FhirEntitySpec,
    facility?: FhirFacility,
    some?: readonly string[],
  ): Promise<readonly string[]> {
    const scope = await this.#facilityScope(ground, spec, facility);
    const criteria = bothOf(scope.criteria, some === undefined ? [] : where('_id', some));
    const rows = await allRows(this.pages(ground), { type: spec.resource, criteria, elements: scope.elements });
    await scope.assertHold(rows);
    return rows.map(({ id }) => id);
  }

  /** Whether ids are records inside the facilities: one search for all that is asked in a tick. */
  #membership(ground: FhirGround, spec: FhirEntitySpec, facility?: FhirFacility): DataLoader<string, boolean> {
    const key = `${spec.type}|${facility?.code ?? ''}`;
    const known = this.#memberships.get(key);
    if (known !== undefined) return known;
    const ask = async (ids: readonly string[]) => {
      const found = new Set(await this.#idsWithin(ground, spec, facility, ids));
      return ids.map((id) => found.has(id));
    };
    const made = new DataLoader<string, boolean>(ask, { maxBatchSize: CHUNK });
    this.#memberships.set(key, made);
    return made;
  }

  /** A record by its id, or by the identifier behind a field, in one search with all that are asked for in a tick. */
  load(spec: FhirEntitySpec, by: string, value: string, fields: ReadonlySet<string>): Promise<CanonicalRecord | null> {
    const loaders = keptIn(this.#loaders, spec);
    const loader = loaders.get(by) ?? this.#loader(spec, by);
    loaders.set(by, loader);
    return loader.load({ value, fields });
  }

  #loader(spec: FhirEntitySpec, by: string): Loader {
    const system = spec.keys?.[by];
    if (by !== '_id' && system === undefined) throw new Error(`${spec.type} has no key ${by}`);
    return new DataLoader(async (keys) => this.#loadAll(await this.groundFor(spec), spec, by, keys), {
      cacheKeyFn: ({ value, fields }) => `${value}|${keyOf(spec, fields)}`,
    });
  }

  async #loadAll(ground: FhirGround, spec: FhirEntitySpec, by: string, keys: readonly Key[]) {
    const system = spec.keys?.[by];
    const values = [...new Set(keys.map(({ value }) => value))];
    if (values.length > MAX_NESTED_ROWS) throw fail('RESULT_TOO_LARGE');
    const scope = await this.scope(ground, spec);
    const wanted = new Set(keys.flatMap(({ fields }) => [...fields]));
    const elements = elementsOf(spec, wanted, [...scope.elements, ...(system === undefined ? [] : ['identifier'])]);
    const found = await Promise.all(
      chunked(values).map((some) => {
        const criteria = bothOf(scope.criteria, valuesAmong(system, some));
        return allRows(this.pages(ground), { type: spec.resource, criteria, elements });
      }),
    );
    await scope.assertHold(found.flat());
    const byValue = new Map<string, Set<Stored>>();
    for (const row of found.flat()) {
      for (const value of system === undefined ? [row.id] : identifiersIn(row, system))
        byValue.set(value, (byValue.get(value) ?? new Set()).add(row));
    }
    return keys.map(({ value, fields }) => {
      const [row, ...others] = byValue.get(value) ?? [];
      // A number that two records have is nobody's: either of them could be the wrong one.
      if (others.length > 0) ground.onFinding({ kind: 'ambiguous', type: spec.type, field: by });
      return row === undefined || others.length > 0 ? null : this.toRecord(ground, spec, row, fields);
    });
  }

  toRecord(ground: FhirGround, spec: FhirEntitySpec, row: Stored, fields: ReadonlySet<string>): CanonicalRecord {
    const env = this.environment(ground);
    const record: Record<string, unknown> = {};
    for (const name of fields) {
      const field = spec.fields[name];
      if (field !== undefined) record[name] = field.read(row, env);
    }
    return { ...record, __typename: spec.type, id: encodeId(spec.type, row.id) };
  }

  environment({ directory, address, onFinding }: FhirGround): FhirEnvironment {
    return { directory, address, found: onFinding };
  }
}

/** The elements behind the fields, and what reading itself needs. */
export const elementsOf = (
  spec: FhirEntitySpec,
  fields: ReadonlySet<string>,
  own: readonly string[],
): readonly string[] => {
  const wanted = [...fields].flatMap((name) => spec.fields[name]?.elements ?? []);
  return [...new Set(['id', ...wanted, ...own])];
};

/** The fields that are elements of ours; the rest of a selection is for others to resolve. */
export const keyOf = (spec: FhirEntitySpec, fields: ReadonlySet<string>): string =>
  [...fields]
    .filter((name) => Object.hasOwn(spec.fields, name))
    .toSorted()
    .join();

/** The loaders of an entity. */
export const keptIn = <L>(all: Map<FhirEntitySpec, Map<string, L>>, spec: FhirEntitySpec): Map<string, L> => {
  const known = all.get(spec) ?? new Map<string, L>();
  all.set(spec, known);
  return known;
};

const valuesAmong = (system: string | undefined, values: readonly string[]): Criteria =>
  system === undefined
    ? where('_id', values)
    : where(
        'identifier',
        values.map((value) => token(system, value)),
      );

const chunked = (values: readonly string[]): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(values.length / CHUNK) }, (_, index) =>
    values.slice(index * CHUNK, (index + 1) * CHUNK),
  );
