import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../platform/connection.ts';
import { connectFhir } from '../../platform/fhir/client.ts';
import { type FhirOwner, openFhir } from '../../platform/fhir/owner.ts';
import { token, where } from '../../platform/fhir/query.ts';
import type { FhirSession } from '../../platform/fhir/session.ts';
import type { FhirClient } from '../../platform/fhir/types.ts';
import { createIdentity } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import type { CanonicalRecord } from '../../platform/record.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { ENTITIES, opening, patient, person, visit } from './entities.ts';
import { codeFrom, settingsFor, spending } from './harness.ts';
import { type Seeded, type Server, SERVERS } from './three-servers.ts';

const SITES = ['harbor', 'north'];
const VISITS = 30;
const rows = (...names: string[]) => ({ rows: new Set(names), counted: false });

describe.each(SERVERS)('on %s', (_, start) => {
  let server: Server;
  let owner: FhirOwner;
  let client: FhirClient;

  beforeAll(async () => {
    server = await start('scheduling', [...seed()]);
    const { token: secret } = server;
    const auth =
      secret === undefined ? { kind: 'none' as const } : { kind: 'bearer' as const, token: new Secret(secret) };
    const settings = settingsFor(server.url, { auth });
    owner = openFhir({
      name: 'scheduling',
      settings,
      entities: ENTITIES,
      callWithin: 5 * SECOND,
      log: silentLog(),
    });
    client = await connectFhir(settings, spending());
  });
  afterAll(async () => {
    await client.close();
    await owner.close();
    await server[Symbol.asyncDispose]();
  });

  const session = (facilities: readonly string[] = SITES): Promise<FhirSession> =>
    owner.session({
      identity: createIdentity({
        audience: 'internal',
        purpose: 'operations',
        subject: 's',
        client: 'c',
        scopes: [],
        facilities,
      }),
      requestId: 'r',
      deadline: deadlineIn(10 * SECOND),
    });
  const numbersIn = ({ nodes }: Connection<CanonicalRecord>) => nodes.map(({ number }) => number);

  const walk = async (spec: typeof visit | typeof patient, args: object, size: number) => {
    const seen: unknown[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Connection<CanonicalRecord> = await (await session()).list(
        spec,
        { ...args, first: size, after },
        rows('number', 'name'),
      );
      seen.push(...page.nodes.map((row) => row['number'] ?? row['name']));
      if (!page.pageInfo.hasNextPage) return seen;
      after = page.pageInfo.endCursor;
    }
  };

  it.each(['ASC', 'DESC'])('walks through all dates, those alike and those without one, %s', async (direction) => {
    const seen = await walk(visit, { orderBy: { field: 'START', direction } }, 4);
    expect(new Set(seen).size).toBe(VISITS);
    expect(seen).toHaveLength(VISITS);
    expect(new Set(seen.slice(-3))).toEqual(new Set(['V-27', 'V-28', 'V-29']));
  });

  it('walks through all names, in their order', async () => {
    const names = await walk(patient, { orderBy: { field: 'NAME', direction: 'ASC' } }, 4);
    expect(names).toEqual(Array.from({ length: 10 }, (_unused, index) => `Ada Family${index}`));
  });

  it('sees the rows of a facility, by list, count, id, number and through a schedule', async () => {
    const north = await session(['north']);
    const list = await north.list(visit, { first: 100 }, { rows: new Set(['facility']), counted: true });
    expect([list.nodes.length, list.totalCount]).toEqual([VISITS / 2, VISITS / 2]);
    expect(await north.find(visit, encodeId('Visit', 'v0'), new Set(['number']))).toMatchObject({ number: 'V-0' });
    expect(await north.find(visit, encodeId('Visit', 'v1'), new Set(['number']))).toBeNull();
    expect(await north.findBy(visit, 'number', 'V-2', new Set(['start']))).toMatchObject({ start: startOf(2) });
    expect(await north.findBy(visit, 'number', 'V-3', new Set(['start']))).toBeNull();
    expect((await north.list(opening, {}, rows())).nodes.map(({ id }) => id)).toEqual([
      encodeId('Opening', 'slot-north'),
    ]);
  });

  it('gives each of many parents its own page', async () => {
    const caller = await session();
    const lists = await Promise.all(
      ['w0', 'w1', 'w2'].map((id) =>
        caller.children(
          visit,
          'who',
          { type: 'Who', id: encodeId('Who', id) },
          { first: 2 },
          {
            rows: new Set(['number']),
            counted: true,
          },
        ),
      ),
    );
    expect(lists.map(({ totalCount }) => totalCount)).toEqual([10, 10, 10]);
    expect(lists.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, true]);
    lists.forEach((list, index) => {
      for (const number of numbersIn(list)) expect(Number(String(number).slice(2)) % 3).toBe(index);
    });
  });

  it('filters by code, by what the codes are not, by time, reference and name', async () => {
    const caller = await session();
    const count = async (filter: Readonly<Record<string, unknown>>) =>
      (await caller.list(visit, { first: 0, filter }, { rows: new Set(), counted: true })).totalCount;
    expect(await count({ status: ['BOOKED'] })).toBe(15);
    expect(await count({ status: ['UNMAPPED'] })).toBe(5);
    expect(await count({ status: ['ARRIVED', 'UNMAPPED'] })).toBe(15);
    expect(await count({ start: { from: startOf(3), before: startOf(9) } })).toBe(7);
    expect(await count({ who: { eq: encodeId('Who', 'w1') } })).toBe(10);
    expect(await count({ who: { in: [encodeId('Who', 'w1'), encodeId('Who', 'w2')] } })).toBe(20);
    const people = async (name: object) => (await caller.list(person, { filter: { name } }, rows())).nodes.length;
    expect(await people({ startsWith: 'wor' })).toBe(3);
    expect(await people({ contains: 'ker1' })).toBe(1);
  });

  const newcomer = {
    resourceType: 'Patient',
    active: true,
    identifier: [{ system: 'urn:newcomer', value: 'N-1' }],
    name: [{ family: 'Newcomer' }],
  };

  it('creates once, updates the version it has read, and writes a batch', async () => {
    const once = { ifNoneExist: where('identifier', [token('urn:newcomer', 'N-1')]) };
    const first = await client.create(newcomer, once, spending());
    const second = await client.create(newcomer, once, spending());
    expect([first.created, second.created, second.resource.id]).toEqual([true, false, first.resource.id]);
    const ifMatch = first.version ?? '';
    const next = await client.update({ ...first.resource, active: false }, { ifMatch }, spending());
    expect(next.version).not.toBe(ifMatch);
    expect(await codeFrom(client.update({ ...first.resource, gender: 'other' }, { ifMatch }, spending()))).toBe(
      'CONFLICT',
    );
    expect((await client.read('Patient', first.resource.id, spending()))?.resource['active']).toBe(false);
    const { id } = first.resource;
    const patched = await client.patch(
      { type: 'Patient', id },
      [{ op: 'replace', path: '/active', value: true }],
      spending(),
    );
    expect(patched.resource['active']).toBe(true);
    expect(await client.batch([{ method: 'POST', url: 'Patient', resource: newcomer }], spending())).toMatchObject([
      { status: 201 },
    ]);
    expect(await client.read('Patient', 'nobody', spending())).toBeNull();
  });
});

const startOf = (index: number): string =>
  `2026-11-${String(1 + Math.floor(index / 2)).padStart(2, '0')}T0${8 + (index % 2)}:00:00Z`;

const CODES = ['booked', 'arrived', 'booked', 'cancelled', 'booked', 'arrived'];

function* seed(): Generator<Seeded> {
  for (const site of SITES) {
    const identifier = [{ system: 'urn:caregraph:facility', value: site }];
    yield { resourceType: 'Organization', id: `org-${site}`, identifier, name: site };
    yield { resourceType: 'Location', id: `site-${site}`, identifier, name: site };
    const actor = [{ reference: `Location/site-${site}` }];
    yield { resourceType: 'Schedule', id: `sch-${site}`, actor };
    const times = { start: '2026-11-01T08:00:00Z', end: '2026-11-01T09:00:00Z' };
    yield {
      resourceType: 'Slot',
      id: `slot-${site}`,
      schedule: { reference: `Schedule/sch-${site}` },
      status: 'free',
      ...times,
    };
  }
  for (let index = 0; index < 3; index += 1)
    yield { resourceType: 'Practitioner', id: `w${index}`, name: [{ family: `Worker${index}` }] };
  for (let index = 0; index < 10; index += 1)
    yield {
      resourceType: 'Patient',
      id: `p${index}`,
      name: [{ family: `Family${index}`, given: ['Ada'] }],
      managingOrganization: { reference: `Organization/org-${SITES[index % 2]}` },
    };
  for (let index = 0; index < VISITS; index += 1) {
    // Some are alike; the last three have no time.
    const at = { start: startOf(index - (index % 4 === 1 ? 1 : 0)), end: '2026-12-31T00:00:00Z' };
    yield {
      resourceType: 'Appointment',
      id: `v${index}`,
      identifier: [{ system: 'urn:visit', value: `V-${index}` }],
      status: CODES[index % CODES.length],
      ...(index >= VISITS - 3 ? {} : at),
      participant: [
        { status: 'accepted', actor: { reference: `Location/site-${index % 2 === 0 ? 'north' : 'harbor'}` } },
        { status: 'accepted', actor: { reference: `Practitioner/w${index % 3}` } },
      ],
    };
  }
}
