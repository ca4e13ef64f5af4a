import DataLoader from 'dataloader';
import { sql } from 'kysely';
import { MATCHED } from './match-records.ts';
import type { Store } from './owner.ts';

/** What one system calls one thing. */
export interface CrossReference {
  readonly entityType: string;
  readonly entityId: string;
  readonly system: string;
  /** What it is there: `company`, `organization`, `location`. */
  readonly kind: string;
  readonly localId: string;
  /** Days in ISO 8601; from is inclusive, to is exclusive, null is open. */
  readonly validFrom: string | null;
  readonly validTo: string | null;
  /** Who says so. */
  readonly source: string;
  /** When that was last compared, in ISO 8601; null for what is not kept by comparing. */
  readonly checkedAt: string | null;
}

export interface NewCrossReference extends Omit<CrossReference, 'validFrom' | 'validTo' | 'checkedAt'> {
  readonly validFrom?: string | null;
  readonly validTo?: string | null;
  /** Whose callers may see it; left out: those of any facility. */
  readonly facility?: string | null;
}

export interface EntityKey {
  readonly entityType: string;
  readonly entityId: string;
}

export interface LocalKey {
  readonly entityType: string;
  readonly system: string;
  readonly kind: string;
  readonly localId: string;
}

/** Look-ups of one request, both ways; each way is one query however many are asked for in the same tick. */
export interface CrossReferences {
  /** What every system calls a thing, or called it. */
  ofEntity(key: EntityKey): Promise<readonly CrossReference[]>;
  /** What a system means by an id of its own, or meant by it. */
  ofLocalId(key: LocalKey): Promise<readonly CrossReference[]>;
}

/** Only what callers of these facilities may see. */
export const crossReferencesFor = (store: Store, facilities: readonly string[]): CrossReferences => {
  const byEntity = new DataLoader(
    (keys: readonly EntityKey[]) =>
      load(
        keys,
        ({ entityType, entityId }) => [entityType, entityId],
        (pairs) => sql<boolean>`(entity_type, entity_id) in (${pairs})`,
      ),
    { cacheKeyFn: ({ entityType, entityId }) => JSON.stringify([entityType, entityId]) as never },
  );
  const byLocalId = new DataLoader(
    (keys: readonly LocalKey[]) =>
      load(
        keys,
        ({ entityType, system, kind, localId }) => [entityType, system, kind, localId],
        (keysOf) => sql<boolean>`(entity_type, system, kind, local_id) in (${keysOf})`,
      ),
    { cacheKeyFn: (key) => JSON.stringify([key.entityType, key.system, key.kind, key.localId]) as never },
  );

  const load = async <Key>(
    keys: readonly Key[],
    partsOf: (key: Key | CrossReference) => readonly string[],
    among: (keys: ReturnType<typeof sql.join>) => ReturnType<typeof sql<boolean>>,
  ): Promise<readonly (readonly CrossReference[])[]> => {
    if (facilities.length === 0) return keys.map(() => []);
    const tuples = sql.join(keys.map((key) => sql`(${sql.join(partsOf(key).map((part) => sql`${part}::text`))})`));
    const rows = await store.ask((db) =>
      db
        .selectFrom('cross_reference')
        .selectAll()
        .select(checkedAt.as('checked_at'))
        .where(among(tuples))
        .where((where) => where.or([where('facility', 'is', null), where('facility', 'in', facilities)]))
        .orderBy('system')
        .orderBy('kind')
        .orderBy('valid_from')
        .orderBy('id')
        .execute(),
    );
    const found = new Map(keys.map((key): [string, CrossReference[]] => [JSON.stringify(partsOf(key)), []]));
    for (const row of rows.map(toCrossReference)) found.get(JSON.stringify(partsOf(row)))?.push(row);
    return keys.map((key) => found.get(JSON.stringify(partsOf(key))) ?? []);
  };

  return { ofEntity: (key) => byEntity.load(key), ofLocalId: (key) => byLocalId.load(key) };
};

/** Records what systems call things; what is there already is left as it is. */
export const addCrossReferences = async (store: Store, added: readonly NewCrossReference[]): Promise<void> => {
  if (added.length === 0) return;
  await store.ask((db) =>
    db
      .insertInto('cross_reference')
      .values(
        added.map((row) => ({
          entity_type: row.entityType,
          entity_id: row.entityId,
          system: row.system,
          kind: row.kind,
          local_id: row.localId,
          facility: row.facility ?? null,
          valid_from: row.validFrom ?? null,
          valid_to: row.validTo ?? null,
          source: row.source,
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
};

/** Whether it holds on a day, in ISO 8601. */
export const isValidOn = ({ validFrom, validTo }: CrossReference, day: string): boolean =>
  (validFrom === null || validFrom <= day) && (validTo === null || day < validTo);

interface Row {
  readonly entity_type: string;
  readonly entity_id: string;
  readonly system: string;
  readonly kind: string;
  readonly local_id: string;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly source: string;
  readonly checked_at: Date | null;
}

/** Both owners have been read as far by then. */
const checkedAt = sql<Date | null>`case when source = ${MATCHED} then (
  select min(checked_at) from owner_source
  where owner_source.entity_type = cross_reference.entity_type and owner_source.system = cross_reference.system
) end`;

const toCrossReference = (row: Row): CrossReference => ({
  entityType: row.entity_type,
  entityId: row.entity_id,
  system: row.system,
  kind: row.kind,
  localId: row.local_id,
  validFrom: row.valid_from,
  validTo: row.valid_to,
  source: row.source,
  checkedAt: row.checked_at?.toISOString() ?? null,
});
