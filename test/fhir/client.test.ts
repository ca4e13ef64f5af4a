import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectFhir } from '../../platform/fhir/client.ts';
import { token, where } from '../../platform/fhir/query.ts';
import { createLog } from '../../platform/log.ts';
import { startFhir } from '../fakes/fhir.ts';
import { type FaultyProxy, startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { codeFrom, type Linked, settingsFor, spending, startLinked } from './harness.ts';

const NUMBERS = 'urn:caregraph:patient';

const patient = (id: string, family: string) => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: NUMBERS, value: id }],
  name: [{ family, given: ['Ada'] }],
  birthDate: '1980-02-29',
});

describe('reading', () => {
  let linked: Linked;
  beforeEach(async () => {
    linked = await startLinked();
    for (let index = 1; index <= 7; index += 1) linked.server.put(patient(`p${index}`, `Family ${index}`));
  });
  afterEach(async () => {
    await linked[Symbol.asyncDispose]();
  });

  it('asks by GET for the elements wanted, and strictly', async () => {
    const page = await linked.client.search(
      { type: 'Patient', criteria: where('_id', ['p1', 'p2']), elements: ['birthDate'], count: 10 },
      spending(),
    );
    expect(page.rows).toHaveLength(2);
    for (const { name, birthDate } of page.rows) expect([name, birthDate]).toEqual([undefined, '1980-02-29']);
    expect(page.next).toBeNull();
    const [seen] = linked.server.requests;
    expect([seen?.method, seen?.headers['prefer'], seen?.query.get('_elements')]).toEqual([
      'GET',
      'handling=strict',
      'id,birthDate',
    ]);
  });

  it('asks by POST when the query is long', async () => {
    const ids = ['p1', ...Array.from({ length: 200 }, (_, index) => `none-${index}-${'x'.repeat(20)}`)];
    const { rows } = await linked.client.search({ type: 'Patient', criteria: where('_id', ids) }, spending());
    expect(rows.map(({ id }) => id)).toEqual(['p1']);
    expect(linked.server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /Patient/_search']);
  });

  it('follows the next pages to the end', async () => {
    const seen: string[] = [];
    let page = await linked.client.search({ type: 'Patient', criteria: [], sort: 'family', count: 3 }, spending());
    for (;;) {
      seen.push(...page.rows.map(({ id }) => id));
      if (page.next === null) break;
      page = await linked.client.follow('Patient', page.next, spending());
    }
    expect(seen).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7']);
    expect(linked.server.requests).toHaveLength(3);
  });

  it('keeps what an _include brought apart from what matched', async () => {
    linked.server.put({
      resourceType: 'Appointment',
      id: 'a1',
      status: 'booked',
      participant: [{ actor: { reference: 'Patient/p3' } }],
    });
    const page = await linked.client.search(
      { type: 'Appointment', criteria: [], include: ['Appointment:patient'] },
      spending(),
    );
    expect([page.rows.map(({ id }) => id), page.included.map(({ id }) => id)]).toEqual([['a1'], ['p3']]);
  });

  it('counts without reading', async () => {
    expect(await linked.client.count({ type: 'Patient', criteria: where('family', ['family']) }, spending())).toBe(7);
    expect(linked.server.requests[0]?.query.get('_summary')).toBe('count');
  });

  it('finds by values that hold the signs of the query language', async () => {
    linked.server.put({ ...patient('odd', 'O,Neil|$\\'), identifier: [{ system: NUMBERS, value: 'a,b|c$d\\e' }] });
    const criteria = where('identifier', [token(NUMBERS, 'a,b|c$d\\e')]);
    const { rows } = await linked.client.search({ type: 'Patient', criteria }, spending());
    expect(rows.map(({ id }) => id)).toEqual(['odd']);
  });

  it('asks nothing for what nothing can match', async () => {
    expect((await linked.client.search({ type: 'Patient', criteria: where('_id', []) }, spending())).rows).toEqual([]);
    expect(await linked.client.count({ type: 'Patient', criteria: where('_id', []) }, spending())).toBe(0);
    expect(linked.server.requests).toEqual([]);
  });

  it('reads one by id with its version; what is absent or deleted is null', async () => {
    const found = await linked.client.read('Patient', 'p1', spending());
    expect([found?.resource.id, found?.version]).toEqual(['p1', '1']);
    expect(await linked.client.read('Patient', 'nobody', spending())).toBeNull();
    await fetch(`${linked.server.url}/Patient/p2`, { method: 'DELETE' });
    expect(await linked.client.read('Patient', 'p2', spending())).toBeNull();
  });

  it('makes several searches in one call, and an error of one stays its own', async () => {
    const [first, broken, none] = await linked.client.searchAll(
      [
        { type: 'Patient', criteria: where('_id', ['p4']) },
        { type: 'Patient', criteria: where('shoe-size', ['44']) },
        { type: 'Patient', criteria: where('_id', []) },
      ],
      spending(),
    );
    expect(first).toMatchObject({ rows: [{ id: 'p4' }] });
    expect(broken).toMatchObject({ extensions: { code: 'SOR_CONTRACT_BROKEN' } });
    expect(none).toMatchObject({ rows: [] });
    expect(linked.server.requests).toHaveLength(1);
  });

  it.each([
    ['another host', 'http://203.0.113.7/fhir/R4?_page=1'],
    ['another scheme', 'gopher://127.0.0.1/x'],
    ['a path beside the base', '/other/Patient?_page=1'],
    ['a path that climbs out', '../../admin?_page=1'],
    ['no address', 'http://['],
  ])('follows no next page to %s', async (_, url) => {
    linked.server.intercept(() => ({
      body: { resourceType: 'Bundle', type: 'searchset', link: [{ relation: 'next', url }], entry: [] },
    }));
    expect(await codeFrom(linked.client.search({ type: 'Patient', criteria: [] }, spending()))).toBe(
      'SOR_CONTRACT_BROKEN',
    );
  });

  it.each([
    ['no bundle', { resourceType: 'Patient', id: 'p1' }],
    ['another bundle', { resourceType: 'Bundle', type: 'history' }],
    ['nothing', null],
    ['a list', []],
    ['entries that are none', { resourceType: 'Bundle', type: 'searchset', entry: {} }],
    [
      'a row without an id',
      { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: { resourceType: 'Patient' } }] },
    ],
    [
      'a row of another type',
      {
        resourceType: 'Bundle',
        type: 'searchset',
        entry: [{ resource: { resourceType: 'Claim', id: 'c' }, search: { mode: 'match' } }],
      },
    ],
  ])('takes %s for a broken contract', async (_, body) => {
    linked.server.intercept(() => ({ body }));
    expect(await codeFrom(linked.client.search({ type: 'Patient', criteria: [] }, spending()))).toBe(
      'SOR_CONTRACT_BROKEN',
    );
  });
});

describe('writing', () => {
  let linked: Linked;
  beforeEach(async () => {
    linked = await startLinked();
  });
  afterEach(async () => {
    await linked[Symbol.asyncDispose]();
  });

  const claim = { resourceType: 'Claim', status: 'active', identifier: [{ system: 'urn:x', value: 'C-1' }] };
  const once = { ifNoneExist: where('identifier', [token('urn:x', 'C-1')]) };

  it('creates once, however often it is told to', async () => {
    const first = await linked.client.create(claim, once, spending());
    const second = await linked.client.create(claim, once, spending());
    expect([first.created, second.created, second.resource.id]).toEqual([true, false, first.resource.id]);
    expect(linked.server.all('Claim')).toHaveLength(1);
  });

  it('creates nothing where the condition finds several', async () => {
    linked.server.put(claim);
    linked.server.put(claim);
    expect(await codeFrom(linked.client.create(claim, once, spending()))).toBe('CONFLICT');
    expect(linked.server.all('Claim')).toHaveLength(2);
  });

  it('updates the version it has read and no other', async () => {
    const { resource, version } = await linked.client.create(claim, {}, spending());
    const ifMatch = version ?? '';
    const next = await linked.client.update({ ...resource, status: 'cancelled' }, { ifMatch }, spending());
    expect([next.version, linked.server.get('Claim', resource.id)?.['status']]).toEqual(['2', 'cancelled']);
    expect(await codeFrom(linked.client.update({ ...resource, status: 'draft' }, { ifMatch }, spending()))).toBe(
      'CONFLICT',
    );
    expect(linked.server.get('Claim', resource.id)?.['status']).toBe('cancelled');
  });

  it('patches, of that version only', async () => {
    const { resource, version } = await linked.client.create(claim, {}, spending());
    const target = { type: 'Claim', id: resource.id, ifMatch: version ?? '' };
    const cancel = [{ op: 'replace', path: '/status', value: 'cancelled' }] as const;
    expect((await linked.client.patch(target, cancel, spending())).version).toBe('2');
    expect(await codeFrom(linked.client.patch(target, cancel, spending()))).toBe('CONFLICT');
  });

  it('patches nothing where the server does not say that it can', async () => {
    await using other = await startLinked({ patches: [], system: [] });
    const patch = other.client.patch({ type: 'Claim', id: 'c' }, [], spending());
    expect(await codeFrom(patch)).toBe('SOR_CONTRACT_BROKEN');
    expect(
      await codeFrom(other.client.transaction([{ method: 'POST', url: 'Claim', resource: claim }], spending())),
    ).toBe('SOR_CONTRACT_BROKEN');
    expect(other.server.requests).toEqual([]);
  });

  const pair = [
    { method: 'POST', url: 'Claim', resource: claim },
    { method: 'POST', url: 'Claim', resource: { ...claim, status: 'refused' } },
  ] as const;

  it('writes a batch one by one', async () => {
    const [good, bad] = await linked.client.batch(pair, spending());
    expect([good?.status, good?.version, bad?.status, bad?.issues]).toEqual([
      201,
      '1',
      422,
      [{ severity: 'error', code: 'business-rule' }],
    ]);
    expect(linked.server.all('Claim')).toHaveLength(1);
  });

  it('writes a transaction whole or not at all', async () => {
    expect(await codeFrom(linked.client.transaction(pair, spending()))).toBe('SOR_REJECTED');
    expect(linked.server.all('Claim')).toHaveLength(0);
    expect(await linked.client.transaction([pair[0]], spending())).toMatchObject([{ status: 201 }]);
  });

  it('takes the id from the Location when the answer holds no resource', async () => {
    linked.server.intercept(() => ({
      status: 201,
      body: null,
      headers: { location: `${linked.server.url}/Claim/c9/_history/4` },
    }));
    expect(await linked.client.create(claim, {}, spending())).toEqual({
      resource: { resourceType: 'Claim', id: 'c9' },
      version: '4',
      created: true,
    });
  });
});

describe('a refusal', () => {
  let linked: Linked;
  beforeEach(async () => {
    linked = await startLinked();
  });
  afterEach(async () => {
    await linked[Symbol.asyncDispose]();
  });

  const outcome = (code: string) => ({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code, diagnostics: 'SECRET of Jane Doe', details: { text: 'SECRET' } }],
  });

  it.each([
    [400, 'invalid', 'SOR_CONTRACT_BROKEN', 'SOR_REJECTED'],
    [401, 'login', 'SOR_ACCESS', 'SOR_ACCESS'],
    [403, 'forbidden', 'SOR_ACCESS', 'SOR_ACCESS'],
    [404, 'not-found', 'NOT_FOUND', 'NOT_FOUND'],
    [400, 'not-supported', 'SOR_CONTRACT_BROKEN', 'SOR_CONTRACT_BROKEN'],
    [405, 'not-supported', 'SOR_CONTRACT_BROKEN', 'SOR_CONTRACT_BROKEN'],
    [409, 'conflict', 'CONFLICT', 'CONFLICT'],
    [410, 'deleted', 'NOT_FOUND', 'NOT_FOUND'],
    [412, 'conflict', 'CONFLICT', 'CONFLICT'],
    [422, 'business-rule', 'SOR_CONTRACT_BROKEN', 'SOR_REJECTED'],
    [400, 'lock-error', 'CONFLICT', 'CONFLICT'],
    [429, 'throttled', 'SOR_UNAVAILABLE', 'SOR_UNAVAILABLE'],
    [500, 'exception', 'SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN'],
    [501, 'not-supported', 'SOR_CONTRACT_BROKEN', 'SOR_CONTRACT_BROKEN'],
    [503, 'transient', 'SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN'],
    [302, 'processing', 'SOR_CONTRACT_BROKEN', 'SOR_CONTRACT_BROKEN'],
  ])('with %i and %s is %s for a read and %s for a write, asked once', async (status, code, read, write) => {
    linked.server.intercept(() => ({ status, body: outcome(code) }));
    expect(await codeFrom(linked.client.search({ type: 'Patient', criteria: [] }, spending()))).toBe(read);
    expect(await codeFrom(linked.client.create({ resourceType: 'Claim' }, {}, spending()))).toBe(write);
    expect(linked.server.requests).toHaveLength(2);
  });

  it('is told to a log by its codes, and to nobody by its text', async () => {
    linked.server.intercept(() => ({ status: 422, body: outcome('business-rule') }));
    const lines: string[] = [];
    const log = createLog('debug', { write: (line: string) => lines.push(line) });
    const error: unknown = await linked.client
      .update({ resourceType: 'Claim', id: 'private-id', note: 'SECRET' }, {}, spending())
      .catch((reason: unknown) => reason);
    log.warn({ error }, 'call:failed');
    expect(lines.join()).toContain('business-rule');
    expect(lines.join() + JSON.stringify(error)).not.toMatch(/SECRET|Jane|private-id|127\.0\.0\.1/);
  });
});

describe('a server that fails', () => {
  let linked: Linked;
  let proxy: FaultyProxy;

  beforeEach(async () => {
    const server = await startFhir();
    proxy = await startFaultyProxy(new URL(server.url).origin);
    const client = await connectFhir(settingsFor(`${proxy.url}/fhir/R4`, { responseLimit: 20_000 }), spending());
    linked = {
      server,
      client,
      events: [],
      [Symbol.asyncDispose]: async () => {
        await client.close();
        await proxy.stop();
        await server.stop();
      },
    };
    client.onCall((event) => linked.events.push(event));
    server.forget();
  });
  afterEach(async () => {
    await linked[Symbol.asyncDispose]();
  });

  const search = (ms?: number) => linked.client.search({ type: 'Patient', criteria: [] }, spending(ms));
  const create = (ms?: number) => linked.client.create({ resourceType: 'Claim' }, {}, spending(ms));

  it('by a lost connection is asked a read once more, and a write never', async () => {
    proxy.drop({ times: 1 });
    expect(await codeFrom(search())).toBe('ok');
    expect(linked.events.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ['SOR_UNAVAILABLE', 1],
      ['ok', 2],
    ]);
    proxy.drop();
    expect(await codeFrom(search())).toBe('SOR_UNAVAILABLE');
    linked.events.length = 0;
    expect(await codeFrom(create())).toBe('SOR_OUTCOME_UNKNOWN');
    expect(linked.events).toHaveLength(1);
  });

  it('after it wrote leaves the outcome unknown, and what was written stands once', async () => {
    proxy.dropAfterSend();
    expect(await codeFrom(create())).toBe('SOR_OUTCOME_UNKNOWN');
    expect(linked.server.all('Claim')).toHaveLength(1);
  });

  it('by silence costs the deadline and no more', async () => {
    proxy.hang();
    expect(await codeFrom(search(200))).toBe('SOR_TIMEOUT');
    expect(await codeFrom(create(200))).toBe('SOR_OUTCOME_UNKNOWN');
  });

  it('by a page, half an answer or too long an answer is told apart from one that is down', async () => {
    proxy.html(200);
    expect(await codeFrom(search())).toBe('SOR_CONTRACT_BROKEN');
    expect(await codeFrom(create())).toBe('SOR_OUTCOME_UNKNOWN');
    proxy.html(502);
    expect(await codeFrom(search())).toBe('SOR_UNAVAILABLE');
    proxy.halfBody();
    expect(await codeFrom(search())).toBe('SOR_UNAVAILABLE');
    proxy.heal();
    linked.server.put({ resourceType: 'Patient', id: 'long', text: 'x'.repeat(30_000) });
    expect(await codeFrom(search())).toBe('SOR_CONTRACT_BROKEN');
  });

  it('has no more reads under way at once than it may, and writes do not wait for them', async () => {
    proxy.hang({ when: ({ method }) => method === 'GET' });
    const reads = Array.from({ length: 20 }, () => codeFrom(search(500)));
    expect(await codeFrom(create())).toBe('ok');
    expect(new Set(await Promise.all(reads))).toEqual(new Set(['SOR_TIMEOUT']));
    expect(proxy.requests.filter(({ path }) => path.startsWith('/fhir/R4/Patient'))).toHaveLength(8);
  });

  it('is left alone when the caller is gone', async () => {
    proxy.hang();
    const gone = new AbortController();
    const work = codeFrom(
      linked.client.search({ type: 'Patient', criteria: [] }, { ...spending(), signal: gone.signal }),
    );
    await proxy.until(() => proxy.requests.some(({ path }) => path.includes('/Patient')));
    gone.abort();
    expect(await work).toBe('SOR_TIMEOUT');
    await proxy.until(() => proxy.abandoned > 0);
  });
});

describe('connecting', () => {
  const connect = (url: string) =>
    codeFrom(connectFhir(settingsFor(url), spending(2000)).then((client) => client.close()));

  it.each(['3.0.2', '5.0.0', 'four'])('refuses a server of version %s', async (fhirVersion) => {
    await using server = await startFhir({ fhirVersion });
    expect(await connect(server.url)).toBe('SOR_CONTRACT_BROKEN');
  });

  it('refuses what is no FHIR server, and an address that holds a password', async () => {
    await using server = await startFhir();
    server.intercept(() => ({ body: '<html>' }));
    expect(await connect(server.url)).toBe('SOR_CONTRACT_BROKEN');
    await expect(connectFhir(settingsFor('http://me:secret@127.0.0.1:9/'), spending())).rejects.toThrow('credentials');
  });

  it('says that nobody is there', async () => {
    expect(await connect('http://127.0.0.1:1/fhir')).toBe('SOR_UNAVAILABLE');
  });

  it('knows what the server can do', async () => {
    await using linked = await startLinked({ without: ['Patient.family'], patches: ['Claim'], system: ['batch'] });
    const { capabilities: can } = linked.client;
    expect([can.fhirVersion, can.batch, can.transaction]).toEqual(['4.0.1', true, false]);
    expect([
      can.searches('Patient', 'family'),
      can.searches('Patient', 'name'),
      can.searches('Patient', '_id'),
    ]).toEqual([false, true, true]);
    expect([can.has('Claim', 'patch'), can.has('Patient', 'patch'), can.has('Nothing', 'read')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('works for a server at the root of its host', async () => {
    await using linked = await startLinked({ path: '' });
    linked.server.put(patient('p1', 'Root'));
    expect((await linked.client.search({ type: 'Patient', criteria: [] }, spending())).rows).toHaveLength(1);
    expect(await linked.client.searchAll([{ type: 'Patient', criteria: [] }], spending())).toMatchObject([
      { rows: [{ id: 'p1' }] },
    ]);
  });
});
