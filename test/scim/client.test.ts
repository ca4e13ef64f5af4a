import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { codeOf } from '../../platform/errors.ts';
import { openScim, type ScimDoor } from '../../platform/scim/client.ts';
import { allOf, among, compare, not, present } from '../../platform/scim/filter.ts';
import { valueAt } from '../../platform/scim/paths.ts';
import type { CallEvent, ScimClient, ScimSettings } from '../../platform/scim/types.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { type FaultyProxy, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { type FakeScim, startFakeScim } from '../fakes/scim.ts';
import { startSandboxScim } from '../harness/scim-servers.ts';
import { peopleOf } from './people.ts';

const NUMBER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber';
const FACILITY = 'urn:caregraph:params:scim:schemas:workforce:2.0:User:facilityCode';
const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

const spending = () => ({ deadline: deadlineIn(5 * SECOND) });

const failure = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) => codeOf(error),
  );

interface Running extends AsyncDisposable {
  readonly settings: ScimSettings;
  readonly facility: string;
}

const SERVERS: readonly (readonly [string, () => Promise<Running>])[] = [
  ['the sandbox', async () => Object.assign(await startSandboxScim(), { facility: 'north-facility' })],
  [
    'another implementation',
    async () => Object.assign(await startFakeScim({ users: peopleOf(60) }), { facility: 'north' }),
  ],
];

describe.each(SERVERS)('the SCIM client, with %s', (_, start) => {
  let server: Running;
  let door: ScimDoor;
  let client: ScimClient;

  beforeEach(async () => {
    server = await start();
    door = openScim(server.settings);
    ({ client } = await door.connect(spending()));
  });
  afterEach(async () => {
    await door.close();
    await server[Symbol.asyncDispose]();
  });

  const numbers = async (query: Parameters<ScimClient['list']>[1]) =>
    (await client.list('User', { attributes: [NUMBER], ...query }, spending())).resources.map((one) =>
      valueAt(one, NUMBER),
    );

  it('learns what the server can do and has', async () => {
    const { server: known } = await door.connect(spending());
    expect(known).toMatchObject({ canPatch: true, canSort: true, hasVersions: true });
    expect(known.resources.get('User')?.has(NUMBER)).toBe(true);
    expect(known.resources.get('User')?.has(NUMBER.toUpperCase())).toBe(true);
    expect(known.resources.get('User')?.has('name.familyName')).toBe(true);
    expect(known.resources.get('User')?.has('shoeSize')).toBe(false);
    expect(known.resources.get('Group')?.has(NUMBER)).toBe(false);
  });

  it('filters by attributes of extensions, sorts and pages', async () => {
    const filter = compare(FACILITY, 'eq', server.facility);
    const all = await numbers({ filter, sortBy: NUMBER, count: 100 });
    expect(all).toHaveLength(20);
    expect(all).toEqual(all.map(String).toSorted());
    expect(await numbers({ filter, sortBy: NUMBER, descending: true, count: 3 })).toEqual(all.toReversed().slice(0, 3));
    expect(await numbers({ filter, sortBy: NUMBER, startIndex: 4, count: 2 })).toEqual(all.slice(3, 5));
    const later = allOf(filter, compare(NUMBER, 'gt', String(all[16])));
    expect(await numbers({ filter: later, sortBy: NUMBER, count: 100 })).toEqual(all.slice(17));
  });

  it('counts without asking for rows', async () => {
    const filter = not(present(FACILITY));
    expect(await client.list('User', { filter, count: 0 }, spending())).toEqual({ total: 20, resources: [] });
  });

  it('sends a query that is too long for an address in a body', async () => {
    const events: CallEvent[] = [];
    door.onCall((event) => events.push(event));
    const wanted = await numbers({ sortBy: NUMBER, count: 50 });
    const found = await numbers({ filter: among(NUMBER, wanted as string[]), sortBy: NUMBER, count: 60 });
    expect(found).toEqual(wanted);
    expect(events).toHaveLength(2);
  });

  it('finds nothing by a value that looks like syntax', async () => {
    for (const value of ['" or id pr or id eq "', '\\', 'x\\" or id pr', 'é\u2028'])
      expect(await numbers({ filter: compare('displayName', 'eq', value), count: 10 })).toEqual([]);
  });

  it('reads one resource, and learns when it has not changed', async () => {
    const [first] = (await client.list('User', { count: 1 }, spending())).resources;
    const id = String(first?.['id']);
    const { meta } = (await client.get('User', id, [], spending())) as { meta?: { version?: string } };
    const version = meta?.version;
    expect(version).toBeDefined();
    expect(await client.get('User', id, [], spending(), { version })).toBeNull();
    expect(await failure(client.get('User', 'nobody', [], spending()))).toBe('NOT_FOUND');
  });

  it('writes, and refuses to write over what has changed since', async () => {
    const values = { schemas: [CORE_USER], userName: 'somebody.new', displayName: 'Somebody New' };
    const made = await client.create('User', values, spending());
    const id = String(made.resource?.['id']);
    const version = made.version ?? '';
    expect(await failure(client.create('User', values, spending()))).toBe('CONFLICT');

    const operations = [{ op: 'replace', path: 'displayName', value: 'Somebody Else' }] as const;
    const patched = await client.patch('User', id, operations, { version }, spending());
    expect(patched.version).not.toBe(version);
    expect((await client.get('User', id, [], spending()))?.['displayName']).toBe('Somebody Else');

    expect(await failure(client.patch('User', id, operations, { version }, spending()))).toBe('CONFLICT');
    expect(await failure(client.replace('User', id, values, { version }, spending()))).toBe('CONFLICT');
    expect(await failure(client.remove('User', id, { version }, spending()))).toBe('CONFLICT');
    expect((await client.get('User', id, [], spending()))?.['displayName']).toBe('Somebody Else');

    const replaced = await client.replace('User', id, values, { version: patched.version ?? undefined }, spending());
    await client.remove('User', id, { version: replaced.version ?? undefined }, spending());
    expect(await failure(client.get('User', id, [], spending()))).toBe('NOT_FOUND');
  });

  it('tells a refused value from a refused account', async () => {
    expect(await failure(client.create('User', { schemas: [CORE_USER], displayName: 'No name' }, spending()))).toBe(
      'SOR_REJECTED',
    );
    const stranger = openScim({ ...server.settings, token: new Secret('wrong') });
    expect(await failure(stranger.connect(spending()))).toBe('SOR_ACCESS');
    await stranger.close();
  });

  it('is our mistake when the server does not know the attribute of a filter, or the type', async () => {
    expect(await failure(client.list('Robot', {}, spending()))).toBe('SOR_CONTRACT_BROKEN');
  });

  it('sends nothing once closed', async () => {
    await door.close();
    expect(await failure(client.list('User', { count: 1 }, spending()))).toBe('SOR_UNAVAILABLE');
  });
});

describe('bulk', () => {
  it('does all of it in order, and stops at the first that fails', async () => {
    await using server = await startSandboxScim();
    const door = openScim(server.settings);
    const { client } = await door.connect(spending());
    const user = (userName: string) => ({ schemas: [CORE_USER], userName });
    const results = await client.bulk(
      [
        { method: 'POST', resource: 'User', bulkId: 'a', data: user('bulk.a') },
        { method: 'POST', resource: 'User', bulkId: 'b', data: user('bulk.a') },
        { method: 'POST', resource: 'User', bulkId: 'c', data: user('bulk.c') },
      ],
      spending(),
    );
    expect(results.map(({ ok, code }) => [ok, code])).toEqual([
      [true, null],
      [false, 'CONFLICT'],
    ]);
    const made = String(results[0]?.id);
    const stale = await client.bulk(
      [
        { method: 'PATCH', resource: 'User', id: made, operations: [{ op: 'add', path: 'title', value: 'x' }] },
        { method: 'DELETE', resource: 'User', id: made, version: 'W/"1"' },
      ],
      spending(),
    );
    expect(stale.map(({ code }) => code)).toEqual([null, 'CONFLICT']);
    await door.close();
  });

  it('is refused before it is sent where the server has none', async () => {
    await using server = await startFakeScim();
    const door = openScim(server.settings);
    const { client } = await door.connect(spending());
    const nobody = { method: 'DELETE', resource: 'User', id: 'x' } as const;
    expect(await failure(client.bulk([nobody], spending()))).toBe('SOR_CONTRACT_BROKEN');
    expect(server.requests).toEqual([]);
    await door.close();
  });
});

describe('a server that fails', () => {
  let fake: FakeScim;
  let proxy: FaultyProxy;
  let door: ScimDoor;
  let client: ScimClient;
  let events: CallEvent[];

  beforeEach(async () => {
    fake = await startFakeScim({ users: peopleOf(3) });
    proxy = await startFaultyProxy(fake.settings.url);
    door = openScim({ ...fake.settings, url: proxy.url, responseLimit: 20_000 }, { random: () => 0 });
    ({ client } = await door.connect(spending()));
    events = [];
    door.onCall((event) => events.push(event));
  });
  afterEach(async () => {
    await door.close();
    await proxy.stop();
    await fake[Symbol.asyncDispose]();
  });

  const read = (within = 5 * SECOND) => client.list('User', { count: 3 }, { deadline: deadlineIn(within) });
  const write = (within = 5 * SECOND) =>
    client.create('User', { schemas: [CORE_USER], userName: 'new' }, { deadline: deadlineIn(within) });

  it.each([
    ['hangs', (p: FaultyProxy) => p.hang(), 'SOR_TIMEOUT', 'SOR_OUTCOME_UNKNOWN', 1],
    ['drops the connection', (p: FaultyProxy) => p.drop(), 'SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN', 3],
    ['sends half a body', (p: FaultyProxy) => p.halfBody(), 'SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN', 3],
    ['answers a page', (p: FaultyProxy) => p.html(), 'SOR_CONTRACT_BROKEN', 'SOR_OUTCOME_UNKNOWN', 1],
    ['answers a page and 404', (p: FaultyProxy) => p.html(404), 'SOR_CONTRACT_BROKEN', 'SOR_CONTRACT_BROKEN', 1],
    ['answers 500', (p: FaultyProxy) => p.status(500), 'SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN', 1],
    ['answers 502', (p: FaultyProxy) => p.html(502), 'SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN', 3],
    ['has had too much', (p: FaultyProxy) => p.status(429), 'SOR_UNAVAILABLE', 'SOR_UNAVAILABLE', 3],
    ['redirects', (p: FaultyProxy) => p.status(302), 'SOR_CONTRACT_BROKEN', 'SOR_CONTRACT_BROKEN', 1],
    ['answers text', (p: FaultyProxy) => p.status(200, 'hello'), 'SOR_CONTRACT_BROKEN', 'SOR_OUTCOME_UNKNOWN', 1],
    ['answers a list', (p: FaultyProxy) => p.status(200, [1, 2]), 'SOR_CONTRACT_BROKEN', 'SOR_OUTCOME_UNKNOWN', 1],
    [
      'answers no total',
      (p: FaultyProxy) => p.status(200, { Resources: [] }),
      'SOR_CONTRACT_BROKEN',
      'SOR_OUTCOME_UNKNOWN',
      1,
    ],
    [
      'answers more than asked for',
      (p: FaultyProxy) =>
        p.status(200, { totalResults: 4, Resources: [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }] }),
      'SOR_CONTRACT_BROKEN',
      'SOR_OUTCOME_UNKNOWN',
      1,
    ],
    [
      'answers rows without ids',
      (p: FaultyProxy) => p.status(200, { totalResults: 1, Resources: [{}] }),
      'SOR_CONTRACT_BROKEN',
      'SOR_OUTCOME_UNKNOWN',
      1,
    ],
    [
      'answers far too much',
      (p: FaultyProxy) => p.status(200, 'x'.repeat(30_000)),
      'RESULT_TOO_LARGE',
      'SOR_OUTCOME_UNKNOWN',
      1,
    ],
  ])(
    '%s: a read says so, and a write that it may have happened unless it cannot',
    async (_, harm, onRead, onWrite, attempts) => {
      harm(proxy);
      expect(await failure(read(700))).toBe(onRead);
      expect(events).toHaveLength(attempts);
      events.length = 0;
      expect(await failure(write(700))).toBe(onWrite);
      // A write is sent once.
      expect(events).toHaveLength(1);
    },
  );

  it('once is asked again, and the caller does not notice', async () => {
    proxy.drop({ times: 2 });
    expect((await read()).total).toBe(3);
    expect(events.map(({ outcome }) => outcome)).toEqual(['SOR_UNAVAILABLE', 'SOR_UNAVAILABLE', 'ok']);
  });

  it('is left alone when the caller goes', async () => {
    proxy.hang();
    const leaving = new AbortController();
    const asked = failure(client.list('User', {}, { deadline: deadlineIn(5 * SECOND), signal: leaving.signal }));
    await proxy.until(() => proxy.requests.at(-1)?.path.startsWith('/Users') === true);
    leaving.abort();
    expect(await asked).toBe('SOR_TIMEOUT');
    await proxy.until(() => proxy.abandoned === 1);
  });

  it('is quoted nowhere', async () => {
    fake.answerNext(400, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      scimType: 'invalidValue',
      detail: 'SECRET',
      status: '400',
    });
    const error = await write().catch((each: unknown) => each);
    expect(codeOf(error)).toBe('SOR_REJECTED');
    expect(JSON.stringify([error, (error as { originalError: { facts: unknown } }).originalError.facts])).not.toContain(
      'SECRET',
    );
  });
});
