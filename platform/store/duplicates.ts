import { type Kysely, sql } from 'kysely';
import { type Connection, type PageArgs, pageSize, toConnection } from '../connection.ts';
import type { DuplicatePair, Reason } from './find-duplicates.ts';
import type { Store } from './owner.ts';
import { counting, cursorOf, pageOf } from './paging.ts';
import type { Tables } from './tables.ts';

/**
 * Puts what was found in the place of what had been found for this type, in one transaction. A pair that was known stays
 * what it is, with the time at which it was first found.
 */
export const replaceDuplicates = async (
  store: Store,
  entityType: string,
  pairs: readonly DuplicatePair[],
  foundAt: Date = new Date(),
): Promise<void> =>
  store.ask((db) =>
    db.transaction().execute(async (change) => {
      await change
        .deleteFrom('duplicate_candidate')
        .where('entity_type', '=', entityType)
        .where(
          sql<boolean>`(left_id, right_id) not in (select * from unnest(
            ${pairs.map(({ left }) => left.id)}::text[], ${pairs.map(({ right }) => right.id)}::text[]))`,
        )
        .execute();
      for (let start = 0; start < pairs.length; start += PER_STATEMENT)
        await change
          .insertInto('duplicate_candidate')
          .values(
            pairs.slice(start, start + PER_STATEMENT).map(({ left, right, score, reasons }) => ({
              entity_type: entityType,
              left_id: left.id,
              right_id: right.id,
              left_facility: left.facility,
              right_facility: right.facility,
              score,
              reasons: JSON.stringify(reasons),
              found_at: foundAt,
            })),
          )
          .onConflict((conflict) =>
            conflict.columns(['entity_type', 'left_id', 'right_id']).doUpdateSet({
              left_facility: sql`excluded.left_facility`,
              right_facility: sql`excluded.right_facility`,
              score: sql`excluded.score`,
              reasons: sql`excluded.reasons`,
            }),
          )
          .execute();
    }),
  );

/** PostgreSQL takes 65,535 parameters. */
const PER_STATEMENT = 1000;

export interface DuplicateCandidate {
  readonly type: string;
  readonly leftId: string;
  readonly rightId: string;
  readonly score: number;
  readonly reasons: readonly Reason[];
  /** Instant in ISO 8601. */
  readonly foundAt: string;
  /** When all records of the type were last compared, likewise; null where that was not done by the worker. */
  readonly checkedAt: string | null;
}

/** Pairs of which the caller may see both, the likeliest first. */
export const listDuplicates = async (
  store: Store,
  type: string,
  args: PageArgs,
  counted: boolean,
): Promise<Connection<DuplicateCandidate>> => {
  const { facilities } = store;
  const size = pageSize(args.first);
  const from = cursorOf(args, 'number');
  if (facilities.length === 0) return toConnection([], false, args.after, 0);
  const visible = (db: Kysely<Tables>) =>
    db
      .selectFrom('duplicate_candidate')
      .where('entity_type', '=', type)
      .where(visibleIn('left_facility', facilities))
      .where(visibleIn('right_facility', facilities));
  const { rows, total } = await store.ask(async (db) => {
    const all = visible(db)
      .selectAll()
      .select(comparedAt.as('checked_at'))
      .orderBy('score', 'desc')
      .orderBy('id')
      .limit(size + 1);
    const page = from === null ? all : all.where(sql<boolean>`(-score, id) > (${-Number(from.value)}, ${from.id})`);
    const count = visible(db).select(counting().as('total'));
    return {
      rows: await page.execute(),
      total: counted ? (await count.executeTakeFirstOrThrow()).total : null,
    };
  });
  const toNode = (row: (typeof rows)[number]): DuplicateCandidate => ({
    type: row.entity_type,
    leftId: row.left_id,
    rightId: row.right_id,
    score: row.score,
    reasons: row.reasons,
    foundAt: row.found_at.toISOString(),
    checkedAt: row.checked_at?.toISOString() ?? null,
  });
  return pageOf(rows, size, args, total, ({ score }) => score, toNode);
};

const comparedAt = sql<Date | null>`(
  select max(compared_at) from owner_source where owner_source.entity_type = duplicate_candidate.entity_type
)`;

/** Whether the caller's facilities let a record of this facility be seen; null is a record of none. */
const visibleIn = (column: 'left_facility' | 'right_facility', facilities: readonly string[]) =>
  sql<boolean>`(${sql.ref(column)} is null or ${sql.ref(column)} in (${sql.join(facilities)}))`;
