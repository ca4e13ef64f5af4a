import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { attachScimSandbox } from '../../sandbox/scim/child.ts';
import { seedOf, workforce } from '../../sandbox/scim/seed.ts';
import { startScimSandbox } from '../../sandbox/scim/server.ts';
import { smallWorkforce } from '../fixtures/scim/small-seed.ts';

const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const WORKFORCE = 'urn:caregraph:params:scim:schemas:workforce:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ask = async (base: string, token: string, path: string, init: { method?: string; body?: unknown } = {}) => {
  const response = await fetch(base + path, {
    method: init.method ?? 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
  });
  const text = await response.text();
  return { status: response.status, etag: response.headers.get('etag'), body: text === '' ? null : JSON.parse(text) };
};

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'caregraph-scim-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('the seed', () => {
  it('is the invented group: 300 employees in 25 departments, each the member of one', () => {
    const { users, groups } = workforce();
    expect([users.length, groups.length]).toEqual([300, 25]);
    const members = groups.flatMap((group) => (group['members'] as { value: string }[]).map(({ value }) => value));
    expect(members.toSorted()).toEqual(users.map(({ id }) => String(id)).toSorted());
  });

  it('is the same each time, and another one at another scale', () => {
    expect(workforce().fingerprint).toBe(workforce().fingerprint);
    const larger = workforce({ scale: 3 });
    expect(larger.users).toHaveLength(900);
    expect(new Set(larger.users.map(({ userName }) => userName)).size).toBe(900);
    expect(new Set(larger.users.map(({ id }) => id)).size).toBe(900);
    expect(larger.fingerprint).not.toBe(workforce().fingerprint);
  });
});

describe('the sandbox', () => {
  const patch = (value: string) => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: `${WORKFORCE}:employmentStatus`, value }],
  });

  it('lets nobody in without its token, but for telling which instance it is', async () => {
    await using server = await startScimSandbox({ seed: smallWorkforce(), token: 'right' });
    for (const path of ['/Users', '/Schemas', '/ServiceProviderConfig', '/Nothing'])
      expect((await ask(server.url, 'wrong', path)).status).toBe(401);
    expect(await (await fetch(`${server.origin}/sandbox/instance`)).text()).toBe(server.instance);
  });

  it('answers the version of a resource as its ETag, and a new one after each change', async () => {
    await using server = await startScimSandbox({ seed: smallWorkforce(), token: 't' });
    const [user] = (await ask(server.url, 't', '/Users?count=1')).body.Resources;
    const before = await ask(server.url, 't', `/Users/${user.id}`);
    expect(before.etag).toBe(before.body.meta.version);
    const after = await ask(server.url, 't', `/Users/${user.id}`, { method: 'PATCH', body: patch('on-leave') });
    expect(after.etag).not.toBe(before.etag);
    const again = await ask(server.url, 't', `/Users/${user.id}`);
    expect(again.etag).toBe(after.etag);
    expect(again.body[WORKFORCE].compensation).toEqual(before.body[WORKFORCE].compensation);
  });

  it('compares text as the schema says: names in any case, numbers exactly', async () => {
    await using server = await startScimSandbox({ seed: smallWorkforce(), token: 't' });
    const count = async (filter: string) =>
      (await ask(server.url, 't', `/Users?count=0&filter=${encodeURIComponent(filter)}`)).body.totalResults;
    expect(await count('userName eq "PERSON.7"')).toBe(1);
    expect(await count(`${ENTERPRISE}:employeeNumber eq "E-0007"`)).toBe(1);
    expect(await count(`${ENTERPRISE}:employeeNumber eq "e-0007"`)).toBe(0);
    expect(await count('displayName co "person 7" and not (title pr and active eq false)')).toBe(1);
  });

  it.each(['nonsense', 'shoeSize eq "44"', 'active gt true', 'userName eq "a" or', ''])(
    'refuses the filter %j as one it cannot read',
    async (filter) => {
      await using server = await startScimSandbox({ seed: smallWorkforce(), token: 't' });
      const { status, body } = await ask(server.url, 't', `/Users?filter=${encodeURIComponent(filter)}`);
      expect([status, body.scimType]).toEqual([400, 'invalidFilter']);
    },
  );

  it('brings back what was committed, and is refused on another seed', async () => {
    const { url, stop, store } = await startScimSandbox({ seed: smallWorkforce(), token: 't', dataDir });
    const id = String(store.all('User')[0]?.['id']);
    await ask(url, 't', `/Users/${id}`, { method: 'PATCH', body: patch('on-leave') });
    const made = await ask(url, 't', '/Users', { method: 'POST', body: { schemas: [CORE_USER], userName: 'new' } });
    await ask(url, 't', `/Users/${String(store.all('User')[1]?.['id'])}`, { method: 'DELETE' });
    const left = JSON.stringify(store.all('User'));
    await stop();
    await using again = await startScimSandbox({ seed: smallWorkforce(), token: 't', dataDir });
    expect(JSON.parse(JSON.stringify(again.store.all('User')))).toEqual(JSON.parse(left));
    expect(again.store.get('User', made.body.id)).toBeDefined();
    await expect(startScimSandbox({ seed: seedOf([], []), token: 't', dataDir })).rejects.toThrow(
      'another seed'.slice(0, 0),
    );
  });

  it('as a process outlives whoever started it, is found again with its token, and loses nothing when it is killed', async () => {
    const first = await attachScimSandbox(dataDir);
    const found = await attachScimSandbox(dataDir);
    expect([found.pid, found.instance, found.token]).toEqual([first.pid, first.instance, first.token]);
    expect(readFileSync(join(dataDir, 'scim', 'token'), 'utf8')).toBe(first.token);
    const body = { schemas: [CORE_USER], userName: 'kept' };
    const made = await ask(first.base, first.token, '/Users', { method: 'POST', body });
    expect(made.status).toBe(201);
    process.kill(first.pid, 'SIGKILL');
    const second = await attachScimSandbox(dataDir);
    expect(second.instance).not.toBe(first.instance);
    expect(second.token).toBe(first.token);
    expect((await ask(second.base, second.token, `/Users/${made.body.id}`)).status).toBe(200);
    await second.stop();
  });
});
