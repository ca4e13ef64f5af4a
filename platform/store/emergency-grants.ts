import { type Kysely, type Selectable, sql } from 'kysely';
import type { Grant, GrantEnded } from '../access/feed.ts';
import { type Connection, type PageArgs, pageSize } from '../connection.ts';
import { fail } from '../errors.ts';
import { HOUR, MINUTE } from '../time.ts';
import type { Store } from './owner.ts';
import { counting, cursorOf, pageOf } from './paging.ts';
import type { EmergencyGrantTable, Tables } from './tables.ts';

/** Who acts: subject and client of a token, and who issued it. */
export interface Actor {
  readonly issuer: string;
  readonly subject: string;
  readonly client: string;
}

export interface EmergencyWish {
  readonly reason: string;
  readonly scopes: readonly string[];
  readonly facilities: readonly string[];
  readonly minutes: number;
  /** By which the wish can be repeated. */
  readonly idempotencyKey: string;
}

export type EmergencyState = 'REQUESTED' | 'EXPIRED' | 'REFUSED' | 'ACTIVE' | 'ENDED' | 'REVIEWED';

export interface EmergencyGrant extends Actor, Omit<EmergencyWish, 'idempotencyKey'> {
  readonly id: number;
  readonly state: EmergencyState;
  /** Instants in ISO 8601. */
  readonly requestedAt: string;
  readonly decidedAt: string | null;
  readonly decidedBy: string | null;
  /** When it ends, or has ended. */
  readonly until: string | null;
  readonly review: string | null;
  readonly reviewedAt: string | null;
  readonly reviewedBy: string | null;
  /** It has ended, and nobody has looked at it in time. */
  readonly isOverdue: boolean;
}

/** How long a request can be confirmed. An emergency that waits longer is none. */
const OPEN_FOR = HOUR;
/** How long after its end a grant may wait for its review. */
const REVIEW_WITHIN = 72 * HOUR;

/**
 * Writes a request down, once for each key of a caller.
 *
 * @throws IDEMPOTENCY_KEY_REUSED for a key that the caller has used for another one
 */
export const requestGrant = async (store: Store, wish: EmergencyWish, by: Actor): Promise<EmergencyGrant> => {
  const { idempotencyKey, ...asked } = wish;
  const intent = { ...by, idempotency_key: idempotencyKey };
  const row = await store.ask(async (db) => {
    const added = await db
      .insertInto('emergency_grant')
      .values({
        ...asked,
        ...intent,
        scopes: [...asked.scopes],
        facilities: [...asked.facilities],
        requested_at: new Date(),
      })
      .onConflict((conflict) => conflict.constraint('emergency_grant_intent').doNothing())
      .returningAll()
      .executeTakeFirst();
    return (
      added ??
      (await db
        .selectFrom('emergency_grant')
        .selectAll()
        .where((where) => where.and(intent))
        .executeTakeFirstOrThrow())
    );
  });
  const { reason, scopes, facilities, minutes } = row;
  if (
    JSON.stringify([reason, scopes, facilities, minutes]) !==
    JSON.stringify([asked.reason, asked.scopes, asked.facilities, asked.minutes])
  )
    throw fail('IDEMPOTENCY_KEY_REUSED');
  return toGrant(row);
};

/**
 * Confirms a request, or refuses it. Saying the same again changes nothing.
 *
 * @throws NOT_FOUND; FORBIDDEN for one's own, by whatever client; CONFLICT for one that is decided otherwise, or too old
 */
export const decideGrant = async (
  store: Store,
  id: number,
  isApproved: boolean,
  by: Actor,
): Promise<EmergencyGrant> => {
  const before = await oneOf(store, id);
  if (before.issuer === by.issuer && before.subject === by.subject) throw fail('FORBIDDEN');
  if (before.is_approved === isApproved) return toGrant(before);
  const now = new Date();
  const changed = await store.ask((db) =>
    db
      .updateTable('emergency_grant')
      .set({
        is_approved: isApproved,
        decided_at: now,
        decided_by: by.subject,
        until: isApproved ? new Date(now.getTime() + before.minutes * MINUTE) : null,
      })
      .where('id', '=', id)
      .where('is_approved', 'is', null)
      .where('requested_at', '>', new Date(now.getTime() - OPEN_FOR))
      .returningAll()
      .executeTakeFirst(),
  );
  if (changed === undefined) throw fail('CONFLICT');
  return toGrant(changed);
};

/** Ends a grant before its time. One that has ended stays as it is. @throws NOT_FOUND; CONFLICT for one that never began */
export const endGrant = async (store: Store, id: number, by: Actor): Promise<EmergencyGrant> => {
  const before = await oneOf(store, id);
  if (before.is_approved !== true || before.until === null) throw fail('CONFLICT');
  const now = new Date();
  if (before.until <= now) return toGrant(before);
  const changed = await store.ask((db) =>
    db
      .updateTable('emergency_grant')
      .set({ until: now, ended_at: now, ended_by: by.subject })
      .where('id', '=', id)
      .where('until', '>', now)
      .returningAll()
      .executeTakeFirst(),
  );
  return toGrant(changed ?? (await oneOf(store, id)));
};

/** Says what came of looking at a grant that has ended. @throws NOT_FOUND; FORBIDDEN for one's own; CONFLICT */
export const reviewGrant = async (store: Store, id: number, review: string, by: Actor): Promise<EmergencyGrant> => {
  const before = await oneOf(store, id);
  if (before.issuer === by.issuer && before.subject === by.subject) throw fail('FORBIDDEN');
  if (before.review === review && before.reviewed_by === by.subject) return toGrant(before);
  const now = new Date();
  const changed = await store.ask((db) =>
    db
      .updateTable('emergency_grant')
      .set({ review, reviewed_at: now, reviewed_by: by.subject })
      .where('id', '=', id)
      .where('until', '<=', now)
      .where('review', 'is', null)
      .returningAll()
      .executeTakeFirst(),
  );
  if (changed === undefined) throw fail('CONFLICT');
  return toGrant(changed);
};

export interface EmergencyFilter {
  readonly state?: readonly EmergencyState[] | null;
  /** Only those of this holder. */
  readonly of?: Pick<Actor, 'issuer' | 'subject'> | undefined;
}

/** The grants, the newest first. */
export const listGrants = async (
  store: Store,
  { state, of }: EmergencyFilter,
  args: PageArgs,
  counted: boolean,
): Promise<Connection<EmergencyGrant>> => {
  const size = pageSize(args.first);
  const from = cursorOf(args, null);
  const matching = (db: Kysely<Tables>) => {
    let rows = db.selectFrom('emergency_grant');
    if (of !== undefined) rows = rows.where('issuer', '=', of.issuer).where('subject', '=', of.subject);
    if (state != null) rows = rows.where(sql<boolean>`${stateOf(new Date())} = any(${[...state]}::text[])`);
    return rows;
  };
  const found = await store.ask(async (db) => {
    const all = matching(db)
      .selectAll()
      .orderBy('id', 'desc')
      .limit(size + 1);
    const count = matching(db).select(counting().as('total'));
    return {
      rows: await (from === null ? all : all.where('id', '<', from.id)).execute(),
      total: counted ? (await count.executeTakeFirstOrThrow()).total : null,
    };
  });
  return pageOf(found.rows, size, args, found.total, () => null, toGrant);
};

/** In the words of the database: what `toGrant` says of a row. */
const stateOf = (now: Date) => sql`case
  when review is not null then 'REVIEWED'
  when is_approved and until > ${now} then 'ACTIVE'
  when is_approved then 'ENDED'
  when not is_approved then 'REFUSED'
  when requested_at > ${new Date(now.getTime() - OPEN_FOR)} then 'REQUESTED'
  else 'EXPIRED' end`;

/** Every grant that holds or would hold, as it goes into the feed. */
export const holdingGrants = async (store: Store, now = new Date()): Promise<readonly (Grant | GrantEnded)[]> => {
  const rows = await store.ask((db) =>
    db
      .selectFrom('emergency_grant')
      .selectAll()
      .where('is_approved', '=', true)
      .where('decided_at', '>', new Date(now.getTime() - HOUR))
      .execute(),
  );
  // A gateway may have missed that one has ended before its time.
  return rows.map((row) => (row.ended_at === null ? toFeed(toGrant(row)) : toEnded(toGrant(row))));
};

export const toFeed = ({ id, issuer, subject, client, scopes, facilities, until }: EmergencyGrant): Grant => ({
  kind: 'granted',
  id: String(id),
  issuer,
  subject,
  client,
  scopes,
  facilities,
  until: Date.parse(until ?? ''),
});

/** It is remembered until the grant would have ended by itself. */
export const toEnded = ({ id, minutes, decidedAt }: EmergencyGrant): GrantEnded => ({
  kind: 'ended',
  id: String(id),
  until: Date.parse(decidedAt ?? '') + minutes * MINUTE,
});

const oneOf = async (store: Store, id: number) => {
  const row = await store.ask((db) =>
    db.selectFrom('emergency_grant').selectAll().where('id', '=', id).executeTakeFirst(),
  );
  if (row === undefined) throw fail('NOT_FOUND');
  return row;
};

const toGrant = (row: Selectable<EmergencyGrantTable>): EmergencyGrant => {
  const now = Date.now();
  const { id, issuer, subject, client, reason, scopes, facilities, minutes, review } = row;
  return {
    id,
    issuer,
    subject,
    client,
    reason,
    scopes,
    facilities,
    minutes,
    review,
    state: stateIn(row, now),
    requestedAt: row.requested_at.toISOString(),
    decidedAt: row.decided_at?.toISOString() ?? null,
    decidedBy: row.decided_by,
    until: row.until?.toISOString() ?? null,
    reviewedAt: row.reviewed_at?.toISOString() ?? null,
    reviewedBy: row.reviewed_by,
    isOverdue: review === null && row.until !== null && row.until.getTime() + REVIEW_WITHIN <= now,
  };
};

const stateIn = (row: Selectable<EmergencyGrantTable>, now: number): EmergencyState => {
  if (row.review !== null) return 'REVIEWED';
  if (row.is_approved === true) return (row.until?.getTime() ?? 0) > now ? 'ACTIVE' : 'ENDED';
  if (row.is_approved === false) return 'REFUSED';
  return row.requested_at.getTime() > now - OPEN_FOR ? 'REQUESTED' : 'EXPIRED';
};
