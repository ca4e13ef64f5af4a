import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openJournal } from '../../platform/audit/journal.ts';
import { auditKeys } from '../../platform/audit/keys.ts';
import type { Head } from '../../platform/audit/records.ts';
import { shipJournals } from '../../platform/audit/ship.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import { ROOT } from '../../platform/root.ts';
import { openStore } from '../../platform/store/owner.ts';
import { prepareTemplate } from '../../platform/store/template.ts';
import { SECOND } from '../../platform/time.ts';

const SECRET = 'an invented secret';
const keys = auditKeys(SECRET);
const PATIENT = encodeId('Patient', 'pat-7');
const log = silentLog();

describe('npm run audit', () => {
  let dataDir: string;
  let brought: Head;
  let behind: Head;

  const withStore = async (work: (store: ReturnType<typeof openStore>) => Promise<void>) => {
    const store = openStore({ dir: join(dataDir, 'store'), connections: 1, within: 10 * SECOND }, log);
    await store.start();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  // Two records in the store and in the journal, and one that is in the journal alone.
  beforeAll(async () => {
    await prepareTemplate();
    dataDir = await mkdtemp(join(tmpdir(), 'caregraph-audit-command-'));
    const dir = join(dataDir, 'audit');
    const journal = openJournal({ dir, key: keys.chain, log });
    journal.append({
      kind: 'access',
      requestId: 'r-1',
      subject: 'nurse-17',
      client: 'ward-app',
      audience: 'internal',
      purpose: 'operations',
      facilities: ['north'],
      subgraph: 'scheduling',
      objects: { Patient: 1, Appointment: 2 },
      people: [keys.person('scheduling', 'Patient', 'pat-7')],
      others: 0,
    });
    await withStore(async (store) => {
      const shipping = shipJournals({ journal, dir, store, log });
      await shipping.flush();
      await shipping.stop();
    });
    brought = journal.head;
    journal.append({ kind: 'anchor', heads: [brought] });
    behind = journal.head;
    journal.close();
  }, 60_000);
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  const audit = (...args: readonly string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const program = ['--import', 'tsx', join(ROOT, 'scripts', 'audit.ts'), ...args];
      const env = { PATH: process.env['PATH'], CAREGRAPH_DATA: dataDir, AUDIT_KEY: SECRET };
      execFile(process.execPath, program, { cwd: ROOT, env }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      });
    });

  it('finds nothing wrong with a trail as it was written, in the store and in the journal behind it', async () => {
    const { code, stdout } = await audit('verify');
    expect(stdout).toBe('3 records in 1 chains, 0 anchors from elsewhere\nThe trail is as it was written.\n');
    expect(code).toBe(0);
  });

  it('tells who was handed something about a person, and of nobody else', async () => {
    const { stdout } = await audit('disclosures', 'Patient', PATIENT);
    expect(stdout.trim().split('\t').slice(1)).toEqual([
      'nurse-17',
      'ward-app',
      'operations',
      'scheduling',
      'Patient×1 Appointment×2',
      'r-1',
    ]);
    expect(await audit('disclosures', 'Patient', encodeId('Patient', 'pat-8'))).toMatchObject({ code: 0, stdout: '' });
  });

  it('names what only an anchor kept in a log tells of', async () => {
    const file = join(dataDir, 'kept.log');
    const place = (seq: number, mac: string) => `${behind.chain} ${seq} ${mac}`;
    const line = (...heads: readonly string[]) => `${JSON.stringify({ msg: 'audit:anchored', heads })}\n`;
    await writeFile(file, line(place(behind.seq, behind.mac)));
    expect((await audit('verify', '--anchors', file)).code).toBe(0);
    await writeFile(file, line(place(behind.seq, behind.mac), place(9, behind.mac)));
    const { code, stdout } = await audit('verify', '--anchors', file);
    expect(stdout).toContain(`chain ${behind.chain}: record 4 and all behind it are missing`);
    expect(code).toBe(1);
  });

  it('says how it is used', async () => {
    for (const args of [
      ['disclosures', 'Patient'],
      ['disclosures', 'a', 'b', '--anchors', 'c'],
    ])
      expect(await audit(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining('npm run -s audit') });
  });

  it('names the record of the store that is not what the journal says', async () => {
    await withStore((store) =>
      store.ours().ask(async (db) => {
        await sql`alter table audit_record disable trigger all`.execute(db);
        await db.deleteFrom('audit_record').where('seq', '=', 1).execute();
      }),
    );
    const { code, stdout } = await audit('verify');
    expect(stdout).toContain(`chain ${brought.chain}: record 1 is missing`);
    expect(code).toBe(1);
  });
});
