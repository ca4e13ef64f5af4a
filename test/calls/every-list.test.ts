import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '../../platform/ids.ts';
import { requestGrant } from '../../platform/store/emergency-grants.ts';
import { saveFindings } from '../../platform/store/findings.ts';
import { addRevocation } from '../../platform/store/revocations.ts';
import { replaceDuplicates } from '../../platform/store/duplicates.ts';
import { worldOf } from '../fixtures/many-facilities.ts';
import { type Group, GROUP, startGroup } from '../harness/group.ts';
import { type ListQuery, listQueries, rowsOf } from '../harness/list-queries.ts';
import type { World } from '../harness/owner-doors.ts';
import { apiSchema } from '../harness/walk-schema.ts';

/** What is compared. */
const [FEW, MANY] = [5, 50] as const;

/**
 * How many more calls of one kind the long list may take, whatever its length. What a row leads to may be null in each of
 * the few rows; then it is asked for only in the long list, once, or once more where it is a list and counted.
 */
const SLACK = 2;

/** Searches that go together in one call to a FHIR server, at most: the lists of many parents take one for so many. */
const BATCH = 200;

/**
 * Odoo reads what depends on the company as one company at a time, so that these are called once for each facility of the
 * caller, whatever the length of the lists.
 */
const PER_COMPANY: ReadonlySet<string> = new Set([
  'odoo account.account/search_read',
  'odoo product.product/search_read',
]);

/** Lists that no seed makes long, and why. */
const SHORT: Readonly<Record<string, string>> = {
  currencies: 'as many as are in use',
  crossReferences: 'what one id of one system means',
  identifiersOf: 'what systems call one thing',
  mappings: 'tables of the product itself',
  'catalogue.classes': 'a closed list',
  'access.clients': 'those that are registered',
  // The audit trail is not brought to the store here; it would be, by queries that belong to no list.
  auditTrail: 'empty',
  disclosures: 'empty',
};

interface Case {
  readonly title: string;
  readonly world: World;
  /** Codes of facilities that the caller of a short or a long list has; undefined for all, whatever the list. */
  readonly facilitiesFor: (group: Group, rows: number) => readonly string[];
}

const CASES: readonly Case[] = [
  { title: 'three facilities with much of everything', world: GROUP, facilitiesFor: ({ graph }) => graph.facilities },
  {
    title: 'many facilities with a little of everything',
    world: worldOf(MANY),
    facilitiesFor: ({ graph }, rows) => graph.facilities.slice(0, rows),
  },
];

/** Names of lists at the root that have been asked for with more rows than a few. */
const long = new Set<string>();
const given = (facility: string) => ({
  facility: JSON.stringify(encodeId('Facility', facility)),
  id: JSON.stringify(encodeId('Facility', facility)),
  type: '"Facility"',
  of: 'PATIENT',
  system: '"odoo"',
  kind: '"company"',
  value: '"1"',
  from: '"2026-01-01"',
  to: '"2026-11-01"',
});
const names = (queries: readonly ListQuery[]): readonly string[] => [...new Set(queries.map(({ list }) => list))];

/** What people are paid is asked for too, and that is for payroll. */
const ALL_FIELDS = { purpose: 'payroll' };

describe.each(CASES)('in a group of $title', ({ world, facilitiesFor }) => {
  let group: Group;

  beforeAll(async () => {
    group = await startGroup(world);
    await fillStore(group);
    // What is found out about a facility when it is first met is kept for a while, and no part of a list.
    await group.graph.ask(
      '{ facilities { id appointments(first: 1) { totalCount } employees(first: 1) { totalCount } } }',
    );
  }, 120_000);
  afterAll(async () => {
    await group?.[Symbol.asyncDispose]();
  });

  /** Asks, and tells how many calls of each kind it took. */
  const cost = async (list: ListQuery, query: string, [outer, inner]: readonly [number, number]) => {
    for (const door of group.doors.values()) door.forget();
    const facilities = facilitiesFor(group, outer);
    const { data, errors } = await group.graph.ask(query, { ...ALL_FIELDS, facilities, variables: { outer, inner } });
    expect([list.name, errors]).toEqual([list.name, []]);
    const calls = new Map<string, number>();
    for (const [owner, door] of group.doors)
      for (const kind of door.calls()) calls.set(`${owner} ${kind}`, (calls.get(`${owner} ${kind}`) ?? 0) + 1);
    return { calls, rows: rowsOf(data, list.path).length, facilities: facilities.length };
  };
  type Cost = Awaited<ReturnType<typeof cost>>;

  /** Kinds of calls that there are too many of. */
  const excess = (few: Cost, many: Cost): readonly string[] =>
    [...many.calls].flatMap(([kind, count]) => {
      const perCompany = PER_COMPANY.has(kind) ? many.facilities - few.facilities : 0;
      const batches = kind.includes(' batch of ') ? Math.ceil((FEW * MANY) / BATCH) : 1;
      const before = few.calls.get(kind) ?? 0;
      return count > before * batches + SLACK + perCompany ? [`${kind}: ${before} → ${count}`] : [];
    });

  /** What grows with the outer list, and what with the lists inside. */
  const grown = async (list: ListQuery, query = list.query): Promise<readonly string[]> => {
    const few = await cost(list, query, [FEW, FEW]);
    const [outer, inner] = [await cost(list, query, [MANY, FEW]), await cost(list, query, [FEW, MANY])];
    if (outer.rows > few.rows) long.add(list.list);
    return [...excess(few, outer), ...excess(few, inner)];
  };

  /** The same for each part of a query, to name what it is that grows. */
  const culprits = async (list: ListQuery): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const part of list.parts) {
      const more = await grown(list, list.only([part]));
      if (more.length > 0) found.push(`${list.name} { ${part.slice(0, 60)} … }: ${more.join(', ')}`);
    }
    return found;
  };

  it('no list costs calls in proportion to its length, nor does anything in its rows', async () => {
    const problems: string[] = [];
    for (const list of listQueries(apiSchema(), given(group.graph.facilities[0] ?? ''))) {
      const more = await grown(list);
      if (more.length > 0) problems.push(...(await culprits(list)), `${list.name}: ${more.join(', ')}`);
    }
    expect(problems).toEqual([]);
  }, 300_000);

  it('a list below many facilities is what it is below each of them', async () => {
    for (const { name, only, parts } of listQueries(apiSchema(), given(''))) {
      if (name !== 'facilities') continue;
      for (const part of parts) {
        const ask = async (facilities: readonly string[]) => {
          const reply = await group.graph.ask(only([part, 'id']), {
            ...ALL_FIELDS,
            facilities,
            variables: { outer: FEW, inner: 3 },
          });
          expect([part, reply.errors]).toEqual([part, []]);
          return reply.data?.['facilities'] as readonly unknown[];
        };
        const some = group.graph.facilities.slice(0, 3).toSorted();
        const alone = await Promise.all(some.map((code) => ask([code])));
        expect(await ask(some)).toEqual(alone.flat());
      }
    }
  });
});

describe('every list', () => {
  it('has been asked for with more than a few rows, or is a short one', () => {
    const all = names(listQueries(apiSchema(), given('')));
    expect(all.filter((name) => !long.has(name)).toSorted()).toEqual(Object.keys(SHORT).toSorted());
  });
});

/** What nobody finds in a sandbox by itself. */
const fillStore = async ({ graph }: Group): Promise<void> => {
  const facility = graph.facilities[0] ?? null;
  const numbers = Array.from({ length: MANY }, (_, index) => String(1000 + index));
  const now = new Date();
  await saveFindings(
    graph.store,
    numbers.map((number) => ({
      source: 'odoo',
      type: 'Supplier',
      field: `f${number}`,
      code: 'UNMAPPED',
      count: 1,
      firstSeen: now,
      lastSeen: now,
    })),
  );
  const record = (id: string) => ({ id, facility });
  const pairs = numbers.map((number) => ({
    left: record(`a${number}`),
    right: record(`b${number}`),
    score: 90,
    reasons: [],
  }));
  await replaceDuplicates(graph.store, 'Facility', pairs);
  for (const number of numbers) {
    const grant = { reason: 'test', scopes: ['hr:read'], facilities: [], minutes: 5, idempotencyKey: number };
    await requestGrant(graph.store, grant, { issuer: 'issuer', subject: 'nurse', client: 'ward-app' });
    const wish = { what: 'token', issuer: 'issuer', value: number, reason: 'test', idempotencyKey: number } as const;
    await addRevocation(graph.store, wish, { subject: 'admin', client: 'explorer' });
  }
};
