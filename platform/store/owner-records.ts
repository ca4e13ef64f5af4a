import { sql } from 'kysely';
import type { Store } from './owner.ts';

/** Where records of a type come from: an owner, and what it calls them. */
export interface RecordSource {
  /** Canonical type of the things. */
  readonly type: string;
  readonly system: string;
  /** What the local ids are of there: `patient`, `partner`. */
  readonly kind: string;
}

/** One record, by the numbers it goes by. */
export interface OwnerRecord {
  readonly localId: string;
  /** Canonical id; null where the ids of the type are another owner's. */
  readonly entityId: string | null;
  readonly number: string | null;
  /** By which the other systems' records of the same thing are found. */
  readonly link: string | null;
  /** The number that this owner says the thing has with the owner of the type's ids. */
  readonly peer: string | null;
  /** Code of its facility; null where it is of none. */
  readonly facility: string | null;
}

/** How far a source has been read. */
export interface Progress {
  /** Beginning of the last run that has read all that had changed by then. */
  readonly checkedAt: Date;
  /** Beginning of the last one that has read everything. */
  readonly wholeAt: Date;
  /** Beginning of the last one that has compared all of them with each other; null where that is not done. */
  readonly comparedAt: Date | null;
}

/** Puts down what a run has read; `seenAt` is when the run began. */
export const saveOwnerRecords = async (
  store: Store,
  { type, system, kind }: RecordSource,
  records: readonly OwnerRecord[],
  seenAt: Date,
): Promise<void> => {
  // A statement may not write one row twice.
  const rows = [...new Map(records.map((record) => [record.localId, record])).values()];
  if (rows.length === 0) return;
  await store.ask((db) =>
    db
      .insertInto('owner_record')
      .values(
        rows.map(({ localId, entityId, number, link, peer, facility }) => ({
          entity_type: type,
          system,
          kind,
          local_id: localId,
          entity_id: entityId,
          number,
          link,
          peer,
          facility,
          seen_at: seenAt,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['entity_type', 'system', 'kind', 'local_id']).doUpdateSet({
          entity_id: sql`excluded.entity_id`,
          number: sql`excluded.number`,
          link: sql`excluded.link`,
          peer: sql`excluded.peer`,
          facility: sql`excluded.facility`,
          seen_at: sql`excluded.seen_at`,
        }),
      )
      .execute(),
  );
};

/** Some of the records that no run since `since` has read, in the order of their local ids. */
export const unseenRecords = (
  store: Store,
  { type, system, kind }: RecordSource,
  since: Date,
  after: string,
  size: number,
): Promise<readonly { readonly localId: string; readonly entityId: string | null }[]> =>
  store.ask((db) =>
    db
      .selectFrom('owner_record')
      .select(['local_id as localId', 'entity_id as entityId'])
      .where('entity_type', '=', type)
      .where('system', '=', system)
      .where('kind', '=', kind)
      .where('seen_at', '<', since)
      .where('local_id', '>', after)
      .orderBy('local_id')
      .limit(size)
      .execute(),
  );

export const forgetRecords = async (
  store: Store,
  { type, system, kind }: RecordSource,
  localIds: readonly string[],
): Promise<void> => {
  if (localIds.length === 0) return;
  await store.ask((db) =>
    db
      .deleteFrom('owner_record')
      .where('entity_type', '=', type)
      .where('system', '=', system)
      .where('kind', '=', kind)
      .where('local_id', 'in', localIds)
      .execute(),
  );
};

/** How far a source has been read; null where it never has been to its end. */
export const progressOf = async (store: Store, { type, system, kind }: RecordSource): Promise<Progress | null> => {
  const row = await store.ask((db) =>
    db
      .selectFrom('owner_source')
      .select(['checked_at', 'whole_at', 'compared_at'])
      .where('entity_type', '=', type)
      .where('system', '=', system)
      .where('kind', '=', kind)
      .executeTakeFirst(),
  );
  return row === undefined ? null : { checkedAt: row.checked_at, wholeAt: row.whole_at, comparedAt: row.compared_at };
};

export const saveProgress = async (
  store: Store,
  { type, system, kind }: RecordSource,
  { checkedAt, wholeAt, comparedAt }: Progress,
): Promise<void> => {
  const progress = { checked_at: checkedAt, whole_at: wholeAt, compared_at: comparedAt };
  await store.ask((db) =>
    db
      .insertInto('owner_source')
      .values({ entity_type: type, system, kind, ...progress })
      .onConflict((conflict) => conflict.columns(['entity_type', 'system', 'kind']).doUpdateSet(progress))
      .execute(),
  );
};

/** Lets the database look at what it holds before it compares: an embedded one never does by itself. */
export const refreshStatistics = async (store: Store): Promise<void> => {
  await store.ask(async (db) => {
    await sql`analyze owner_record`.execute(db);
    await sql`analyze cross_reference`.execute(db);
  });
};
