import { sql } from 'kysely';
import type { CountedFinding } from '../findings.ts';
import type { Store } from './owner.ts';

/** Adds what was counted to what is known, in one statement. */
export const saveFindings = async (store: Store, counted: readonly CountedFinding[]): Promise<void> => {
  if (counted.length === 0) return;
  await store.ask((db) =>
    db
      .insertInto('finding')
      .values(
        counted.map(({ source, type, field, code, count, firstSeen, lastSeen }) => ({
          source,
          entity_type: type,
          field,
          code,
          count,
          first_seen_at: firstSeen,
          last_seen_at: lastSeen,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['source', 'entity_type', 'field', 'code']).doUpdateSet({
          count: sql`finding.count + excluded.count`,
          first_seen_at: sql`least(finding.first_seen_at, excluded.first_seen_at)`,
          last_seen_at: sql`greatest(finding.last_seen_at, excluded.last_seen_at)`,
        }),
      )
      .execute(),
  );
};
