import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditRecord, Entry, Head } from '../audit/records.ts';
import { createVerifier, type Verdict } from '../audit/verify.ts';
import { type Connection, type PageArgs, pageSize } from '../connection.ts';
import type { Store } from './owner.ts';
import { counting, cursorOf, pageOf } from './paging.ts';
import type { AuditRecordTable, Tables } from './tables.ts';

/** Puts entries of journals into the trail. Those that are there already stay as they are. */
export const keepEntries = async (store: Store, entries: readonly Entry[]): Promise<void> => {
  if (entries.length === 0) return;
  const rows = entries.map(toRow);
  const people = entries.flatMap(peopleIn);
  await store.ask((db) =>
    db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('audit_record')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      if (people.length === 0) return;
      await transaction
        .insertInto('audit_person')
        .values(people)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }),
  );
};

interface Stamped {
  readonly at: string;
}

const toRow = ({ chain, seq, mac, text }: Entry) => {
  const record = JSON.parse(text) as AuditRecord & Stamped;
  const asker = 'subject' in record ? record : undefined;
  return {
    chain,
    seq,
    mac,
    record: text,
    at: new Date(record.at),
    kind: record.kind,
    request_id: 'requestId' in record ? record.requestId : null,
    subject: asker?.subject ?? null,
    client: asker?.client ?? null,
  };
};

const peopleIn = ({ chain, seq, text }: Entry) => {
  const record = JSON.parse(text) as AuditRecord & Stamped;
  if (record.kind !== 'access') return [];
  return record.people.map((person) => ({ person, at: new Date(record.at), chain, seq }));
};

/** Where the chains stand that have grown since a moment. */
export const headsSince = (store: Store, since: Date): Promise<readonly Head[]> =>
  store.ask((db) =>
    db
      .selectFrom('audit_record')
      .distinctOn('chain')
      .select(['chain', 'seq', 'mac'])
      .where('chain', 'in', db.selectFrom('audit_record').select('chain').where('at', '>=', since))
      .orderBy('chain')
      .orderBy('seq', 'desc')
      .execute(),
  );

const AT_ONCE = 2000;

/**
 * Checks the whole trail, a few thousand records at a time: the records themselves, and the columns and rows by which they
 * are found. `kept` are anchors that were kept outside of it, `journals` what stands in journals: the store may lack the end
 * of it, and for the rest it has to have the same.
 */
export const verifyStore = async (
  store: Store,
  key: Uint8Array,
  kept: readonly Head[] = [],
  journals: readonly Entry[] = [],
): Promise<Verdict> => {
  const trail = createVerifier(key);
  let from: Place = { chain: '', seq: 0 };
  for (;;) {
    const rows = await rowsAfter(store, from);
    const last = rows.at(-1);
    if (last === undefined) break;
    const people = await peopleBetween(store, from, last);
    for (const row of rows) {
      const { chain, seq, mac, record: text } = row;
      const isWhole = trail.add({ chain, seq, mac, text }) !== undefined;
      if (isWhole && !isFoundAsWritten(row, people.get(`${chain} ${seq}`)))
        trail.report({ chain, seq, what: 'hidden' });
    }
    from = last;
  }
  const isBrought = ({ chain, seq }: Entry) => seq <= (brought.get(chain) ?? 0);
  const brought = new Map(journals.map(({ chain }) => [chain, trail.reached(chain)]));
  const behind = journals.filter((entry) => !isBrought(entry));
  for (const entry of behind) trail.add(entry);
  const known = [...kept, ...journals.filter(isBrought)];
  const macs = new Map(behind.map(({ chain, seq, mac }) => [`${chain} ${seq}`, mac]));
  for (const [place, mac] of await macsAt(store, [...trail.anchored(), ...known])) macs.set(place, mac);
  return trail.finish(known, ({ chain, seq }) => macs.get(`${chain} ${seq}`));
};

type Place = Pick<Head, 'chain' | 'seq'>;
type Row = Omit<Selectable<AuditRecordTable>, 'id'>;

const rowsAfter = (store: Store, { chain, seq }: Place): Promise<readonly Row[]> =>
  store.ask((db) =>
    db
      .selectFrom('audit_record')
      .select(['chain', 'seq', 'mac', 'record', 'at', 'kind', 'request_id', 'subject', 'client'])
      .where(sql<boolean>`(chain, seq) > (${chain}, ${seq})`)
      .orderBy('chain')
      .orderBy('seq')
      .limit(AT_ONCE)
      .execute(),
  );

/** What records are found by when somebody asks about a person, by the place of the record. */
const peopleBetween = async (store: Store, from: Place, to: Place): Promise<ReadonlyMap<string, readonly string[]>> => {
  const rows = await store.ask((db) =>
    db
      .selectFrom('audit_person')
      .select(['chain', 'seq', 'person', 'at'])
      .where(sql<boolean>`(chain, seq) > (${from.chain}, ${from.seq}) and (chain, seq) <= (${to.chain}, ${to.seq})`)
      .execute(),
  );
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const place = `${row.chain} ${row.seq}`;
    found.set(place, [...(found.get(place) ?? []), personKey(row)]);
  }
  return found;
};

const personKey = ({ person, at }: { readonly person: string; readonly at: Date }): string =>
  `${person} ${at.getTime()}`;

const isFoundAsWritten = (row: Row, people: readonly string[] = []): boolean => {
  const { chain, seq, mac, record: text } = row;
  const written = toRow({ chain, seq, mac, text });
  const isSame =
    row.at.getTime() === written.at.getTime() &&
    row.kind === written.kind &&
    row.request_id === written.request_id &&
    row.subject === written.subject &&
    row.client === written.client;
  if (!isSame) return false;
  const meant = new Set(peopleIn({ chain, seq, mac, text }).map(personKey));
  return meant.size === people.length && people.every((one) => meant.has(one));
};

const macsAt = async (store: Store, places: readonly Head[]): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  for (let start = 0; start < places.length; start += AT_ONCE) {
    const some = places.slice(start, start + AT_ONCE);
    const rows = await store.ask((db) =>
      db
        .selectFrom('audit_record')
        .select(['chain', 'seq', 'mac'])
        .where(
          sql<boolean>`(chain, seq) in (select * from unnest(
            ${some.map(({ chain }) => chain)}::text[], ${some.map(({ seq }) => seq)}::bigint[]))`,
        )
        .execute(),
    );
    for (const { chain, seq, mac } of rows) found.set(`${chain} ${seq}`, mac);
  }
  return found;
};

export interface TrailFilter {
  readonly subject?: string | null;
  readonly client?: string | null;
  readonly requestId?: string | null;
  readonly kind?: readonly string[] | null;
  /** Instants in ISO 8601: the first inclusive, the second exclusive. */
  readonly at?: { readonly from?: string | null; readonly before?: string | null } | null;
}

/** A record as it was written, with its moment. */
export type TrailEntry = AuditRecord & Stamped;

/** The trail, the newest first. */
export const listTrail = (
  store: Store,
  filter: TrailFilter,
  args: PageArgs,
  counted: boolean,
): Promise<Connection<TrailEntry>> => page(store, (db) => matching(db, filter), args, counted);

/** The records that hand out something about one of these people, the newest first. */
export const listDisclosures = (
  store: Store,
  people: readonly string[],
  args: PageArgs,
  counted: boolean,
): Promise<Connection<TrailEntry>> =>
  page(
    store,
    (db) =>
      matching(db, {}).where(
        sql<boolean>`exists (select from audit_person about where about.person = any(${[...people]}::text[])
          and about.chain = audit_record.chain and about.seq = audit_record.seq)`,
      ),
    args,
    counted,
  );

const matching = (db: Kysely<Tables>, { subject, client, requestId, kind, at }: TrailFilter) => {
  let rows = db.selectFrom('audit_record');
  if (subject != null) rows = rows.where('subject', '=', subject);
  if (client != null) rows = rows.where('client', '=', client);
  if (requestId != null) rows = rows.where('request_id', '=', requestId);
  if (kind != null) rows = rows.where('kind', 'in', [...kind]);
  if (at?.from != null) rows = rows.where('at', '>=', new Date(at.from));
  if (at?.before != null) rows = rows.where('at', '<', new Date(at.before));
  return rows;
};

const page = async (
  store: Store,
  rows: (db: Kysely<Tables>) => ReturnType<typeof matching>,
  args: PageArgs,
  counted: boolean,
): Promise<Connection<TrailEntry>> => {
  const size = pageSize(args.first);
  const from = cursorOf(args, null);
  const found = await store.ask(async (db) => {
    const all = rows(db)
      .select(['id', 'record'])
      .orderBy('id', 'desc')
      .limit(size + 1);
    const count = rows(db).select(counting().as('total'));
    return {
      rows: await (from === null ? all : all.where('id', '<', from.id)).execute(),
      total: counted ? (await count.executeTakeFirstOrThrow()).total : null,
    };
  });
  const toNode = ({ record }: { readonly record: string }) => JSON.parse(record) as TrailEntry;
  return pageOf(found.rows, size, args, found.total, () => null, toNode);
};
