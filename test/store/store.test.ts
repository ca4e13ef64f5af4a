import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { codeOf } from '../../platform/errors.ts';
import { collectFindings } from '../../platform/findings.ts';
import { createIdentity } from '../../platform/identity.ts';
import { silentLog } from '../../platform/log.ts';
import {
  addCrossReferences,
  type CrossReference,
  crossReferencesFor,
  isValidOn,
} from '../../platform/store/cross-references.ts';
import { listDuplicates, replaceDuplicates } from '../../platform/store/duplicates.ts';
import { openEmbedded } from '../../platform/store/embedded.ts';
import type { DuplicatePair } from '../../platform/store/find-duplicates.ts';
import { listFindings, saveFindings } from '../../platform/store/findings.ts';
import { migrateStore } from '../../platform/store/migrate.ts';
import { MIGRATIONS } from '../../platform/store/migrations/index.ts';
import { openStore, type Store, type StoreOwner, type StoreSettings } from '../../platform/store/owner.ts';
import { openServer } from '../../platform/store/server.ts';
import { type Statement, syncCrossReferences } from '../../platform/store/sync-cross-references.ts';
import type { Tables } from '../../platform/store/tables.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { STORE_ENGINES, type StoreEngine } from '../harness/store-engines.ts';

const VERSIONS = Object.keys(MIGRATIONS);

/** The database itself, at a version of the tables, without an owner around it. */
const bare = async ({ url, ...settings }: StoreSettings) =>
  url === undefined ? openEmbedded(settings.dir) : openServer({ url, ...settings });

/** Every column there is, with its type. */
const shapeOf = (db: Kysely<Tables>) =>
  sql`select table_name, column_name, data_type, is_nullable from information_schema.columns
      where table_schema = 'public' order by table_name, column_name`
    .execute(db)
    .then(({ rows }) => rows);

describe.each(STORE_ENGINES)('the store on $title', ({ start }) => {
  const test = start === undefined ? it.skip : it;
  let engine: StoreEngine;
  const opened: StoreOwner[] = [];

  beforeAll(async () => {
    if (start !== undefined) engine = await start();
  }, 60_000);
  afterEach(async () => {
    for (const owner of opened.splice(0)) await owner.close();
  });
  afterAll(async () => {
    await shared?.close();
    await engine?.[Symbol.asyncDispose]();
  });

  const open = (settings: StoreSettings): StoreOwner => {
    const owner = openStore(settings, silentLog());
    opened.push(owner);
    return owner;
  };
  let shared: StoreOwner | undefined;
  /** With nothing in it. It is the same database each time: opening one takes longer than the tests do. */
  const newStore = async (facilities: readonly string[] = ['north']): Promise<Store> => {
    shared ??= openStore(await engine.database(), silentLog());
    await shared
      .ours()
      .ask((db) => sql`truncate cross_reference, facility, duplicate_candidate, finding restart identity`.execute(db));
    return shared.session({
      identity: createIdentity({
        audience: 'internal',
        purpose: 'operations',
        subject: 's',
        client: 'c',
        scopes: [],
        facilities,
      }),
      deadline: deadlineIn(20 * SECOND),
    });
  };

  describe('its tables', () => {
    test('come to the same from every version there has been', async () => {
      const shapes: unknown[] = [];
      for (const version of [undefined, ...VERSIONS]) {
        const database = await bare(await engine.database());
        if (version !== undefined) await migrateStore(database.db, version);
        const applied = await migrateStore(database.db);
        expect(applied).toEqual(VERSIONS.slice(version === undefined ? 0 : VERSIONS.indexOf(version) + 1));
        shapes.push(await shapeOf(database.db));
        await database.close();
      }
      for (const shape of shapes) expect(shape).toEqual(shapes[0]);
      expect(shapes[0]).toEqual(expect.arrayContaining([expect.objectContaining({ table_name: 'finding' })]));
      // A database for each version: more than the usual time when others need the machine as well.
    }, 90_000);

    test('stay as they were when a migration fails', async () => {
      const database = await bare(await engine.database());
      await migrateStore(database.db, VERSIONS[0]);
      const before = await shapeOf(database.db);
      // In the way of the third; what the second has done is undone with it.
      await sql`create view finding as select 1 as one`.execute(database.db);
      await expect(migrateStore(database.db)).rejects.toThrow(/finding/);
      await sql`drop view finding`.execute(database.db);
      expect(await shapeOf(database.db)).toEqual(before);
      expect(await migrateStore(database.db)).toEqual(VERSIONS.slice(1));
      await database.close();
    });

    test('of a newer version are refused with a sentence for the operator', async () => {
      const settings = await engine.database();
      const database = await bare(settings);
      await migrateStore(database.db);
      await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', '2030-01-01')`.execute(
        database.db,
      );
      await database.close();
      await expect(open(settings).start()).rejects.toThrow(/newer version/);
    });
  });

  test('answers whoever asks before it has been started', async () => {
    const owner = open(await engine.database());
    expect(owner.health()).toEqual([{ name: 'store', status: 'starting' }]);
    expect(await owner.ours().ask((db) => db.selectFrom('facility').selectAll().execute())).toEqual([]);
    expect(owner.health()).toEqual([{ name: 'store', status: 'ok' }]);
  });

  test('keeps what was written when it is opened again', async () => {
    const settings = await engine.database();
    const first = open(settings);
    await saveFindings(first.ours(), counted('Supplier', 'country', 3));
    await first.close();
    const { nodes } = await listFindings(open(settings).ours(), {}, {}, false);
    expect(nodes).toMatchObject([{ type: 'Supplier', field: 'country', count: 3 }]);
  });

  test('undoes a transaction of which a part failed, and goes on', async () => {
    const store = await newStore();
    const failing = store.ask((db) =>
      db.transaction().execute(async (change) => {
        await change.insertInto('facility').values({ code: 'a', name: 'A', updated_at: new Date() }).execute();
        await change.insertInto('facility').values({ code: 'a', name: 'B', updated_at: new Date() }).execute();
      }),
    );
    await expect(failing).rejects.toMatchObject({ extensions: { code: 'CONFLICT' } });
    expect(await store.ask((db) => db.selectFrom('facility').selectAll().execute())).toEqual([]);
  });

  test('keeps transactions that run at once apart', async () => {
    const store = await newStore();
    await store.ask((db) =>
      db.insertInto('facility').values({ code: 'a', name: '0', updated_at: new Date() }).execute(),
    );
    const increment = () =>
      store.ask((db) =>
        db.transaction().execute(async (change) => {
          const { name } = await change
            .selectFrom('facility')
            .select('name')
            .where('code', '=', 'a')
            .forUpdate()
            .executeTakeFirstOrThrow();
          await change
            .updateTable('facility')
            .set({ name: String(Number(name) + 1) })
            .execute();
        }),
      );
    await Promise.all(Array.from({ length: 10 }, increment));
    const { name } = await store.ask((db) => db.selectFrom('facility').selectAll().executeTakeFirstOrThrow());
    expect(name).toBe('10');
  });

  test.each<[string, (db: Kysely<Tables>) => Promise<unknown>]>([
    ['SOR_CONTRACT_BROKEN', (db) => sql`select * from nothing_of_that_name`.execute(db)],
    ['SOR_REJECTED', (db) => sql`insert into facility (code, name, updated_at) values ('a', null, now())`.execute(db)],
    ['CONFLICT', (db) => sql`insert into facility select 'a', 'A', now() from generate_series(1, 2)`.execute(db)],
    ['INTERNAL_SERVER_ERROR', () => Promise.reject(new TypeError('a mistake of ours'))],
  ])('says %s in the words of the error table, and nothing of what the database said', async (code, work) => {
    const error: unknown = await (await newStore()).ask(work).catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe(code);
    expect(String(error)).not.toMatch(/facility|nothing_of|mistake/);
  });

  test('gives up at the deadline', async () => {
    const owner = open(await engine.database());
    await owner.start();
    const session = await owner.session({
      identity: createIdentity({
        audience: 'internal',
        purpose: 'operations',
        subject: 's',
        client: 'c',
        scopes: [],
        facilities: [],
      }),
      deadline: deadlineIn(100),
    });
    const never = session.ask(() => new Promise(() => undefined));
    await expect(never).rejects.toMatchObject({ extensions: { code: 'SOR_TIMEOUT' } });
  });

  describe('cross-references', () => {
    const facility = (id: string, system: string, localId: string, more = {}) => ({
      entityType: 'Facility',
      entityId: id,
      system,
      kind: 'company',
      localId,
      source: 'test',
      ...more,
    });

    test('are found both ways, each way with one query for all that is asked in a tick', async () => {
      const store = await newStore();
      await addCrossReferences(store, [
        facility('f1', 'odoo', '1'),
        facility('f1', 'hr', 'north'),
        facility('f2', 'odoo', '2'),
      ]);
      let queries = 0;
      const counting: Store = {
        ...store,
        ask: (work) => {
          queries += 1;
          return store.ask(work);
        },
      };
      const references = crossReferencesFor(counting, ['north']);
      const asked = await Promise.all(
        ['f1', 'f2', 'f3', 'f1'].map((entityId) => references.ofEntity({ entityType: 'Facility', entityId })),
      );
      const locals = (found: readonly CrossReference[]) => found.map(({ system, localId }) => `${system} ${localId}`);
      expect(asked.map(locals)).toEqual([['hr north', 'odoo 1'], ['odoo 2'], [], ['hr north', 'odoo 1']]);
      expect(queries).toBe(1);
      const back = await Promise.all(
        ['1', '2', '3'].map((localId) =>
          references.ofLocalId({ entityType: 'Facility', system: 'odoo', kind: 'company', localId }),
        ),
      );
      expect(back.map((found) => found.map(({ entityId }) => entityId))).toEqual([['f1'], ['f2'], []]);
      expect(queries).toBe(2);
    });

    test('are there once, whoever says them how often', async () => {
      const store = await newStore();
      const row = facility('f1', 'odoo', '1');
      await Promise.all([addCrossReferences(store, [row, row]), addCrossReferences(store, [row])]);
      expect(await crossReferencesFor(store, ['north']).ofEntity(row)).toHaveLength(1);
    });

    test('are seen by callers of their facility only', async () => {
      const store = await newStore();
      await addCrossReferences(store, [facility('f1', 'odoo', '1', { facility: 'south' })]);
      const seen = async (...facilities: string[]) =>
        (await crossReferencesFor(store, facilities).ofEntity({ entityType: 'Facility', entityId: 'f1' })).length;
      expect([await seen('south', 'north'), await seen('north'), await seen()]).toEqual([1, 0, 0]);
    });

    test('that a source no longer says end on that day, and new ones begin', async () => {
      const store = await newStore();
      const said = (...localIds: string[]): Statement[] => [
        {
          entityType: 'Facility',
          entityId: 'f1',
          system: 'odoo',
          kind: 'company',
          source: 's',
          facility: null,
          localIds,
        },
      ];
      const all = () => crossReferencesFor(store, ['north']).ofEntity({ entityType: 'Facility', entityId: 'f1' });
      const on = async (day: string) =>
        (await all()).filter((one) => isValidOn(one, day)).map(({ localId }) => localId);
      await syncCrossReferences(store, said('1'), '2026-01-01');
      await syncCrossReferences(store, said('1'), '2026-02-01');
      await syncCrossReferences(store, said('2'), '2026-03-01');
      await syncCrossReferences(store, said('1', '3'), '2026-04-01');
      expect(await on('2020-01-01')).toEqual(['1']);
      expect(await on('2026-02-28')).toEqual(['1']);
      expect(await on('2026-03-01')).toEqual(['2']);
      expect((await on('2026-04-01')).toSorted()).toEqual(['1', '3']);
      await syncCrossReferences(store, said('2'), '2026-04-01');
      expect(await on('2026-04-01')).toEqual(['2']);
    });
  });

  describe('duplicate candidates', () => {
    const pair = (left: string, right: string, score: number, facilities: [string?, string?] = []): DuplicatePair => ({
      left: { id: left, facility: facilities[0] ?? null },
      right: { id: right, facility: facilities[1] ?? null },
      score,
      reasons: ['NAME'],
    });

    test('are paged through once, the likeliest first', async () => {
      const store = await newStore();
      const pairs = Array.from({ length: 11 }, (_, index) => pair(`a${index}`, `b${index}`, 60 + (index % 3)));
      await replaceDuplicates(store, 'Supplier', pairs);
      const scores: number[] = [];
      const ids = new Set<string>();
      for (let after: string | null = null, more = true; more; ) {
        const page = await listDuplicates(store, 'Supplier', { first: 4, after }, true);
        expect(page.totalCount).toBe(11);
        for (const { score, leftId } of page.nodes) {
          scores.push(score);
          ids.add(leftId);
        }
        after = page.pageInfo.endCursor;
        more = page.pageInfo.hasNextPage;
      }
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(ids.size).toBe(11);
    });

    test('take the place of those found before, of their type', async () => {
      const store = await newStore();
      await replaceDuplicates(store, 'Supplier', [pair('a', 'b', 90)]);
      await replaceDuplicates(store, 'Patient', [pair('p', 'q', 90)]);
      await replaceDuplicates(store, 'Supplier', [pair('c', 'd', 80)]);
      const lefts = async (type: string) =>
        (await listDuplicates(store, type, {}, false)).nodes.map(({ leftId }) => leftId);
      expect([await lefts('Supplier'), await lefts('Patient')]).toEqual([['c'], ['p']]);
    });

    test('are seen by those who may see both records', async () => {
      const store = await newStore(['north', 'south']);
      await replaceDuplicates(store, 'Patient', [
        pair('a', 'b', 90, ['north', 'south']),
        pair('c', 'd', 80, ['north', 'north']),
        pair('e', 'f', 70),
      ]);
      const seen = async (...facilities: string[]) =>
        (await listDuplicates({ ...store, facilities }, 'Patient', {}, true)).nodes.map(({ leftId }) => leftId);
      expect(await seen('north', 'south')).toEqual(['a', 'c', 'e']);
      expect(await seen('north')).toEqual(['c', 'e']);
      expect(await seen('south')).toEqual(['e']);
      expect(await seen()).toEqual([]);
    });

    test('refuse a cursor of another list', async () => {
      const store = await newStore();
      await saveFindings(store, [...counted('A', 'a', 1), ...counted('B', 'b', 1)]);
      const { pageInfo } = await listFindings(store, {}, { first: 1 }, false);
      const refused = listDuplicates(store, 'Patient', { after: pageInfo.endCursor }, false);
      await expect(refused).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    });
  });

  describe('findings', () => {
    test('are counted on, whoever has counted them', async () => {
      const store = await newStore();
      await Promise.all([
        saveFindings(store, counted('Supplier', 'country', 3)),
        saveFindings(store, counted('Supplier', 'country', 4)),
      ]);
      await saveFindings(store, counted('PurchaseOrder', 'state', 1));
      const { nodes, totalCount } = await listFindings(store, {}, {}, true);
      expect(totalCount).toBe(2);
      expect(nodes.map(({ field, count }) => [field, count])).toEqual([
        ['country', 7],
        ['state', 1],
      ]);
      const filtered = await listFindings(store, { type: 'PurchaseOrder', code: ['UNMAPPED'] }, {}, true);
      expect(filtered).toMatchObject({ totalCount: 1, nodes: [{ field: 'state' }] });
      expect((await listFindings(store, { code: ['MISSING'] }, {}, false)).nodes).toEqual([]);
    });
  });
});

const counted = (type: string, field: string, times: number) => {
  const findings = collectFindings();
  for (let time = 0; time < times; time += 1) findings.record({ source: 'odoo', type, field, code: 'UNMAPPED' });
  return findings.take();
};
