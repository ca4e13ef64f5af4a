import { sql } from 'kysely';
import type { Store } from './owner.ts';

/** What cross-references say that were found by comparing records. */
export const MATCHED = 'identities';

export interface MatchCounts {
  /** Cross-references that begin today. */
  readonly opened: number;
  /** Those that have ended. */
  readonly closed: number;
}

/** Things of the graph per statement: few enough for one to be done within its deadline. */
const PER_STATEMENT = 2000;

/**
 * Brings the cross-references of a type to what the owners' records say now: what each owner calls a thing whose ids are
 * its own, and what the others call it, found by the number that both keep.
 *
 * Two that contradict each other, in the facility or in each other's number, are not taken for one thing, and neither is
 * a number that two records of an owner have. What holds no longer ends today and stays readable; the first of a kind
 * that a thing ever had has always been. Each statement is whole in itself, so that it can be broken off anywhere.
 *
 * @param today day in ISO 8601
 */
export const matchRecords = async (store: Store, type: string, today: string): Promise<MatchCounts> => {
  const counts = { opened: 0, closed: 0 };
  for (let from: string | null = null; ; ) {
    const to: string | null = await boundaryAfter(store, type, from);
    const { opened, closed } = await matchBetween(store, type, from, to, today);
    counts.opened += opened;
    counts.closed += closed;
    if (to === null) return counts;
    from = to;
  }
};

/** The id up to which one statement goes; null for the rest. */
const boundaryAfter = async (store: Store, type: string, from: string | null): Promise<string | null> => {
  const row = await store.ask((db) =>
    db
      .selectFrom('owner_record')
      .select('entity_id')
      .where('entity_type', '=', type)
      .where('entity_id', '>', from ?? '')
      .orderBy('entity_id')
      .offset(PER_STATEMENT - 1)
      .limit(1)
      .executeTakeFirst(),
  );
  return row?.entity_id ?? null;
};

const matchBetween = async (
  store: Store,
  type: string,
  from: string | null,
  to: string | null,
  today: string,
): Promise<MatchCounts> => {
  const between = sql`entity_id > ${from ?? ''}::text and (${to}::text is null or entity_id <= ${to}::text)`;
  const { rows } = await store.ask((db) =>
    sql<MatchCounts>`with
      home as materialized (
        select h.*, ${isAlone('h')} as is_alone from owner_record h where entity_type = ${type} and ${between}
      ),
      desired as materialized (
        select entity_id, system, kind, local_id, facility from home
        union select entity_id, system, 'number', number, facility from home where number is not null
        union select h.entity_id, c.system, c.kind, c.local_id, coalesce(c.facility, h.facility)
          from home h join owner_record c on c.entity_type = ${type} and c.link = h.link and ${isOther}
          where h.is_alone and ${isAlone('c')} and ${agree}
      ),
      known as materialized (
        select * from cross_reference where entity_type = ${type} and source = ${MATCHED} and ${between}
      ),
      gone as materialized (
        select k.id, k.valid_from from known k
        where k.valid_to is null and not exists (select from desired d where ${sameAs('k')})
      ),
      -- What has begun today and ends today never was.
      dropped as (delete from cross_reference where id in (select id from gone where valid_from >= ${today}::date)),
      ended as (
        update cross_reference set valid_to = ${today}::date
        where id in (select id from gone where valid_from is null or valid_from < ${today}::date)
      ),
      moved as (
        update cross_reference k set facility = d.facility from desired d
        where k.source = ${MATCHED} and k.entity_type = ${type} and k.valid_to is null and ${sameAs('k')}
          and k.facility is distinct from d.facility
      ),
      begun as (
        insert into cross_reference
          (entity_type, entity_id, system, kind, local_id, facility, valid_from, source)
        select ${type}, d.entity_id, d.system, d.kind, d.local_id, d.facility,
          case when exists (
            select from known k where k.entity_id = d.entity_id and k.system = d.system and k.kind = d.kind
          ) then ${today}::date end, ${MATCHED}
        from desired d
        where not exists (select from known k where k.valid_to is null and ${sameAs('k')})
        on conflict do nothing returning 1
      )
      select (select count(*) from begun) as opened, (select count(*) from gone) as closed`.execute(db),
  );
  return rows[0] ?? { opened: 0, closed: 0 };
};

/** Nobody else has its number at the same owner. */
const isAlone = (of: 'h' | 'c') => {
  const one = sql.ref(of);
  return sql`not exists (
    select from owner_record twin where twin.entity_type = ${one}.entity_type and twin.link = ${one}.link
      and twin.system = ${one}.system and twin.kind = ${one}.kind and twin.local_id <> ${one}.local_id
  )`;
};

/** A record of an owner that has not the type's ids. */
const isOther = sql`c.entity_id is null`;

/** A record and its counterpart say nothing of each other that is not true of both. */
const agree = sql`(c.peer is null or h.number is null or c.peer = h.number)
  and (c.facility is null or h.facility is null or c.facility = h.facility)`;

const sameAs = (known: 'k') => {
  const k = sql.ref(known);
  return sql`d.entity_id = ${k}.entity_id and d.system = ${k}.system and d.kind = ${k}.kind and d.local_id = ${k}.local_id`;
};
