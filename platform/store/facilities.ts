import { sql } from 'kysely';
import type { Store } from './owner.ts';

export interface KnownFacility {
  readonly code: string;
  readonly name: string;
}

/** Writes down the group's facilities, with the names they have today. */
export const saveFacilities = async (store: Store, facilities: readonly KnownFacility[]): Promise<void> => {
  if (facilities.length === 0) return;
  await store.ask((db) =>
    db
      .insertInto('facility')
      .values(facilities.map(({ code, name }) => ({ code, name, updated_at: new Date() })))
      .onConflict((conflict) =>
        conflict
          .column('code')
          .doUpdateSet({ name: sql`excluded.name`, updated_at: sql`excluded.updated_at` })
          .where('facility.name', 'is distinct from', sql<string>`excluded.name`),
      )
      .execute(),
  );
};

/** Those of these codes that are known. */
export const facilitiesNamed = async (store: Store, codes: readonly string[]): Promise<readonly KnownFacility[]> =>
  codes.length === 0
    ? []
    : store.ask((db) => db.selectFrom('facility').select(['code', 'name']).where('code', 'in', codes).execute());

/** All that are known, in the order of their codes. */
export const knownFacilities = (store: Store): Promise<readonly KnownFacility[]> =>
  store.ask((db) => db.selectFrom('facility').select(['code', 'name']).orderBy('code').execute());
