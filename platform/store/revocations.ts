import { hash } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { Revocation } from '../access/feed.ts';
import { type Connection, type PageArgs, pageSize } from '../connection.ts';
import { fail } from '../errors.ts';
import { HOUR } from '../time.ts';
import type { Store } from './owner.ts';
import { counting, cursorOf, pageOf } from './paging.ts';
import type { RevocationTable, Tables } from './tables.ts';

/** What somebody wants refused, why, and under which name the wish can be repeated. */
export interface RevocationWish extends Pick<Revocation, 'what' | 'issuer' | 'value'> {
  readonly reason: string;
  readonly idempotencyKey: string;
}

export interface KnownRevocation extends Omit<RevocationWish, 'idempotencyKey'> {
  readonly id: number;
  /** Instants in ISO 8601. */
  readonly issuedBefore: string | null;
  readonly until: string;
  readonly revokedAt: string;
  readonly revokedBy: string;
  readonly revokedThrough: string;
}

/** No token is accepted longer than this after its issue: the most that `identity.maxAge` and `identity.leeway` allow. */
const LONGEST_TOKEN_LIFE = 31 * 24 * HOUR;

/**
 * Writes a revocation down, once: a repetition with the same key gives what was written the first time.
 *
 * @param by subject and client of whoever asks; keys are theirs alone
 * @throws IDEMPOTENCY_KEY_REUSED for a key that this caller has used for another wish
 */
export const addRevocation = async (
  store: Store,
  { idempotencyKey, ...wish }: RevocationWish,
  by: { readonly subject: string; readonly client: string },
  now = Date.now(),
): Promise<KnownRevocation> => {
  const { what, issuer, value, reason } = wish;
  const fingerprint = hash('sha256', JSON.stringify([what, issuer, value, reason]), 'base64url');
  const intent = { revoked_by: by.subject, revoked_through: by.client, idempotency_key: idempotencyKey };
  const row = await store.ask(async (db) => {
    const added = await db
      .insertInto('revocation')
      .values({
        ...wish,
        ...intent,
        fingerprint,
        issued_before: what === 'token' ? null : new Date(now),
        until: new Date(now + LONGEST_TOKEN_LIFE),
        revoked_at: new Date(now),
      })
      .onConflict((conflict) => conflict.constraint('revocation_intent').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (added !== undefined) return added;
    return db
      .selectFrom('revocation')
      .selectAll()
      .where((where) => where.and(intent))
      .executeTakeFirstOrThrow();
  });
  if (row.fingerprint !== fingerprint) throw fail('IDEMPOTENCY_KEY_REUSED');
  return toKnown(row);
};

/** Every revocation that still matters, as it goes into the feed. */
export const holdingRevocations = async (store: Store, now = Date.now()): Promise<readonly Revocation[]> => {
  const rows = await store.ask((db) =>
    db.selectFrom('revocation').selectAll().where('until', '>', new Date(now)).orderBy('id').execute(),
  );
  return rows.map((row) => toEntry(toKnown(row)));
};

/** The same members in the same order every time: a feed knows an entry by its text. */
export const toEntry = ({ what, issuer, value, issuedBefore, until }: KnownRevocation): Revocation => ({
  kind: 'revoked',
  what,
  issuer,
  value,
  ...(issuedBefore === null ? {} : { issuedBefore: Date.parse(issuedBefore) }),
  until: Date.parse(until),
});

export interface RevocationFilter {
  readonly what?: readonly Revocation['what'][] | null;
  readonly issuer?: string | null;
  readonly value?: string | null;
}

/** What has been revoked, the latest first. */
export const listRevocations = async (
  store: Store,
  { what, issuer, value }: RevocationFilter,
  args: PageArgs,
  counted: boolean,
): Promise<Connection<KnownRevocation>> => {
  const size = pageSize(args.first);
  const from = cursorOf(args, null);
  const matching = (db: Kysely<Tables>) => {
    let query = db.selectFrom('revocation');
    if (what != null) query = query.where('what', 'in', [...what]);
    if (issuer != null) query = query.where('issuer', '=', issuer);
    if (value != null) query = query.where('value', '=', value);
    return query;
  };
  const { rows, total } = await store.ask(async (db) => {
    const all = matching(db)
      .selectAll()
      .orderBy('id', 'desc')
      .limit(size + 1);
    const page = from === null ? all : all.where('id', '<', from.id);
    const count = matching(db).select(counting().as('total'));
    return {
      rows: await page.execute(),
      total: counted ? (await count.executeTakeFirstOrThrow()).total : null,
    };
  });
  return pageOf(rows, size, args, total, () => null, toKnown);
};

const toKnown = (row: Selectable<RevocationTable>): KnownRevocation => ({
  id: row.id,
  what: row.what,
  issuer: row.issuer,
  value: row.value,
  reason: row.reason,
  issuedBefore: row.issued_before?.toISOString() ?? null,
  until: row.until.toISOString(),
  revokedAt: row.revoked_at.toISOString(),
  revokedBy: row.revoked_by,
  revokedThrough: row.revoked_through,
});
