import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { attachFhirSandbox, type FhirReady } from '../../../sandbox/fhir/child.ts';
import { startFhirSandbox } from '../../../sandbox/fhir/server.ts';
import { clientOf, idOf } from './client.ts';
import { smallSeed } from './small-seed.ts';

const MAIN = new URL('../../../sandbox/fhir/main.ts', import.meta.url).pathname;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'fhir-journal-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const start = () => startFhirSandbox({ domain: 'scheduling', seed: smallSeed(), token: 'let-me-in', dataDir });
const journal = () => join(dataDir, 'scheduling-journal.jsonl');
const PATIENT = { resourceType: 'Patient', name: [{ family: 'Kept' }] };

describe('the journal', () => {
  it('brings back what was created, changed and deleted, with its versions', async () => {
    const first = await start();
    const before = clientOf(first);
    const kept = `Patient/${idOf(await before('POST', 'Patient', { body: PATIENT }))}`;
    await before('PATCH', kept, { body: [{ op: 'add', path: '/active', value: true }] });
    await before('DELETE', 'Appointment/a1');
    const changed = await before('GET', kept);
    await first.stop();

    await using second = await start();
    const after = clientOf(second);
    expect((await after('GET', kept)).body).toEqual(changed.body);
    expect((await after('GET', `${kept}/_history`)).body['total']).toBe(2);
    expect((await after('GET', 'Appointment/a1')).status).toBe(410);
    expect((await after('GET', 'Appointment?_summary=count')).body['total']).toBe(4);
    expect((await after('GET', 'Patient?family=kept')).body['total']).toBe(1);
  });

  it('holds a transaction as one line, and nothing of one that failed', async () => {
    const first = await start();
    const before = clientOf(first);
    const entry = [PATIENT, PATIENT].map((resource) => ({ resource, request: { method: 'POST', url: 'Patient' } }));
    const bad = { resource: { resourceType: 'Patient', colour: 'blue' }, request: { method: 'POST', url: 'Patient' } };
    await before('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry } });
    await before('POST', '', { body: { resourceType: 'Bundle', type: 'transaction', entry: [...entry, bad] } });
    await first.stop();
    expect((await readFile(journal(), 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  it('cuts off a last line that a crash has torn', async () => {
    const first = await start();
    await clientOf(first)('POST', 'Patient', { body: PATIENT });
    await first.stop();
    await appendFile(journal(), '{"c":[{"resourceType":"Patient","id":"torn"');
    await using second = await start();
    expect((await clientOf(second)('GET', 'Patient?_summary=count')).body['total']).toBe(4);
  });

  it('of another seed is refused', async () => {
    await (await start()).stop();
    const other = { ...smallSeed(), fingerprint: 'another/1' };
    await expect(startFhirSandbox({ domain: 'scheduling', seed: other, token: 'x', dataDir })).rejects.toThrow(
      'another/1',
    );
  });
});

describe('the process', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const run = async (): Promise<FhirReady & { readonly child: ChildProcess }> => {
    const args = ['--domain', 'billing', '--data-dir', dataDir, '--port', '0', '--scale', '0.02'];
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return { ...(JSON.parse(line) as FhirReady), child };
  };

  it('loses nothing it has acknowledged when it is killed, and keeps its token', async () => {
    const first = await run();
    const created = await clientOf(first)('POST', 'Patient', { body: PATIENT });
    expect(created.status).toBe(201);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');

    const second = await run();
    expect([second.token, second.instance === first.instance]).toEqual([first.token, false]);
    const again = await clientOf(second)('GET', `Patient/${idOf(created)}`);
    expect(again.body).toEqual(created.body);
    expect(await (await fetch(`${second.url}/sandbox/instance`)).text()).toBe(second.instance);
    expect((await clientOf(second)('GET', 'Organization?type=ins&_summary=count')).body['total']).toBe(8);
    second.child.kill('SIGTERM');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
  });

  it('is found again by the next gateway, and ends when it is told to', async () => {
    const first = await attachFhirSandbox(dataDir, 'scheduling');
    const second = await attachFhirSandbox(dataDir, 'scheduling');
    try {
      expect([second.pid, second.url, second.token]).toEqual([first.pid, first.url, first.token]);
      expect((await clientOf(second)('GET', 'Appointment?_summary=count')).body['total']).toBe(6000);
    } finally {
      await second.stop();
    }
    await expect(clientOf(second)('GET', 'metadata')).rejects.toThrow();
  });
});
