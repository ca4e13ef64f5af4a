import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chained, linkAt, shared } from '../../platform/fhir/links.ts';
import { fhirEntity } from '../../platform/fhir/entity.ts';
import { plain } from '../../platform/fhir/mappings.ts';
import { type FhirOwner, openFhir } from '../../platform/fhir/owner.ts';
import type { FhirCallEvent } from '../../platform/fhir/types.ts';
import { createIdentity, type Party } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { startFhir } from '../fakes/fhir.ts';
import { cover as anyCover, member } from './billing-entities.ts';
import { codeFrom, settingsFor } from './harness.ts';
import { type Seeded, type Server, SERVERS } from './three-servers.ts';

const byPayer = linkAt('payor', 'Organization', 'payor');
const ofMember = linkAt('beneficiary', 'Patient', 'beneficiary');

const cover = fhirEntity({
  ...anyCover,
  scope: chained(ofMember, member),
  party: { payer: byPayer },
  filters: {},
  relations: { member: ofMember },
});
const insurer = fhirEntity({
  type: 'Payer',
  resource: 'Organization',
  scope: shared,
  party: { payer: 'self', supplier: 'whole' },
  fields: { name: plain('name') },
  orders: anyCover.orders,
  defaultOrder: anyCover.defaultOrder,
});

const SITES = ['harbor', 'north'];
const payer = (id: string): Party => ({ kind: 'payer', id: encodeId('Payer', id) });
const rows = (...names: string[]) => ({ rows: new Set(names), counted: true });

const ownerOf = ({ url, token }: Server): FhirOwner =>
  openFhir({
    name: 'billing',
    settings: settingsFor(url, {
      auth: token === undefined ? { kind: 'none' } : { kind: 'bearer', token: new Secret(token) },
    }),
    entities: [member, cover, insurer],
    callWithin: 5 * SECOND,
    log: silentLog(),
  });

const sessionOf = (owner: FhirOwner, party?: Party, facilities: readonly string[] = SITES) => {
  const facts = { subject: 's', client: 'c', audience: 'internal', purpose: 'operations', scopes: [], facilities };
  const identity = createIdentity({ ...facts, ...(party === undefined ? {} : { party }) });
  return owner.session({ identity, requestId: 'r', deadline: deadlineIn(10 * SECOND) });
};

describe.each(SERVERS)('a party, on %s', (_, start) => {
  let server: Server;
  let owner: FhirOwner;
  const calls: FhirCallEvent[] = [];

  beforeAll(async () => {
    server = await start('billing', [...seed()]);
    owner = ownerOf(server);
    owner.onCall((event) => calls.push(event));
    await (await sessionOf(owner)).list(cover, { first: 0 }, rows());
  });
  afterAll(async () => {
    await owner.close();
    await server[Symbol.asyncDispose]();
  });

  const subscribersOf = async (party?: Party, facilities?: readonly string[]) => {
    const page = await (await sessionOf(owner, party, facilities)).list(cover, {}, rows('subscriberId'));
    expect(page.totalCount).toBe(page.nodes.length);
    return page.nodes.map(({ subscriberId }) => String(subscriberId)).toSorted((a, b) => a.localeCompare(b));
  };

  it('sees what refers to it, of the facilities', async () => {
    expect(await subscribersOf()).toEqual(['S-0', 'S-1', 'S-2', 'S-3', 'S-4', 'S-5']);
    expect(await subscribersOf(payer('one'))).toEqual(['S-0', 'S-1', 'S-2']);
    expect(await subscribersOf(payer('one'), ['north'])).toEqual(['S-1']);
    expect(await subscribersOf(payer('two'))).toEqual(['S-3', 'S-4', 'S-5']);
    expect(await subscribersOf(payer('one'), [])).toEqual([]);
    expect(await subscribersOf(payer('one,Organization/two'))).toEqual([]);
  });

  it('finds its own, and of what hangs on a patient its own', async () => {
    const session = await sessionOf(owner, payer('one'));
    const found = ['c1', 'c4', 'nobody'].map((id) =>
      session.find(cover, encodeId('Cover', id), new Set(['subscriberId'])),
    );
    expect((await Promise.all(found)).map((each) => each?.['subscriberId'] ?? null)).toEqual(['S-1', null, null]);
    const below = ['p1', 'p4'].map((id) =>
      session.children(cover, 'member', { type: 'Patient', id: encodeId('Patient', id) }, {}, rows('subscriberId')),
    );
    expect((await Promise.all(below)).map(({ totalCount }) => totalCount)).toEqual([1, 0]);
  });

  it('is itself the record that it sees of its kind', async () => {
    const session = await sessionOf(owner, payer('one'));
    const { nodes, totalCount } = await session.list(insurer, {}, rows('name'));
    expect([nodes.map(({ name }) => name), totalCount]).toEqual([['Insurer one'], 1]);
    const byId = ['one', 'two'].map((id) => session.find(insurer, encodeId('Payer', id), new Set(['name'])));
    expect((await Promise.all(byId)).map((each) => each?.['name'] ?? null)).toEqual(['Insurer one', null]);
    const reference = { __typename: 'Payer', id: encodeId('Payer', 'two') };
    expect(await session.follow(insurer, reference, new Set(['id']))).toBeNull();
  });

  it('has nothing of what does not say how it belongs to one, and nothing is asked for it', async () => {
    calls.length = 0;
    for (const [spec, party] of [
      [member, payer('one')],
      [cover, { kind: 'supplier', id: encodeId('Supplier', 1) }],
    ] as const) {
      const session = await sessionOf(owner, party);
      expect((await session.list(spec, {}, rows())).totalCount).toBe(0);
      expect(await session.find(spec, encodeId(spec.type, spec === member ? 'p1' : 'c1'), new Set())).toBeNull();
    }
    expect(calls).toEqual([]);
  });

  it('of another kind sees what everybody sees where the entity says so', async () => {
    const all = await (await sessionOf(owner)).list(insurer, {}, rows());
    const { totalCount } = await (await sessionOf(owner, { kind: 'supplier', id: '' })).list(insurer, {}, rows());
    expect(totalCount).toBe(all.totalCount);
  });
});

describe('a server that leaves the party out', () => {
  it('gives no row away', async () => {
    const server = await startFhir();
    for (const resource of seed()) server.put(resource);
    const owner = ownerOf(server);
    await (await sessionOf(owner)).list(cover, { first: 0 }, rows());
    const everybody = {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: server.all('Coverage').map((resource) => ({ resource })),
    };
    server.intercept(({ path }) => (path.startsWith('/Coverage') ? { body: everybody } : undefined));
    const session = await sessionOf(owner, payer('one'));
    const uncounted = { rows: new Set(['subscriberId']), counted: false };
    expect(await codeFrom(session.list(cover, {}, uncounted))).toBe('SOR_CONTRACT_BROKEN');
    expect(await codeFrom(session.find(cover, encodeId('Cover', 'c4'), new Set()))).toBe('SOR_CONTRACT_BROKEN');
    await owner.close();
    await server.stop();
  });
});

/** Two sites and two insurers: half of the covers are the one's, half the other's. */
function* seed(): Generator<Seeded> {
  for (const site of SITES) {
    const identifier = [{ system: 'urn:caregraph:facility', value: site }];
    yield { resourceType: 'Organization', id: `org-${site}`, identifier, name: site };
    yield { resourceType: 'Location', id: `site-${site}`, identifier, name: site };
  }
  for (const id of ['one', 'two']) yield { resourceType: 'Organization', id, name: `Insurer ${id}` };
  for (let index = 0; index < 6; index += 1) {
    yield {
      resourceType: 'Patient',
      id: `p${index}`,
      managingOrganization: { reference: `Organization/org-${SITES[index % 2]}` },
    };
    yield {
      resourceType: 'Coverage',
      id: `c${index}`,
      status: 'active',
      subscriberId: `S-${index}`,
      beneficiary: { reference: `Patient/p${index}` },
      payor: [{ reference: `Organization/${index < 3 ? 'one' : 'two'}` }],
    };
  }
}
