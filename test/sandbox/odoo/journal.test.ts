import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type OdooSandbox, startOdooSandbox } from '../../../sandbox/odoo/server.ts';
import { SMALL_USERS, smallSeed } from '../../fixtures/odoo/small-seed.ts';
import { json2 } from './client.ts';

const MAIN = new URL('../../../sandbox/odoo/main.ts', import.meta.url).pathname;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'odoo-journal-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const journal = () => join(dataDir, 'odoo-journal.jsonl');

describe('the journal', () => {
  const start = (): Promise<OdooSandbox> => startOdooSandbox({ seed: smallSeed(), dataDir });

  it('brings back what was committed: created, changed and deleted, and the numbers after it', async () => {
    const first = await start();
    const before = json2(first, SMALL_USERS.admin.apiKey);
    const ids = await before<number[]>('res.partner', 'create', { vals_list: [{ name: 'Kept' }, { name: 'Deleted' }] });
    await before('res.partner', 'write', { ids: [ids[0]], vals: { ref: 'K-1' } });
    await before('res.partner', 'unlink', { ids: [ids[1]] });
    const [order] = await before<number[]>('purchase.order', 'create', { vals_list: [{ partner_id: 9 }] });
    await first.stop();

    await using second = await start();
    const after = json2(second, SMALL_USERS.admin.apiKey);
    expect(await after('res.partner', 'read', { ids, fields: ['name', 'ref'] })).toEqual([
      { id: ids[0], name: 'Kept', ref: 'K-1' },
    ]);
    const [next] = await after<number[]>('res.partner', 'create', { vals_list: [{ name: 'Next' }] });
    expect(next).toBe((ids[1] ?? 0) + 1);
    const [another] = await after<number[]>('purchase.order', 'create', { vals_list: [{ partner_id: 9 }] });
    expect(await after('purchase.order', 'read', { ids: [order, another], fields: ['name'] })).toEqual([
      { id: order, name: 'P00005' },
      { id: another, name: 'P00006' },
    ]);
  });

  it('holds nothing of a transaction that failed', async () => {
    const first = await start();
    const before = json2(first, SMALL_USERS.admin.apiKey);
    const rows = [{ name: 'good' }, { name: 'bad', country_id: 999_999 }];
    await expect(before('res.partner', 'create', { vals_list: rows })).rejects.toThrow('ValidationError');
    await first.stop();
    expect((await readFile(journal(), 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it('cuts off a last line that a crash has torn, and goes on', async () => {
    const first = await start();
    await json2(first, SMALL_USERS.admin.apiKey)('res.partner', 'create', { vals_list: [{ name: 'Whole' }] });
    await first.stop();
    await appendFile(journal(), '{"c":[["res.partner",99,{"na');

    const second = await start();
    const after = json2(second, SMALL_USERS.admin.apiKey);
    expect(await after('res.partner', 'search_count', { domain: [['name', '=', 'Whole']] })).toBe(1);
    await after('res.partner', 'create', { vals_list: [{ name: 'Later' }] });
    await second.stop();

    await using third = await start();
    const names = await json2(third, SMALL_USERS.admin.apiKey)('res.partner', 'search_count', {
      domain: [['name', 'in', ['Whole', 'Later']]],
    });
    expect(names).toBe(2);
  });

  it('is refused on another seed, and left as it is', async () => {
    await (await start()).stop();
    const written = await readFile(journal(), 'utf8');
    await expect(startOdooSandbox({ seed: { ...smallSeed(), fingerprint: 'another' }, dataDir })).rejects.toThrow(
      /written on the seed small/,
    );
    expect(await readFile(journal(), 'utf8')).toBe(written);
  });
});

describe('the process', () => {
  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });

  interface Ready {
    readonly url: string;
    readonly db: string;
    readonly apiKey: string;
  }

  const launch = async (...more: string[]): Promise<{ child: ChildProcess; ready: Ready }> => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', MAIN, '--data-dir', dataDir, '--scale', '0.01', ...more],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    running.add(child);
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    lines.close();
    return { child, ready: JSON.parse(line) as Ready };
  };

  const call = (ready: Ready) => json2(ready as unknown as OdooSandbox, ready.apiKey);

  it('loses nothing it has acknowledged when it is killed, and ends with 0 when asked to', async () => {
    const first = await launch();
    const acknowledged: number[] = [];
    const create = call(first.ready);
    for (let at = 0; at < 20; at += 1) {
      const [id = 0] = await create<number[]>('res.partner', 'create', {
        vals_list: [{ name: `Kept ${at}`, ref: 'KILLED' }],
      });
      acknowledged.push(id);
    }
    // One more is under way while the process dies: it may be there or not, but never half.
    const last = create('res.partner', 'create', { vals_list: [{ name: 'Perhaps', ref: 'PERHAPS' }] }).catch(
      () => null,
    );
    first.child.kill('SIGKILL');
    await Promise.all([once(first.child, 'exit'), last]);

    const second = await launch();
    const found = await call(second.ready)<number[]>('res.partner', 'search', {
      domain: [['ref', '=', 'KILLED']],
      order: 'id',
    });
    expect(found).toEqual(acknowledged);
    second.child.kill('SIGTERM');
    const [code] = (await once(second.child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });

  it('says so and ends with 1 when the journal is of another seed', async () => {
    const first = await launch();
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    const second = spawn(process.execPath, ['--import', 'tsx', MAIN, '--data-dir', dataDir, '--scale', '0.02'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    running.add(second);
    const said = createInterface({ input: second.stderr });
    const [[line], [code]] = (await Promise.all([once(said, 'line'), once(second, 'exit')])) as [[string], [number]];
    expect(line).toMatch(/was written on the seed/);
    expect(code).toBe(1);
  });
});
