import { type Kysely, sql } from 'kysely';
import { type Connection, type PageArgs, pageSize } from '../connection.ts';
import type { CountedFinding } from '../findings.ts';
import type { StandingFinding } from './compare-records.ts';
import type { Store } from './owner.ts';
import { counting, cursorOf, pageOf } from './paging.ts';
import type { Tables } from './tables.ts';

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
        conflict.columns(['source', 'entity_type', 'field', 'code', 'standing']).doUpdateSet({
          count: sql`finding.count + excluded.count`,
          first_seen_at: sql`least(finding.first_seen_at, excluded.first_seen_at)`,
          last_seen_at: sql`greatest(finding.last_seen_at, excluded.last_seen_at)`,
        }),
      )
      .execute(),
  );
};

export interface FindingFilter {
  readonly source?: string | null;
  readonly type?: string | null;
  readonly code?: readonly string[] | null;
}

export interface KnownFinding {
  readonly source: string;
  readonly type: string;
  readonly field: string;
  readonly code: string;
  readonly count: number;
  /** So many records are so, as of `lastSeen`; else it was met so often while reading. */
  readonly standing: boolean;
  /** Instants in ISO 8601. */
  readonly firstSeen: string;
  readonly lastSeen: string;
}

/** What has been found, in the order in which it was first found. */
export const listFindings = async (
  store: Store,
  { source, type, code }: FindingFilter,
  args: PageArgs,
  counted: boolean,
): Promise<Connection<KnownFinding>> => {
  const size = pageSize(args.first);
  const from = cursorOf(args, null);
  const matching = (db: Kysely<Tables>) => {
    let query = db.selectFrom('finding');
    if (source != null) query = query.where('source', '=', source);
    if (type != null) query = query.where('entity_type', '=', type);
    if (code != null) query = query.where(sql<boolean>`code = any(${[...code]}::text[])`);
    return query;
  };
  const { rows, total } = await store.ask(async (db) => {
    const all = matching(db)
      .selectAll()
      .orderBy('id')
      .limit(size + 1);
    const page = from === null ? all : all.where('id', '>', from.id);
    const count = matching(db).select(counting().as('total'));
    return {
      rows: await page.execute(),
      total: counted ? (await count.executeTakeFirstOrThrow()).total : null,
    };
  });
  const toNode = (row: (typeof rows)[number]): KnownFinding => ({
    source: row.source,
    type: row.entity_type,
    field: row.field,
    code: row.code,
    count: row.count,
    standing: row.standing,
    firstSeen: row.first_seen_at.toISOString(),
    lastSeen: row.last_seen_at.toISOString(),
  });
  return pageOf(rows, size, args, total, () => null, toNode);
};

/** Says how many records are so at each of these places now; at a place with none there is no finding. */
export const replaceStanding = async (
  store: Store,
  found: readonly StandingFinding[],
  at: Date = new Date(),
): Promise<void> =>
  store.ask((db) =>
    db.transaction().execute(async (change) => {
      for (const { source, type, field, code, count } of found) {
        const place = { source, entity_type: type, field, code, standing: true };
        if (count === 0)
          await change
            .deleteFrom('finding')
            .where((where) => where.and(place))
            .execute();
        else
          await change
            .insertInto('finding')
            .values({ ...place, count, first_seen_at: at, last_seen_at: at })
            .onConflict((conflict) =>
              conflict
                .columns(['source', 'entity_type', 'field', 'code', 'standing'])
                .doUpdateSet({ count, last_seen_at: at }),
            )
            .execute();
      }
    }),
  );
