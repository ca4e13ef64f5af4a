import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Connection } from '../../platform/connection.ts';
import type { Finding } from '../../platform/fhir/findings.ts';
import { type FhirOwner, openFhir } from '../../platform/fhir/owner.ts';
import type { FhirSession } from '../../platform/fhir/session.ts';
import { createIdentity } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import type { CanonicalRecord } from '../../platform/record.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { type FakeFhir, type FakeFhirOptions, startFhir } from '../fakes/fhir.ts';
import { ENTITIES, opening, patient, person, visit } from './entities.ts';
import { codeFrom, settingsFor } from './harness.ts';

const BOTH = ['harbor', 'north'];
const FACILITY = 'urn:caregraph:facility';

let server: FakeFhir;
let owner: FhirOwner;
let findings: Finding[];

const start = async (options: FakeFhirOptions = {}): Promise<void> => {
  server = await startFhir(options);
  for (const code of BOTH) {
    const identifier = [{ system: FACILITY, value: code }];
    server.put({ resourceType: 'Organization', id: `org-${code}`, identifier, name: `The ${code}` });
    server.put({ resourceType: 'Location', id: `site-${code}`, identifier, name: `The ${code}` });
  }
  findings = [];
  owner = openFhir({
    name: 'scheduling',
    settings: settingsFor(server.url),
    entities: ENTITIES,
    callWithin: 5 * SECOND,
    log: silentLog(),
    onFinding: (finding) => findings.push(finding),
  });
};
const stop = async (): Promise<void> => {
  await owner.close();
  await server.stop();
};

/** A session whose ground is there, so that what is counted is what was asked for. */
const session = async (facilities: readonly string[] = BOTH): Promise<FhirSession> => {
  const identity = createIdentity({
    audience: 'internal',
    purpose: 'operations',
    subject: 's',
    client: 'c',
    scopes: [],
    facilities,
  });
  const opened = await owner.session({ identity, requestId: 'r', deadline: deadlineIn(10 * SECOND) });
  await opened.facility('none');
  server.forget();
  return opened;
};

const putVisit = (id: string, over: Record<string, unknown> = {}, site = 'north', who = 'w1') =>
  server.put({
    resourceType: 'Appointment',
    id,
    identifier: [{ system: 'urn:visit', value: `V-${id}` }],
    status: 'booked',
    start: '2026-11-01T09:00:00Z',
    participant: [{ actor: { reference: `Location/site-${site}` } }, { actor: { reference: `Practitioner/${who}` } }],
    ...over,
  });

const rows = (...names: string[]) => ({ rows: new Set(names), counted: false });
const idsIn = ({ nodes }: Connection<CanonicalRecord>, type = 'Visit') =>
  nodes.map(({ id }) =>
    Buffer.from(id, 'base64url')
      .toString('utf8')
      .slice(type.length + 1),
  );

describe('a session', () => {
  beforeEach(() => start());
  afterEach(stop);

  it('reads what is asked for by id in one tick with one search, for the elements wanted', async () => {
    for (let index = 0; index < 30; index += 1) putVisit(`v${index}`);
    const caller = await session();
    const found = await Promise.all(
      Array.from({ length: 31 }, (_, index) => caller.find(visit, encodeId('Visit', `v${index}`), new Set(['number']))),
    );
    expect(found[7]).toEqual({ __typename: 'Visit', id: encodeId('Visit', 'v7'), number: 'V-v7' });
    expect(found[30]).toBeNull();
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.query.get('_elements')).toBe('id,identifier,participant');
  });

  it('takes an id that is none, or of another type, for a missing record and asks nothing', async () => {
    const caller = await session();
    for (const id of ['', 'nonsense', encodeId('Who', 'w1'), encodeId('Visit', 'a,b'), encodeId('Visit', '../x'), 7])
      expect(await caller.find(visit, id, new Set(['number']))).toBeNull();
    expect(server.requests).toEqual([]);
  });

  it('finds by number, in one search for all', async () => {
    putVisit('v1');
    putVisit('v2', {}, 'harbor');
    const caller = await session(['north']);
    const found = await Promise.all(
      ['V-v1', 'V-v2', 'V-none', '', 'a|b,V-v1'].map((number) =>
        caller.findBy(visit, 'number', number, new Set(['number'])),
      ),
    );
    expect(found.map((each) => each?.['number'] ?? null)).toEqual(['V-v1', null, null, null, null]);
    expect(server.requests).toHaveLength(1);
  });

  it('takes a number that two records have for nobody, and takes note of it', async () => {
    putVisit('v1');
    putVisit('v2', { identifier: [{ system: 'urn:visit', value: 'V-v1' }] });
    const caller = await session();
    expect(await caller.findBy(visit, 'number', 'V-v1', new Set(['number']))).toBeNull();
    expect(findings).toEqual([{ kind: 'ambiguous', type: 'Visit', field: 'number' }]);
  });

  it('keeps to the facilities of the caller: by list, count, id, relation and facility', async () => {
    putVisit('mine');
    putVisit('theirs', {}, 'harbor');
    const caller = await session(['north']);
    const list = await caller.list(visit, {}, { rows: new Set(['facility']), counted: true });
    expect([idsIn(list), list.totalCount, list.nodes[0]?.['facility']]).toEqual([
      ['mine'],
      1,
      { __typename: 'Facility', id: encodeId('Facility', 'north'), code: 'north', name: 'The north' },
    ]);
    expect(await caller.find(visit, encodeId('Visit', 'theirs'), new Set())).toBeNull();
    const parent = { type: 'Who', id: encodeId('Who', 'w1') };
    expect(idsIn(await caller.children(visit, 'who', parent, {}, rows()))).toEqual(['mine']);
    expect(idsIn(await caller.children(visit, 'fewOfWho', parent, {}, rows()))).toEqual(['mine']);
    expect(await caller.facility(encodeId('Facility', 'harbor'))).toBeUndefined();
  });

  it('shows nothing to a caller without a facility that exists, and asks nothing', async () => {
    putVisit('v1');
    server.put({ resourceType: 'Practitioner', id: 'w1' });
    for (const facilities of [[], ['nowhere', '*', 'NORTH', '']]) {
      const caller = await session(facilities);
      for (const spec of ENTITIES) expect((await caller.list(spec, {}, rows())).nodes).toEqual([]);
      expect(await caller.find(visit, encodeId('Visit', 'v1'), new Set())).toBeNull();
      expect(server.requests).toEqual([]);
    }
  });

  it('trusts no server that leaves the facility out', async () => {
    putVisit('theirs', {}, 'harbor');
    const caller = await session(['north']);
    const row = server.get('Appointment', 'theirs');
    const body = { resourceType: 'Bundle', type: 'searchset', entry: [{ resource: row }] };
    server.intercept(() => ({ body }));
    expect(await codeFrom(caller.list(visit, {}, rows()))).toBe('SOR_CONTRACT_BROKEN');
    expect(await codeFrom(caller.find(visit, encodeId('Visit', 'theirs'), new Set()))).toBe('SOR_CONTRACT_BROKEN');
  });

  it('scopes through another entity, whose ids it reads once', async () => {
    for (const code of BOTH) {
      server.put({ resourceType: 'Schedule', id: `s-${code}`, actor: [{ reference: `Location/site-${code}` }] });
      for (const hour of ['08', '09'])
        server.put({
          resourceType: 'Slot',
          id: `${code}-${hour}`,
          schedule: { reference: `Schedule/s-${code}` },
          start: `2026-11-01T${hour}:00:00Z`,
        });
    }
    const caller = await session(['north']);
    const [list, one, foreign] = await Promise.all([
      caller.list(opening, {}, rows('start')),
      caller.find(opening, encodeId('Opening', 'north-09'), new Set(['start'])),
      caller.find(opening, encodeId('Opening', 'harbor-09'), new Set(['start'])),
    ]);
    expect([idsIn(list, 'Opening'), one?.['start'], foreign]).toEqual([
      ['north-08', 'north-09'],
      '2026-11-01T09:00:00Z',
      null,
    ]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/Schedule', '/Slot', '/Slot']);
  });

  it('reads a code it does not know as UNMAPPED, and takes note of it without the value', async () => {
    putVisit('v1', { status: 'teleported' });
    putVisit('v2', { start: 'SECRET' });
    const caller = await session();
    const list = await caller.list(visit, { filter: { status: ['UNMAPPED'] } }, rows('status'));
    expect(list.nodes.map(({ status }) => status)).toEqual(['UNMAPPED']);
    expect(findings).toEqual([
      { kind: 'unmapped', type: 'Visit', field: 'status', mapping: { name: 'visit-status', version: 3 } },
    ]);
    await caller.find(visit, encodeId('Visit', 'v2'), new Set(['start']));
    expect(findings[1]).toEqual({ kind: 'malformed', type: 'Visit', field: 'start' });
  });

  it.each([
    [{ status: ['BOOKED'] }, ['a', 'b']],
    [{ status: ['ARRIVED', 'UNMAPPED'] }, ['c', 'd']],
    [{ status: [] }, []],
    [{ start: { from: '2026-11-02T01:00:00+01:00', before: '2026-11-04T00:00:00Z' } }, ['b', 'c']],
    [{ who: { eq: encodeId('Who', 'w2') } }, ['d']],
    [{ who: { in: [encodeId('Visit', 'a')] } }, []],
    [{ id: { eq: encodeId('Visit', 'a'), in: [encodeId('Visit', 'a'), encodeId('Visit', 'b')] } }, ['a']],
    [{ id: null, status: null }, ['a', 'b', 'c', 'd']],
  ])('filters by %j', async (filter, expected) => {
    putVisit('a');
    putVisit('b', { start: '2026-11-02T00:00:00Z' });
    putVisit('c', { start: '2026-11-03T00:00:00Z', status: 'arrived' });
    putVisit('d', { start: '2026-11-05T00:00:00Z', status: 'teleported' }, 'north', 'w2');
    expect(idsIn(await (await session()).list(visit, { filter }, rows()))).toEqual(expected);
  });

  it('takes the signs of the query language for letters', async () => {
    server.put({ resourceType: 'Practitioner', id: 'w1', name: [{ family: 'O,Neil $ 50%|' }] });
    server.put({ resourceType: 'Practitioner', id: 'w2', name: [{ family: 'Neil' }] });
    const caller = await session();
    const named = async (name: object) => idsIn(await caller.list(person, { filter: { name } }, rows()), 'Who');
    expect(await named({ contains: ',neil $' })).toEqual(['w1']);
    expect(await named({ startsWith: 'x,o' })).toEqual([]);
    expect(await named({ eq: 'Neil' })).toEqual(['w2']);
    expect(await named({ in: ['Neil', 'O,Neil $ 50%|'] })).toEqual(['w2', 'w1']);
    expect(await named({ contains: '' })).toEqual([]);
  });

  it('counts only when asked', async () => {
    for (let index = 0; index < 5; index += 1) putVisit(`v${index}`);
    const caller = await session();
    expect((await caller.list(visit, { first: 2 }, rows())).totalCount).toBeNull();
    expect(server.requests).toHaveLength(1);
    expect((await caller.list(visit, { first: 2 }, { rows: new Set(), counted: true })).totalCount).toBe(5);
    expect(server.requests).toHaveLength(3);
    expect((await caller.list(visit, { first: 0 }, { rows: new Set(), counted: true })).totalCount).toBe(5);
    expect(server.requests).toHaveLength(4);
  });

  it('refuses a page that is too long', async () => {
    expect(await codeFrom((await session()).list(visit, { first: 201 }, rows()))).toBe('BAD_USER_INPUT');
  });
});

describe.each([
  ['with batches', ['batch', 'transaction'], 'who', 1],
  ['without batches', [], 'who', 1],
  ['that has a few', ['batch'], 'fewOfWho', 1],
])('the lists of many parents, at a server %s', (_, system, relation, calls) => {
  beforeEach(() => start({ system }));
  afterEach(stop);

  it.each([1, 5, 50])('cost the same for %i', async (parents) => {
    for (let index = 0; index < 50; index += 1)
      for (const hour of ['08', '09', '10'])
        putVisit(
          `v${index}-${hour}`,
          { start: `2026-11-01T${hour}:00:00Z` },
          index % 2 === 0 ? 'north' : 'harbor',
          `w${index}`,
        );
    const caller = await session();
    const lists = await Promise.all(
      Array.from({ length: parents }, (_unused, index) =>
        caller.children(
          visit,
          relation,
          { type: 'Who', id: encodeId('Who', `w${index}`) },
          { first: 2 },
          rows('start'),
        ),
      ),
    );
    lists.forEach((list, index) => {
      expect(idsIn(list)).toEqual([`v${index}-08`, `v${index}-09`]);
      expect(list.pageInfo.hasNextPage).toBe(true);
    });
    expect(server.requests).toHaveLength(calls);
    const after = lists[0]?.pageInfo.endCursor ?? '';
    const rest = await caller.children(
      visit,
      relation,
      { type: 'Who', id: encodeId('Who', 'w0') },
      { first: 2, after },
      rows(),
    );
    expect([idsIn(rest), rest.pageInfo.hasNextPage]).toEqual([['v0-10'], false]);
  });
});

describe('pages', () => {
  beforeEach(() => start({ pageLimit: 4 }));
  afterEach(stop);

  const walk = async (caller: FhirSession, spec: typeof visit | typeof patient, args: object, size: number) => {
    const seen: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Connection<CanonicalRecord> = await caller.list(spec, { ...args, first: size, after }, rows());
      seen.push(...idsIn(page, spec.type));
      if (!page.pageInfo.hasNextPage) return seen;
      after = page.pageInfo.endCursor;
    }
  };

  const starts = fc.array(
    fc.option(fc.constantFrom('08:00:00Z', '08:00:00.500Z', '09:00:00+01:00', '09:00:00Z', '10:00:00Z'), {
      nil: undefined,
    }),
    { maxLength: 14 },
  );
  const key = (value: unknown) => (typeof value === 'string' ? Date.parse(value) : null);

  it('of a date visit every row once, in order, whatever is alike or without a value', async () => {
    await fc.assert(
      fc.asyncProperty(
        starts,
        fc.constantFrom('ASC', 'DESC'),
        fc.integer({ min: 1, max: 6 }),
        async (times, direction, size) => {
          for (const { id } of server.all('Appointment')) server.remove('Appointment', id);
          times.forEach((time, index) =>
            putVisit(`v${index}`, { start: time === undefined ? undefined : `2026-11-01T${time}` }),
          );
          const sign = direction === 'ASC' ? 1 : -1;
          const expected = server
            .all('Appointment')
            .toSorted((a, b) => {
              const [left, right] = [key(a['start']), key(b['start'])];
              if (left === right) return (a.id < b.id ? -1 : 1) * (left === null ? 1 : sign);
              if (left === null || right === null) return left === null ? 1 : -1;
              return (left - right) * sign;
            })
            .map(({ id }) => id);
          const caller = await session();
          expect(await walk(caller, visit, { orderBy: { field: 'START', direction } }, size)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keep their place when rows come and go', async () => {
    for (const hour of ['08', '09', '10', '11']) putVisit(hour, { start: `2026-11-01T${hour}:00:00Z` });
    const caller = await session();
    const first = await caller.list(visit, { first: 2 }, rows());
    server.remove('Appointment', '09');
    putVisit('07', { start: '2026-11-01T07:00:00Z' });
    const second = await caller.list(visit, { first: 2, after: first.pageInfo.endCursor }, rows());
    expect([idsIn(first), idsIn(second)]).toEqual([
      ['08', '09'],
      ['10', '11'],
    ]);
  });

  it('of a name go on where the server said, from any row', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom('ASC', 'DESC'),
        async (count, size, direction) => {
          for (const { id } of server.all('Patient')) server.remove('Patient', id);
          for (let index = 0; index < count; index += 1)
            server.put({
              resourceType: 'Patient',
              id: `p${index}`,
              name: [{ family: `F${String(index).padStart(2, '0')}` }],
              managingOrganization: { reference: 'Organization/org-north' },
            });
          const expected = Array.from({ length: count }, (_, index) => `p${index}`);
          if (direction === 'DESC') expected.reverse();
          const args = { orderBy: { field: 'NAME', direction } };
          const caller = await session();
          expect(await walk(caller, patient, args, size)).toEqual(expected);
          const whole = await caller.list(patient, { ...args, first: 200 }, rows());
          for (const [index, { cursor }] of whole.edges.entries()) {
            const rest = await caller.list(patient, { ...args, first: 2, after: cursor }, rows());
            expect(idsIn(rest, 'Patient')).toEqual(expected.slice(index + 1, index + 3));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('of a name open for nobody but the query they are from', async () => {
    for (let index = 0; index < 9; index += 1)
      server.put({
        resourceType: 'Patient',
        id: `p${index}`,
        name: [{ family: `F${index}` }],
        managingOrganization: { reference: `Organization/org-${index % 2 === 0 ? 'north' : 'harbor'}` },
      });
    const first = await (await session()).list(patient, { first: 2 }, rows());
    const after = first.pageInfo.endCursor ?? '';
    expect(Buffer.from(after, 'base64url').toString('latin1')).not.toMatch(/Patient|_page|127/);
    const north = await session(['north']);
    expect(await codeFrom(north.list(patient, { first: 2, after }, rows()))).toBe('BAD_USER_INPUT');
    const orderBy = { field: 'NAME', direction: 'DESC' } as const;
    expect(await codeFrom((await session()).list(patient, { first: 2, after, orderBy }, rows()))).toBe(
      'BAD_USER_INPUT',
    );
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['text', 'nonsense'],
    ['a value that is more than a date', Buffer.from('["2026-11-01T00:00:00Z&location=x","a"]').toString('base64url')],
    ['an id that is none', Buffer.from('["2026-11-01T00:00:00Z","a,b"]').toString('base64url')],
    ['three parts', Buffer.from('["2026-11-01T00:00:00Z","a","b"]').toString('base64url')],
  ])('refuse a cursor of %s', async (_, after) => {
    const caller = await session();
    expect(await codeFrom(caller.list(visit, { after }, rows()))).toBe('BAD_USER_INPUT');
    expect(await codeFrom(caller.list(patient, { after }, rows()))).toBe('BAD_USER_INPUT');
  });

  it('take a server that does not sort for a broken contract', async () => {
    putVisit('a', { start: '2026-11-01T09:00:00Z' });
    putVisit('b', { start: '2026-11-01T08:00:00Z' });
    const caller = await session();
    const entry = ['a', 'b'].map((id) => ({ resource: server.get('Appointment', id) }));
    server.intercept(() => ({ body: { resourceType: 'Bundle', type: 'searchset', entry } }));
    expect(await codeFrom(caller.list(visit, {}, rows()))).toBe('SOR_CONTRACT_BROKEN');
  });
});
