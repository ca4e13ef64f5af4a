import { describe, expect, it } from '@jest/globals';
import type { FhirFacilityMap } from '../../platform/fhir/directory.ts';
import { type FhirOwner, openFhir } from '../../platform/fhir/owner.ts';
import { createIdentity } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { type FakeFhir, startFhir } from '../fakes/fhir.ts';
import { startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { ENTITIES, person, visit } from './entities.ts';
import { codeFrom, settingsFor } from './harness.ts';

const SYSTEM = 'urn:caregraph:facility';

const open = (url: string | undefined, facilities?: FhirFacilityMap, secret?: Secret): FhirOwner =>
  openFhir({
    name: 'scheduling',
    settings: url === undefined ? undefined : settingsFor(url),
    entities: ENTITIES,
    facilities,
    secret,
    callWithin: 2 * SECOND,
    log: silentLog(),
    backoff: { first: 10, longest: 20 },
  });

const sessionOf = (owner: FhirOwner, facilities: readonly string[] = ['north']) =>
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
    deadline: deadlineIn(2 * SECOND),
  });

const list = async (owner: FhirOwner, facilities?: readonly string[]) =>
  codeFrom((await sessionOf(owner, facilities)).list(visit, {}, { rows: new Set(), counted: false }));

const seed = (server: FakeFhir): void => {
  server.put({
    resourceType: 'Organization',
    id: 'o1',
    identifier: [{ system: SYSTEM, value: 'north' }],
    name: 'North',
  });
  server.put({ resourceType: 'Location', id: 'l1', identifier: [{ system: SYSTEM, value: 'north' }] });
  server.put({ resourceType: 'Location', id: 'l2' });
  server.put({ resourceType: 'Organization', id: 'o2', name: 'Harbor' });
};

const facilityOf = async (owner: FhirOwner, code: string) =>
  (await sessionOf(owner, ['north', 'harbor', 'third'])).facility(encodeId('Facility', code));

/** Waits for a state that comes by itself; each look gives the owner a turn. */
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};
const isOk = (owner: FhirOwner) => owner.health().every(({ status }) => status === 'ok');

describe('facilities', () => {
  it('are found by their identifier', async () => {
    await using server = await startFhir();
    seed(server);
    const owner = open(server.url);
    expect(await facilityOf(owner, 'north')).toEqual({
      code: 'north',
      record: { __typename: 'Facility', id: encodeId('Facility', 'north'), code: 'north', name: 'North' },
      at: { Organization: ['o1'], Location: ['l1'] },
    });
    expect(await facilityOf(owner, 'harbor')).toBeUndefined();
    await owner.close();
  });

  it('are what the configuration says, and no others', async () => {
    await using server = await startFhir();
    seed(server);
    const owner = open(server.url, { harbor: { fhirOrganization: 'o2', fhirLocations: ['l2', 'gone'] }, third: {} });
    expect((await facilityOf(owner, 'harbor'))?.at).toEqual({ Organization: ['o2'], Location: ['l2'] });
    expect((await facilityOf(owner, 'harbor'))?.record.name).toBe('Harbor');
    expect(await facilityOf(owner, 'north')).toBeUndefined();
    expect(await facilityOf(owner, 'third')).toBeUndefined();
    await owner.close();
  });
});

describe('a server', () => {
  it('that is not configured fails each read, and is no part of the health', async () => {
    const owner = open(undefined);
    expect(await list(owner)).toBe('SOR_UNAVAILABLE');
    expect(owner.health()).toEqual([]);
    await owner.close();
  });

  it('that comes late, goes and returns needs no restart', async () => {
    await using server = await startFhir();
    seed(server);
    await using proxy = await startFaultyProxy(new URL(server.url).origin);
    proxy.drop();
    const owner = open(`${proxy.url}/fhir/R4`);
    expect(await list(owner)).toBe('SOR_UNAVAILABLE');
    expect(owner.health()).toEqual([{ name: 'scheduling', status: 'failing', code: 'SOR_UNAVAILABLE' }]);
    proxy.heal();
    await until(() => isOk(owner));
    expect(await list(owner)).toBe('ok');
    proxy.drop();
    expect(await list(owner)).toBe('SOR_UNAVAILABLE');
    await until(() => !isOk(owner));
    proxy.heal();
    await until(() => isOk(owner));
    expect(await list(owner)).toBe('ok');
    await owner.close();
  });

  it('is read on by another process of ours, where both have one secret', async () => {
    await using server = await startFhir();
    seed(server);
    for (const id of ['a', 'b', 'c']) server.put({ resourceType: 'Practitioner', id, name: [{ family: id }] });
    const owners = [new Secret('one'), new Secret('one'), new Secret('two'), undefined].map((secret) =>
      open(server.url, undefined, secret),
    );
    const [first, alike, other, none] = owners as [FhirOwner, FhirOwner, FhirOwner, FhirOwner];
    const page = async (owner: FhirOwner, after?: string | null) =>
      (await sessionOf(owner)).list(
        person,
        { first: 1, after: after ?? null },
        { rows: new Set(['family']), counted: false },
      );
    const after = (await page(first)).pageInfo.endCursor;
    expect((await page(alike, after)).nodes).toMatchObject([{ family: 'b' }]);
    expect(await codeFrom(page(other, after))).toBe('BAD_USER_INPUT');
    expect(await codeFrom(page(none, after))).toBe('BAD_USER_INPUT');
    for (const owner of owners) await owner.close();
  });

  it('that hangs when it is connected to costs a request its deadline', async () => {
    await using server = await startFhir();
    await using proxy = await startFaultyProxy(new URL(server.url).origin);
    proxy.hang();
    const owner = open(`${proxy.url}/fhir/R4`);
    expect(await list(owner)).toBe('SOR_TIMEOUT');
    expect(owner.health()).toEqual([{ name: 'scheduling', status: 'starting' }]);
    await owner.close();
  });

  it('that cannot search by the facility is asked nothing of what needs it, and the rest goes on', async () => {
    await using server = await startFhir({ without: ['Appointment.location'] });
    seed(server);
    const owner = open(server.url);
    expect(await list(owner)).toBe('SOR_CONTRACT_BROKEN');
    const people = (await sessionOf(owner)).list(person, {}, { rows: new Set(), counted: false });
    expect(await codeFrom(people)).toBe('ok');
    expect(owner.health()).toEqual([{ name: 'scheduling', status: 'failing', code: 'SOR_CONTRACT_BROKEN' }]);
    expect(server.requests.filter(({ path }) => path === '/Appointment')).toEqual([]);
    await owner.close();
  });
});
