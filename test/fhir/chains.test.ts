import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FhirEntitySpec } from '../../platform/fhir/entity.ts';
import { type FhirOwner, openFhir } from '../../platform/fhir/owner.ts';
import type { FhirSession } from '../../platform/fhir/session.ts';
import type { FhirCallEvent } from '../../platform/fhir/types.ts';
import { createIdentity } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import { silentLog } from '../../platform/log.ts';
import { Secret } from '../../platform/secret.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { type FakeFhirOptions, startFhir } from '../fakes/fhir.ts';
import { bill, BILLING_ENTITIES, cover, fee } from './billing-entities.ts';
import { codeFrom, settingsFor } from './harness.ts';
import { type Seeded, type Server, SERVERS } from './three-servers.ts';

const SITES = ['harbor', 'north'];
const MEMBERS = 24;
const rows = (...names: string[]) => ({ rows: new Set(names), counted: true });

const ownerOf = ({ url, token }: Server): FhirOwner =>
  openFhir({
    name: 'billing',
    settings: settingsFor(url, {
      auth: token === undefined ? { kind: 'none' } : { kind: 'bearer', token: new Secret(token) },
    }),
    entities: BILLING_ENTITIES,
    callWithin: 5 * SECOND,
    log: silentLog(),
  });

const sessionOf = (owner: FhirOwner, facilities: readonly string[]): Promise<FhirSession> =>
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

describe.each(SERVERS)('on %s', (_, start) => {
  let server: Server;
  let owner: FhirOwner;
  const calls: FhirCallEvent[] = [];

  beforeAll(async () => {
    server = await start('billing', [...seed()]);
    owner = ownerOf(server);
    owner.onCall((event) => calls.push(event));
    await (await sessionOf(owner, SITES)).list(cover, { first: 0 }, rows());
  });
  afterAll(async () => {
    await owner.close();
    await server[Symbol.asyncDispose]();
  });

  const walk = async (spec: FhirEntitySpec, facilities: readonly string[], field: string) => {
    const seen: unknown[] = [];
    let after: string | null = null;
    for (;;) {
      const caller = await sessionOf(owner, facilities);
      const page = await caller.list(spec, { first: 5, after }, rows(field));
      seen.push(...page.nodes.map((row) => row[field]));
      if (!page.pageInfo.hasNextPage) return { seen, total: page.totalCount };
      after = page.pageInfo.endCursor;
    }
  };

  it("sees, through a chain, the rows of a facility's patients: by list, count, id and parent", async () => {
    const [north, harbor, both] = await Promise.all(
      [['north'], ['harbor'], SITES].map((at) => walk(cover, at, 'subscriberId')),
    );
    expect(north?.seen).toHaveLength(MEMBERS / 2);
    expect(new Set(north?.seen)).toEqual(new Set(membersOf(1).map((index) => `S-${index}`)));
    expect([north?.total, harbor?.total, both?.total]).toEqual([MEMBERS / 2, MEMBERS / 2, MEMBERS]);
    expect(new Set([...(north?.seen ?? []), ...(harbor?.seen ?? [])])).toEqual(new Set(both?.seen));
    const caller = await sessionOf(owner, ['north']);
    expect(await caller.find(cover, encodeId('Cover', 'c1'), new Set(['subscriberId']))).toMatchObject({
      subscriberId: 'S-1',
    });
    expect(await caller.find(cover, encodeId('Cover', 'c0'), new Set(['subscriberId']))).toBeNull();
    for (const relation of ['member', 'fewOfMember']) {
      const lists = await Promise.all(
        ['p0', 'p1'].map((id) =>
          caller.children(cover, relation, { type: 'Member', id: encodeId('Member', id) }, {}, rows('subscriberId')),
        ),
      );
      expect(lists.map(({ nodes }) => nodes.map(({ subscriberId }) => subscriberId))).toEqual([[], ['S-1']]);
    }
  });

  it('sees those of one of its facilities alone', async () => {
    const caller = await sessionOf(owner, SITES);
    const lists = await Promise.all(
      SITES.map((code) => caller.listAt(cover, encodeId('Facility', code), { first: 50 }, rows('subscriberId'))),
    );
    expect(lists.map((list) => list?.totalCount)).toEqual([MEMBERS / 2, MEMBERS / 2]);
    expect(lists[1]?.nodes.map(({ subscriberId }) => subscriberId)).toEqual(
      expect.arrayContaining(membersOf(1).map((index) => `S-${index}`)),
    );
  });

  it('costs one search more for the rows of a page, however many', async () => {
    const costOf = async (first: number) => {
      const caller = await sessionOf(owner, SITES);
      calls.length = 0;
      await caller.list(cover, { first }, { rows: new Set(['subscriberId']), counted: false });
      return calls.length;
    };
    // The one for tests cuts pages at seven rows.
    expect([await costOf(2), await costOf(3)]).toEqual([await costOf(1), await costOf(1)]);
  });

  it('finds what refers to a number that is kept elsewhere, for many of them at once', async () => {
    const caller = await sessionOf(owner, ['north']);
    const lists = await Promise.all(
      ['V-1', 'V-0', 'V-3', 'V-99', ''].map((number) =>
        caller.childrenByNumber(fee, 'visit', number, {}, rows('number', 'visit')),
      ),
    );
    expect(
      lists.map(({ nodes }) => nodes.map(({ number }) => number).toSorted((a, b) => (String(a) < String(b) ? -1 : 1))),
    ).toEqual([
      ['F-1', 'F-13', 'F-17', 'F-21', 'F-5', 'F-9'],
      [],
      ['F-11', 'F-15', 'F-19', 'F-23', 'F-3', 'F-7'],
      [],
      [],
    ]);
    expect(lists[0]?.nodes[0]?.['visit']).toEqual({ __typename: 'Visit', number: 'V-1' });
    const filtered = await caller.list(fee, { filter: { visit: { in: ['V-1', 'V-0'] } } }, rows('number'));
    expect(filtered.totalCount).toBe(6);
  });

  it('sorts out by parent what no search leads to', async () => {
    const caller = await sessionOf(owner, ['north']);
    const ids = ['f1', 'f2', 'f3', 'nobody'].map((id) => encodeId('Fee', id));
    const lists = await caller.sorted(bill, 'fee', { type: 'Fee', ids }, { first: 1 }, rows('total'));
    expect(lists.map(({ nodes, totalCount }) => [nodes.map(({ total }) => total), totalCount])).toEqual([
      [[{ amount: '10.10', currency: 'USD' }], 1],
      [[], 0],
      [[{ amount: '10.10', currency: 'USD' }], 2],
      [[], 0],
    ]);
  });

  it('pages through what a record names, in its order, without what the caller may not see', async () => {
    const caller = await sessionOf(owner, ['north']);
    const named = ['f5', 'f2', 'f1', 'f1', 'gone', 'f3'].map((id) => ({ __typename: 'Fee', id: encodeId('Fee', id) }));
    const first = await caller.members(fee, named, { first: 2 }, rows('number'));
    expect([first.nodes.map(({ number }) => number), first.totalCount]).toEqual([['F-5', 'F-1'], 3]);
    const { endCursor: after } = first.pageInfo;
    const second = await caller.members(fee, named, { first: 2, after }, rows('number'));
    expect([second.nodes.map(({ number }) => number), second.pageInfo.hasNextPage]).toEqual([['F-3'], false]);
    const elsewhere = caller.members(fee, named.slice(4), { after }, rows('number'));
    expect(await codeFrom(elsewhere)).toBe('BAD_USER_INPUT');
    expect((await caller.members(fee, null, {}, rows('number'))).nodes).toEqual([]);
  });
});

describe('the rows of a page', () => {
  it('are held against the patients they refer to, and no others are read', async () => {
    const server = await startFhir();
    for (const resource of seed()) server.put(resource);
    const owner = ownerOf(server);
    const caller = await sessionOf(owner, ['north']);
    await caller.list(cover, { first: 0 }, rows());
    server.forget();
    await caller.list(cover, { first: 3 }, { rows: new Set(['subscriberId']), counted: false });
    const asked = server.requests.map(({ path, query }) => [path, query.get('_id')]);
    expect(asked).toEqual([
      ['/Coverage', null],
      ['/Patient', 'p1,p3,p5'],
    ]);
    await owner.close();
    await server.stop();
  });
});

describe('a server that does not do chains', () => {
  const opened = async (options: FakeFhirOptions) => {
    const server = await startFhir(options);
    for (const resource of seed()) server.put(resource);
    return { server, owner: ownerOf(server) };
  };

  it.each(['ignored', 'refused'] as const)('is found out when it is connected: %s', async (chains) => {
    const { server, owner } = await opened({ chains });
    const caller = await sessionOf(owner, ['north']);
    expect(await codeFrom(caller.list(cover, { first: 0 }, rows()))).toBe('SOR_CONTRACT_BROKEN');
    expect(owner.health()).toEqual([{ name: 'billing', status: 'failing', code: 'SOR_CONTRACT_BROKEN' }]);
    expect((await caller.list(fee, {}, rows('number'))).totalCount).toBe(MEMBERS / 2);
    await owner.close();
    await server.stop();
  });

  it('gives no row away when it begins to leave them out later', async () => {
    const { server, owner } = await opened({});
    expect((await (await sessionOf(owner, ['north'])).list(cover, {}, rows())).totalCount).toBe(MEMBERS / 2);
    const everybody = {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: server.all('Coverage').map((resource) => ({ resource })),
    };
    server.intercept(({ path }) => (path.startsWith('/Coverage') ? { body: everybody } : undefined));
    const caller = await sessionOf(owner, ['north']);
    expect(await codeFrom(caller.list(cover, { first: 50 }, { rows: new Set(), counted: false }))).toBe(
      'SOR_CONTRACT_BROKEN',
    );
    expect(await codeFrom(caller.find(cover, encodeId('Cover', 'c0'), new Set(['subscriberId'])))).toBe(
      'SOR_CONTRACT_BROKEN',
    );
    await owner.close();
    await server.stop();
  });
});

/** Members, and what hangs on them, at one site: even ones at the first, odd ones at the second. */
const membersOf = (site: number): readonly number[] =>
  Array.from({ length: MEMBERS }, (_, index) => index).filter((index) => index % 2 === site);

function* seed(): Generator<Seeded> {
  for (const site of SITES) {
    const identifier = [{ system: 'urn:caregraph:facility', value: site }];
    yield { resourceType: 'Organization', id: `org-${site}`, identifier, name: site };
    yield { resourceType: 'Location', id: `site-${site}`, identifier, name: site };
  }
  yield { resourceType: 'Organization', id: 'insurer', name: 'Insurer' };
  for (let index = 0; index < MEMBERS; index += 1) {
    const organization = { reference: `Organization/org-${SITES[index % 2]}` };
    const person = { reference: `Patient/p${index}` };
    yield {
      resourceType: 'Patient',
      id: `p${index}`,
      identifier: [{ system: 'urn:member', value: `M-${index}` }],
      managingOrganization: organization,
    };
    yield {
      resourceType: 'Coverage',
      id: `c${index}`,
      status: 'active',
      subscriberId: `S-${index}`,
      beneficiary: person,
      payor: [{ reference: 'Organization/insurer' }],
    };
    yield {
      resourceType: 'ChargeItem',
      id: `f${index}`,
      identifier: [{ system: 'urn:fee', value: `F-${index}` }],
      status: 'billable',
      code: { text: 'Fee' },
      subject: person,
      context: { type: 'Encounter', identifier: { system: 'urn:visit', value: `V-${index % 4}` } },
      performingOrganization: organization,
      priceOverride: { value: index + 0.1, currency: 'USD' },
    };
  }
  const lines = (...ids: string[]) => ids.map((id) => ({ chargeItemReference: { reference: `ChargeItem/${id}` } }));
  for (const [id, site, own] of [
    ['b1', 'north', lines('f1', 'f3')],
    ['b2', 'north', lines('f3')],
    ['b3', 'harbor', lines('f2', 'f1')],
  ] as const)
    yield {
      resourceType: 'Invoice',
      id,
      status: 'issued',
      issuer: { reference: `Organization/org-${site}` },
      lineItem: own,
      totalGross: { value: 10.1, currency: 'USD' },
    };
}
