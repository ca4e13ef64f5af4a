import type { Transaction } from 'kysely';
import type { NewCrossReference } from './cross-references.ts';
import type { Store } from './owner.ts';
import type { Tables } from './tables.ts';

/** What a source says of one thing in one system, now. */
export interface Statement extends Pick<NewCrossReference, 'entityType' | 'entityId' | 'system' | 'kind' | 'source'> {
  readonly facility: string | null;
  /** Every local id there is; one that was known and is not here has ended. */
  readonly localIds: readonly string[];
}

/**
 * Brings what is known of a source to what it says now: ids that are new begin today, ids that are gone end today, and
 * what was there stays readable. The first ones ever have always been.
 *
 * @param today day in ISO 8601
 */
export const syncCrossReferences = (store: Store, statements: readonly Statement[], today: string): Promise<void> =>
  store.ask((db) =>
    db.transaction().execute(async (change) => {
      for (const statement of statements) await sync(change, statement, today);
    }),
  );

const sync = async (change: Transaction<Tables>, statement: Statement, today: string): Promise<void> => {
  const { entityType, entityId, system, kind, source, facility, localIds } = statement;
  const said = { entity_type: entityType, entity_id: entityId, system, kind, source };
  const rows = await change
    .selectFrom('cross_reference')
    .select(['id', 'local_id', 'valid_from', 'valid_to'])
    .where((where) => where.and(said))
    .execute();
  const open = rows.filter(({ valid_to: to }) => to === null);
  const gone = open.filter(({ local_id: localId }) => !localIds.includes(localId));
  for (const { id, valid_from: from } of gone) {
    // What has begun today and ends today never was.
    if (from !== null && from >= today) await change.deleteFrom('cross_reference').where('id', '=', id).execute();
    else await change.updateTable('cross_reference').set({ valid_to: today }).where('id', '=', id).execute();
  }
  const added = localIds.filter((localId) => !open.some(({ local_id: known }) => known === localId));
  if (added.length === 0) return;
  await change
    .insertInto('cross_reference')
    .values(
      added.map((localId) => ({
        ...said,
        local_id: localId,
        facility,
        valid_from: rows.length === 0 ? null : today,
        valid_to: null,
      })),
    )
    // Another source may say the same, and two processes may start at once.
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};
