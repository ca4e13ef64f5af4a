import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Kysely, sql } from 'kysely';
import { type Journal, openJournal } from '../../platform/audit/journal.ts';
import { auditKeys } from '../../platform/audit/keys.ts';
import { readEntries } from '../../platform/audit/lines.ts';
import type { Head, RequestRecord } from '../../platform/audit/records.ts';
import { shipJournals } from '../../platform/audit/ship.ts';
import { verifyTrail } from '../../platform/audit/verify.ts';
import { silentLog } from '../../platform/log.ts';
import { ROOT } from '../../platform/root.ts';
import { headsSince, keepEntries, listDisclosures, listTrail, verifyStore } from '../../platform/store/audit-trail.ts';
import { openStore, type StoreOwner } from '../../platform/store/owner.ts';
import type { Tables } from '../../platform/store/tables.ts';
import { STORE_ENGINES, type StoreEngine } from '../harness/store-engines.ts';

const keys = auditKeys('an invented secret');
const log = silentLog();

const asked = (requestId: string): RequestRecord => ({
  kind: 'request',
  requestId,
  subject: 'nurse-17 é',
  client: 'ward-app',
  audience: 'internal',
  purpose: 'operations',
  facilities: ['north'],
  operation: 'query',
  document: 'ab'.repeat(32),
  fields: ['patients'],
  classes: ['PHI_ADMIN'],
  masked: [],
  denied: 0,
  decisions: [],
  codes: [],
  status: 200,
});

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'caregraph-audit-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const one of folders) rmSync(one, { recursive: true });
});

const journals: Journal[] = [];
const open = (dir: string): Journal => {
  const journal = openJournal({ dir, key: keys.chain, log });
  journals.push(journal);
  return journal;
};
afterEach(() => {
  for (const journal of journals.splice(0)) journal.close();
});

const entriesIn = (dir: string) =>
  readdirSync(dir)
    .toSorted()
    .flatMap((name) => readEntries(readFileSync(join(dir, name), 'latin1')));

describe('a journal', () => {
  it('has a record in its file when append returns, in ASCII, behind the one before it', () => {
    const dir = folder();
    const journal = open(dir);
    journal.append(asked('r-1'));
    journal.append(asked('r-2'));
    const entries = entriesIn(dir);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(JSON.parse(entries[1]?.text ?? '')).toMatchObject({ v: 1, requestId: 'r-1', subject: 'nurse-17 é' });
    expect(entries.every(({ text }) => /^[\x20-\x7e]*$/.test(text))).toBe(true);
    expect(verifyTrail(entries, keys.chain)).toEqual({ records: 3, chains: 1, problems: [] });
    expect(statSync(journal.files[0] ?? '').mode & 0o777).toBe(0o600);
  });

  it('survives the death of its process up to the last record that was promised', async () => {
    const dir = folder();
    const writer = startWriter(dir);
    const said = await writer.until((lines) => lines.length > 200);
    await writer.kill();
    const entries = entriesIn(dir);
    expect(entries.length).toBeGreaterThanOrEqual(Number(said.at(-1)));
    expect(verifyTrail(entries, keys.chain).problems).toEqual([]);
  }, 30_000);

  it('takes no notice of a last line that is torn, and the next one says where it ended', () => {
    const dir = folder();
    const first = openJournal({ dir, key: keys.chain, log });
    first.append(asked('r-1'));
    const [file = ''] = first.files;
    const { head } = first;
    first.close();
    appendFileSync(file, `${head.chain} 3 torn`);
    open(dir);
    const opened = entriesIn(dir).find(({ chain }) => chain !== head.chain);
    expect(JSON.parse(opened?.text ?? '')).toMatchObject({ kind: 'opened', heads: [head] });
    expect(verifyTrail(entriesIn(dir), keys.chain).problems).toEqual([]);
  });

  it('promises nothing while its disk takes nothing, and has no gap when it does again', async () => {
    const dir = folder();
    // A file of this process may have 4 KB, for now; who writes more is told so, and not ended.
    const writer = startWriter(dir, "trap '' XFSZ; ulimit -S -f 8");
    const said = await writer.until((lines) => lines.filter((line) => line === 'AUDIT_UNAVAILABLE').length > 2);
    const promised = Number(said.filter((line) => /^\d+$/.test(line)).at(-1));
    expect(entriesIn(dir).length).toBe(promised);
    await once(spawn('prlimit', ['--pid', String(writer.pid), '--fsize=unlimited:unlimited']), 'exit');
    const after = await writer.until((lines) => Number(lines.at(-1)) > promised + 20);
    await writer.kill();
    const entries = entriesIn(dir);
    expect(entries.length).toBeGreaterThanOrEqual(Number(after.at(-1)));
    expect(verifyTrail(entries, keys.chain).problems).toEqual([]);
  }, 30_000);
});

const startWriter = (dir: string, before = ':') => {
  const program = [process.execPath, '--import', 'tsx', join('test', 'audit', 'writer.ts'), dir];
  const child = spawn('sh', ['-c', `${before}; exec "$@"`, 'sh', ...program], { cwd: ROOT });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  // A line that is not over says nothing yet.
  const lines = () => text.split('\n').slice(0, -1);
  return {
    pid: child.pid,
    until: async (isEnough: (said: readonly string[]) => boolean): Promise<readonly string[]> => {
      while (!isEnough(lines())) await once(child.stdout, 'data');
      return lines();
    },
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
};

const PERSON = keys.person('scheduling', 'Patient', 'pt-00001');

describe.each(STORE_ENGINES)('the trail in a store, on $title', ({ start }) => {
  const test = start === undefined ? it.skip : it;
  let engine: StoreEngine;
  let store: StoreOwner;

  beforeAll(async () => {
    if (start === undefined) return;
    engine = await start();
    store = openStore(await engine.database(), log);
    await store.start();
  }, 60_000);
  afterAll(async () => {
    await store?.close();
    await engine?.[Symbol.asyncDispose]();
  });

  /** A trail of two chains, of which the second has seen the first. The store is that of the tests before, too. */
  const filled = async () => {
    const dir = folder();
    const [first, second] = [open(dir), open(dir)];
    for (const id of ['r-1', 'r-2', 'r-3']) first.append(asked(id));
    first.append({
      ...asker('r-3'),
      kind: 'access',
      subgraph: 'scheduling',
      objects: { Patient: 1 },
      people: [PERSON],
      others: 0,
    });
    const shipping = shipJournals({ journal: first, dir, store, log });
    await shipping.flush();
    second.append({ kind: 'anchor', heads: await headsSince(store.ours(), new Date(0)) });
    second.append(asked('r-4'));
    const other = shipJournals({ journal: second, dir, store, log });
    await other.flush();
    await Promise.all([shipping.stop(), other.stop()]);
    return { chain: first.head.chain, chains: [first, second].map(({ head }) => head.chain), last: second.head };
  };
  /** As somebody who has the database to themselves. */
  const tamper = (what: (db: Kysely<Tables>) => Promise<unknown>) =>
    store.ours().ask(async (db) => {
      for (const table of ['audit_record', 'audit_person'])
        await sql`alter table ${sql.table(table)} disable trigger all`.execute(db);
      await what(db);
      for (const table of ['audit_record', 'audit_person'])
        await sql`alter table ${sql.table(table)} enable trigger all`.execute(db);
    });
  const problemsOf = async (chains: readonly string[], kept: readonly Head[] = [], { chain } = keys) =>
    (await verifyStore(store.ours(), chain, kept)).problems.filter((problem) => chains.includes(problem.chain));

  test('is whole as it was written, and bringing it again changes nothing', async () => {
    const { chains } = await filled();
    const rows = await store
      .ours()
      .ask((db) => db.selectFrom('audit_record').select(['chain', 'seq', 'mac', 'record as text']).execute());
    expect(await verifyStore(store.ours(), keys.chain)).toEqual({ records: rows.length, chains: 2, problems: [] });
    expect(rows).toHaveLength(8);
    await keepEntries(store.ours(), rows);
    expect(await verifyStore(store.ours(), keys.chain)).toMatchObject({ records: 8 });
    expect(await problemsOf(chains)).toEqual([]);
  });

  test('cannot be changed by mistake', async () => {
    const { chains } = await filled();
    for (const statement of [
      sql`update audit_record set client = 'x'`,
      sql`delete from audit_record`,
      sql`truncate audit_person`,
    ])
      await expect(store.ours().ask((db) => statement.execute(db))).rejects.toThrow();
    expect(await problemsOf(chains)).toEqual([]);
  });

  test.each([
    [
      'a row that was changed',
      3,
      'changed',
      (db, chain) =>
        db
          .updateTable('audit_record')
          .set({ record: sql`replace(record, 'ward-app', 'word-app')` })
          .where('chain', '=', chain)
          .where('seq', '=', 3)
          .execute(),
    ],
    [
      'a row that was deleted',
      2,
      'missing',
      (db, chain) => db.deleteFrom('audit_record').where('chain', '=', chain).where('seq', '=', 2).execute(),
    ],
    [
      'two rows that changed places',
      2,
      'changed',
      async (db, chain) => {
        const move = (from: number, to: number) =>
          db.updateTable('audit_record').set({ seq: to }).where('chain', '=', chain).where('seq', '=', from).execute();
        await move(2, 99);
        await move(3, 2);
        await move(99, 3);
      },
    ],
    [
      'a tail that was cut off',
      4,
      'cut',
      (db, chain) => db.deleteFrom('audit_record').where('chain', '=', chain).where('seq', '>=', 4).execute(),
    ],
    [
      'a chain that is gone',
      1,
      'cut',
      (db, chain) => db.deleteFrom('audit_record').where('chain', '=', chain).execute(),
    ],
    [
      'a record put under the name of somebody else',
      2,
      'hidden',
      (db, chain) =>
        db
          .updateTable('audit_record')
          .set({ subject: 'porter-4' })
          .where('chain', '=', chain)
          .where('seq', '=', 2)
          .execute(),
    ],
    [
      'a record that is not found any more by the people in it',
      5,
      'hidden',
      (db, chain) => db.deleteFrom('audit_person').where('chain', '=', chain).execute(),
    ],
  ] as readonly (readonly [string, number, string, (db: Kysely<Tables>, chain: string) => Promise<unknown>])[])(
    'betrays %s, and where',
    async (_name, seq, what, how) => {
      const { chain, chains } = await filled();
      await tamper((db) => how(db, chain));
      expect(await problemsOf(chains)).toEqual([{ chain, seq, what }]);
    },
  );

  test('betrays a tail that only an anchor kept elsewhere knows of', async () => {
    const { last, chains } = await filled();
    await tamper((db) =>
      db.deleteFrom('audit_record').where('chain', '=', last.chain).where('seq', '=', last.seq).execute(),
    );
    expect(await problemsOf(chains)).toEqual([]);
    expect(await problemsOf(chains, [last])).toEqual([{ chain: last.chain, seq: last.seq, what: 'cut' }]);
  });

  test('is not to be sealed by somebody without the key', async () => {
    const { chains } = await filled();
    const problems = await problemsOf(chains, [], auditKeys('another secret'));
    expect(problems.map(({ seq, what }) => [seq, what])).toEqual([
      [1, 'changed'],
      [1, 'changed'],
    ]);
  });

  test('tells the newest first, by who and when, and who was handed something about a person', async () => {
    const before = await listTrail(store.ours(), { subject: 'nurse-17 é', kind: ['request'] }, {}, true);
    const handedBefore = await listDisclosures(store.ours(), [PERSON], {}, true);
    await filled();
    const list = await listTrail(store.ours(), { subject: 'nurse-17 é', kind: ['request'] }, { first: 2 }, true);
    expect(list.nodes.map((one) => 'requestId' in one && one.requestId)).toEqual(['r-4', 'r-3']);
    expect(list.totalCount).toBe((before.totalCount ?? 0) + 4);
    const next = await listTrail(
      store.ours(),
      { kind: ['request'] },
      { first: 9, after: list.pageInfo.endCursor },
      false,
    );
    expect(next.nodes.slice(0, 2).map((one) => 'requestId' in one && one.requestId)).toEqual(['r-2', 'r-1']);
    const handed = await listDisclosures(store.ours(), [PERSON, 'somebody else'], {}, true);
    expect(handed.totalCount).toBe((handedBefore.totalCount ?? 0) + 1);
    expect(handed.nodes[0]).toMatchObject({ kind: 'access', requestId: 'r-3', objects: { Patient: 1 } });
    expect((await listDisclosures(store.ours(), ['somebody else'], {}, true)).totalCount).toBe(0);
    expect((await listTrail(store.ours(), { at: { before: '2020-01-01T00:00:00Z' } }, {}, true)).totalCount).toBe(0);
  });

  test('takes what an earlier process has left, and deletes its journal', async () => {
    const dir = folder();
    const writer = startWriter(dir);
    await writer.until((lines) => lines.length > 5);
    await writer.kill();
    const left = entriesIn(dir);
    const journal = open(dir);
    const shipping = shipJournals({ journal, dir, store, log });
    await shipping.flush();
    await shipping.stop();
    expect(readdirSync(dir)).toHaveLength(1);
    const chains = [left[0]?.chain ?? '', journal.head.chain];
    expect(await problemsOf(chains, [...left, journal.head])).toEqual([]);
  }, 30_000);

  test('is kept in its file as long as the store is away', async () => {
    const dir = folder();
    const journal = open(dir);
    const away = { ours: () => ({ facilities: [], sites: [], ask: () => Promise.reject(new Error('away')) }) };
    const shipping = shipJournals({ journal, dir, store: away, log });
    journal.append(asked('r-1'));
    await expect(shipping.flush()).rejects.toThrow('away');
    await shipping.stop();
    const again = shipJournals({ journal, dir, store, log });
    await again.flush();
    await again.stop();
    expect(await problemsOf([journal.head.chain], [journal.head])).toEqual([]);
  });
});

const asker = (requestId: string) => {
  const { subject, client, audience, purpose, facilities } = asked(requestId);
  return { requestId, subject, client, audience, purpose, facilities };
};

it('names a person in the same way each time, and each in each system in another', () => {
  expect(keys.person('scheduling', 'Patient', 'pt-00001')).toBe(PERSON);
  const others = [
    keys.person('billing', 'Patient', 'pt-00001'),
    keys.person('scheduling', 'Practitioner', 'pt-00001'),
    keys.person('scheduling', 'Patient', 'pt-00002'),
    auditKeys('another secret').person('scheduling', 'Patient', 'pt-00001'),
  ];
  expect(new Set([PERSON, ...others]).size).toBe(5);
});
