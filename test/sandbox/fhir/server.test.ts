import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { type FhirSandbox, startFhirSandbox } from '../../../sandbox/fhir/server.ts';
import { type Call, clientOf, idOf, idsOf } from './client.ts';
import { smallSeed } from './small-seed.ts';

let sandbox: FhirSandbox;
let call: Call;
beforeEach(async () => {
  sandbox = await startFhirSandbox({ domain: 'scheduling', seed: smallSeed(), token: 'let-me-in' });
  call = clientOf(sandbox);
});
afterEach(() => sandbox.stop());

const NEW = {
  resourceType: 'Appointment',
  identifier: [{ system: 'urn:caregraph:appointment', value: 'NEW-1' }],
  status: 'booked',
  start: '2026-11-20T10:00:00Z',
  end: '2026-11-20T10:30:00Z',
  participant: [{ actor: { reference: 'Patient/p1' }, status: 'accepted' }],
};

describe('the door', () => {
  it('opens for the token only, and tells everybody what it is', async () => {
    for (const authorization of ['', 'Bearer wrong', 'Basic bGV0LW1lLWlu']) {
      const { status, headers, body } = await call('GET', 'Patient/p1', { headers: { authorization } });
      expect([status, headers.get('www-authenticate'), body['resourceType']]).toEqual([
        401,
        'Bearer',
        'OperationOutcome',
      ]);
    }
    const { status, body } = await call('GET', 'metadata', { headers: { authorization: '' } });
    expect([status, body['fhirVersion'], body['resourceType']]).toEqual([200, '4.0.1', 'CapabilityStatement']);
    const [rest] = body['rest'] as unknown as [{ resource: { type: string; searchParam: { name: string }[] }[] }];
    const known = rest.resource.find(({ type }) => type === 'Appointment')?.searchParam.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(['patient', 'date', 'status', '_id', '_lastUpdated']));
    expect(rest.resource.map(({ type }) => type)).not.toContain('Claim');
  });

  it('speaks JSON', async () => {
    expect((await call('GET', 'Patient/p1', { headers: { accept: 'application/fhir+xml' } })).status).toBe(406);
    expect((await call('GET', 'Patient/p1?_format=xml')).status).toBe(406);
    const type = { 'content-type': 'text/plain' };
    expect((await call('POST', 'Appointment', { body: NEW, headers: type })).status).toBe(415);
    const { status, headers } = await call('GET', 'Patient/p1');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/fhir+json; charset=utf-8']);
  });

  it('says where things are as it was asked', async () => {
    const { port, token } = sandbox;
    const headers = { host: 'fhir.example:4003', authorization: `Bearer ${token}` };
    const asked = get({ port, path: '/fhir/R4/Appointment?_count=1', headers });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const body = JSON.parse(await text(response)) as { link: { url: string }[]; entry: { fullUrl: string }[] };
    for (const url of [...body.link.map((link) => link.url), body.entry[0]?.fullUrl])
      expect(url).toMatch(/^http:\/\/fhir\.example:4003\/fhir\/R4\/Appointment/);
  });

  it('knows its types and its methods', async () => {
    expect((await call('GET', 'Claim')).status).toBe(404);
    expect((await call('GET', 'Patient/p9')).status).toBe(404);
    expect((await call('GET', 'Patient/p1/$everything')).status).toBe(404);
    expect((await call('PUT', 'Patient/p1/_history', { body: {} })).status).toBe(405);
  });
});

describe('a resource', () => {
  it('is created, read, changed and deleted, each time as a version', async () => {
    const created = await call('POST', 'Appointment', { body: NEW });
    const id = idOf(created);
    expect([created.status, created.headers.get('etag')]).toEqual([201, 'W/"1"']);
    expect(created.headers.get('location')).toBe(`${sandbox.url}/Appointment/${id}/_history/1`);
    expect(created.body).toMatchObject({ ...NEW, meta: { versionId: '1' } });

    const changed = await call('PUT', `Appointment/${id}`, { body: { ...created.body, status: 'cancelled' } });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, 'W/"2"']);
    const read = await call('GET', `Appointment/${id}`);
    expect([read.body['status'], read.headers.get('etag')]).toEqual(['cancelled', 'W/"2"']);
    expect(read.headers.get('last-modified')).not.toBeNull();
    expect((await call('GET', `Appointment/${id}/_history/1`)).body['status']).toBe('booked');

    expect((await call('DELETE', `Appointment/${id}`)).status).toBe(204);
    expect((await call('DELETE', `Appointment/${id}`)).status).toBe(204);
    const gone = await call('GET', `Appointment/${id}`);
    expect([gone.status, gone.body['resourceType']]).toEqual([410, 'OperationOutcome']);
    const { body: history } = await call('GET', `Appointment/${id}/_history`);
    const entries = history['entry'] as unknown as readonly { request: { method: string } }[];
    expect(entries.map(({ request }) => request.method)).toEqual(['DELETE', 'PUT', 'POST']);
    expect(idsOf(await call('GET', 'Appointment?identifier=NEW-1'))).toEqual([]);

    const again = await call('PUT', `Appointment/${id}`, { body: { ...NEW, id } });
    expect([again.status, again.headers.get('etag')]).toEqual([201, 'W/"4"']);
  });

  it('can be asked for without its body', async () => {
    const { status, headers, body } = await call('HEAD', 'Patient/p1');
    expect([status, headers.get('etag'), body]).toEqual([200, 'W/"1"', '']);
  });

  it('is not sent to who has it', async () => {
    const { status, body } = await call('GET', 'Patient/p1', { headers: { 'if-none-match': 'W/"1"' } });
    expect([status, body]).toEqual([304, '']);
  });

  it('comes back as far as the client prefers', async () => {
    const { status, body } = await call('POST', 'Appointment', { body: NEW, headers: { prefer: 'return=minimal' } });
    expect([status, body]).toEqual([201, '']);
  });

  it('is changed only in the version that is expected', async () => {
    const { body } = await call('GET', 'Appointment/a2');
    const patch = [{ op: 'replace', path: '/status', value: 'arrived' }];
    const [stale, current] = [{ 'if-match': 'W/"7"' }, { 'if-match': 'W/"1"' }];
    for (const [method, sent] of [
      ['PUT', body],
      ['PATCH', patch],
      ['DELETE', undefined],
    ] as const) {
      const refused = await call(method, 'Appointment/a2', { body: sent, headers: stale });
      expect([method, refused.status]).toEqual([method, 412]);
    }
    expect((await call('GET', 'Appointment/a2')).body).toEqual(body);
    expect((await call('PATCH', 'Appointment/a2', { body: patch, headers: current })).body['status']).toBe('arrived');
    expect((await call('PUT', 'Appointment/a2', { body, headers: current })).status).toBe(412);
    expect((await call('PUT', 'Appointment/a2', { body, headers: { 'if-match': 'yes' } })).status).toBe(400);
    const absent = { 'if-none-match': '*' };
    expect((await call('PUT', 'Appointment/a2', { body, headers: absent })).status).toBe(412);
  });

  it('is patched as RFC 6902 says', async () => {
    const body = [
      { op: 'test', path: '/status', value: 'booked' },
      { op: 'add', path: '/participant/-', value: { actor: { reference: 'Patient/p2' }, status: 'accepted' } },
      { op: 'copy', from: '/start', path: '/created' },
      { op: 'add', path: '/comment', value: 'a/b' },
      { op: 'move', from: '/comment', path: '/description' },
      { op: 'remove', path: '/participant/1' },
    ];
    const { status, body: after } = await call('PATCH', 'Appointment/a2', { body });
    expect(status).toBe(200);
    expect(after).toMatchObject({ created: '2026-11-10T09:00:00Z', description: 'a/b' });
    expect(after['comment']).toBeUndefined();
    expect(JSON.stringify(after['participant'])).toContain('Patient/p2');
    expect(JSON.stringify(after['participant'])).not.toContain('Practitioner/dr');
    for (const [wrong, expected] of [
      [[{ op: 'test', path: '/status', value: 'cancelled' }], 422],
      [[{ op: 'remove', path: '/nowhere' }], 422],
      [[{ op: 'replace', path: '/id', value: 'a9' }], 422],
      [[{ op: 'replace', path: '/status', value: 'on fire' }], 400],
      [{ op: 'remove' }, 400],
    ] as const)
      expect((await call('PATCH', 'Appointment/a2', { body: wrong })).status).toBe(expected);
  });

  it.each([
    ['without what it must have', { ...NEW, participant: undefined }, 400],
    ['with what it does not have', { ...NEW, colour: 'blue' }, 400],
    ['with a code that R4 does not list', { ...NEW, status: 'on fire' }, 400],
    ['against an invariant', { ...NEW, end: undefined }, 400],
    ['of another type', { resourceType: 'Patient' }, 400],
    ['that is no JSON', '{', 400],
    [
      'that refers to what is not there',
      { ...NEW, participant: [{ actor: { reference: 'Patient/p9' }, status: 'accepted' }] },
      422,
    ],
  ])('is refused %s', async (_, body, expected) => {
    const { status, body: outcome } = await call('POST', 'Appointment', { body });
    expect([status, outcome['resourceType']]).toEqual([expected, 'OperationOutcome']);
    expect((await call('GET', 'Appointment?_summary=count')).body['total']).toBe(5);
  });

  it('is created, changed and deleted on conditions', async () => {
    const condition = 'identifier=urn:caregraph:appointment|NEW-1';
    const headers = { 'if-none-exist': condition };
    const first = await call('POST', 'Appointment', { body: NEW, headers });
    const second = await call('POST', 'Appointment', { body: NEW, headers });
    expect([first.status, second.status, second.body['id']]).toEqual([201, 200, first.body['id']]);
    const several = await call('POST', 'Appointment', { body: NEW, headers: { 'if-none-exist': 'status=booked' } });
    expect(several.status).toBe(412);

    const changed = await call('PUT', `Appointment?${condition}`, { body: { ...NEW, status: 'arrived' } });
    expect([changed.status, changed.body['id'], changed.body['status']]).toEqual([200, first.body['id'], 'arrived']);
    const made = await call('PUT', 'Appointment?identifier=NEW-2', { body: NEW });
    expect(made.status).toBe(201);
    expect((await call('DELETE', 'Appointment?identifier=NEW-1')).status).toBe(412);
    await call('DELETE', `Appointment/${idOf(made)}`);
    expect((await call('DELETE', 'Appointment?identifier=NEW-1')).status).toBe(204);
    expect((await call('DELETE', 'Appointment?colour=blue')).status).toBe(400);
    expect((await call('GET', 'Appointment?_summary=count')).body['total']).toBe(5);
  });
});

describe('a bundle', () => {
  const bundle = (type: string, entry: readonly unknown[]) => ({ body: { resourceType: 'Bundle', type, entry } });
  const responses = (body: unknown) =>
    (body as { entry: { response: { status: string; location?: string }; resource?: { id: string } }[] }).entry;

  it('of type batch answers each entry by itself', async () => {
    const { status, body } = await call(
      'POST',
      '',
      bundle('batch', [
        { request: { method: 'GET', url: 'Patient/p1' } },
        { request: { method: 'GET', url: 'Patient/p9' } },
        { resource: NEW, request: { method: 'POST', url: 'Appointment' } },
        { resource: { ...NEW, status: 'on fire' }, request: { method: 'POST', url: 'Appointment' } },
        { request: { method: 'GET', url: 'Appointment?status=cancelled&_summary=count' } },
        { request: { method: 'DELETE', url: 'Appointment/a5', ifMatch: 'W/"3"' } },
      ]),
    );
    expect([status, body['type']]).toEqual([200, 'batch-response']);
    expect(responses(body).map(({ response }) => response.status.slice(0, 3))).toEqual([
      '200',
      '404',
      '201',
      '400',
      '200',
      '412',
    ]);
    expect(responses(body)[4]?.resource).toMatchObject({ total: 1 });
    const unknown = bundle('batch', [{ request: { method: 'GET', url: 'Patient?colour=blue' } }]);
    const strict = await call('POST', '', { ...unknown, headers: { prefer: 'handling=strict' } });
    expect(responses(strict.body)[0]?.response.status).toBe('400 Bad Request');
  });

  it('of type transaction does all of it, with entries that refer to each other', async () => {
    const patient = 'urn:uuid:0d5e1f0e-0000-4000-8000-000000000001';
    const participant = [
      { actor: { reference: patient }, status: 'accepted' },
      { actor: { reference: 'Patient?identifier=urn:caregraph:patient|P2' }, status: 'accepted' },
    ];
    const { status, body } = await call(
      'POST',
      '',
      bundle('transaction', [
        { request: { method: 'GET', url: 'Appointment?patient.family=Fresh' } },
        { resource: { ...NEW, participant }, request: { method: 'POST', url: 'Appointment' } },
        {
          fullUrl: patient,
          resource: { resourceType: 'Patient', name: [{ family: 'Fresh' }] },
          request: { method: 'POST', url: 'Patient', ifNoneExist: 'family=Fresh' },
        },
        { request: { method: 'DELETE', url: 'Appointment/a5' } },
      ]),
    );
    expect([status, body['type']]).toEqual([200, 'transaction-response']);
    const [read, appointment, created, deleted] = responses(body);
    expect([appointment, created, deleted].map((one) => one?.response.status.slice(0, 3))).toEqual([
      '201',
      '201',
      '204',
    ]);
    expect(read?.resource).toMatchObject({ total: 1 });
    expect(JSON.stringify(appointment?.resource)).toContain(`Patient/${created?.resource?.id}`);
    expect(JSON.stringify(appointment?.resource)).toContain('Patient/p2');
    expect((await call('GET', 'Appointment/a5')).status).toBe(410);
  });

  it.each([
    [
      'an invalid resource',
      { resource: { ...NEW, status: 'on fire' }, request: { method: 'POST', url: 'Appointment' } },
      400,
    ],
    ['a stale version', { request: { method: 'DELETE', url: 'Appointment/a4', ifMatch: 'W/"9"' } }, 412],
    [
      'a reference that leads nowhere',
      {
        resource: { ...NEW, slot: [{ reference: 'Slot/none' }] },
        request: { method: 'POST', url: 'Appointment' },
      },
      422,
    ],
    [
      'a reference to no entry',
      { resource: { ...NEW, slot: [{ reference: 'urn:uuid:1' }] }, request: { method: 'POST', url: 'Appointment' } },
      400,
    ],
    ['a resource named twice', { request: { method: 'DELETE', url: 'Appointment/a5' } }, 400],
  ])('of type transaction does nothing when it has %s', async (_, wrong, expected) => {
    const { status, body } = await call(
      'POST',
      '',
      bundle('transaction', [
        { resource: NEW, request: { method: 'POST', url: 'Appointment' } },
        { request: { method: 'DELETE', url: 'Appointment/a5' } },
        { resource: { ...NEW, id: 'mine' }, request: { method: 'PUT', url: 'Appointment/mine' } },
        wrong,
      ]),
    );
    expect([status, body['resourceType']]).toEqual([expected, 'OperationOutcome']);
    expect(idsOf(await call('GET', 'Appointment?_sort=_id'))).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
    expect((await call('GET', 'Appointment/mine')).status).toBe(404);
    expect((await call('GET', 'Appointment/a5/_history')).body['total']).toBe(1);
  });
});

describe('the switches for tests', () => {
  it('make it slow, broken or away, and count what it was asked', async () => {
    await call('GET', 'Patient/p1');
    await call('GET', 'Patient?_id=p2');
    expect(sandbox.calls.all).toEqual([
      { method: 'GET', url: '/Patient/p1' },
      { method: 'GET', url: '/Patient?_id=p2' },
    ]);
    sandbox.faults.status(503, 1);
    expect((await call('GET', 'Patient/p1')).status).toBe(503);
    sandbox.faults.halfBody(1);
    await expect(call('GET', 'Patient/p1')).rejects.toThrow();
    sandbox.faults.dropAfterWrite(1);
    await expect(call('POST', 'Appointment', { body: NEW })).rejects.toThrow();
    expect(idsOf(await call('GET', 'Appointment?identifier=NEW-1'))).toHaveLength(1);
    await sandbox.faults.refuse();
    await expect(call('GET', 'Patient/p1')).rejects.toThrow();
    await sandbox.faults.clear();
    expect((await call('GET', 'Patient/p1')).status).toBe(200);
  });
});
