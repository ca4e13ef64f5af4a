import { afterEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../platform/connection.ts';
import { codeOf } from '../../platform/errors.ts';
import { createIdentity } from '../../platform/identity.ts';
import { encodeId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import { openScimOwner, type ScimOwner, type ScimOwnerOptions } from '../../platform/scim/owner.ts';
import type { CanonicalRecord } from '../../platform/scim/reader.ts';
import type { ScimSession } from '../../platform/scim/session.ts';
import type { CallEvent } from '../../platform/scim/types.ts';
import { deadlineIn, SECOND } from '../../platform/time.ts';
import { department, employee, PATHS } from '../../subgraphs/hr/entities.ts';
import { startFaultyProxy } from '../fakes/faulty-proxy.ts';
import { type FakeScim, type FakeScimOptions, startFakeScim } from '../fakes/scim.ts';
import { icu, numberOf, peopleOf, userOf } from './people.ts';

interface Line {
  readonly event: string;
  readonly fields: object;
}

/** A log that can be read. */
const listenTo = (lines: Line[]): Log => {
  const write = (fields: object, event: string) => void lines.push({ event, fields });
  const log: Log = {
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: () => log,
    isLevelEnabled: () => true,
  };
  return log;
};

const NAMED = { rows: new Set(['number', 'name']), counted: false };
const COUNTED = { ...NAMED, counted: true };
const numbersOf = ({ nodes }: Connection<CanonicalRecord>) => nodes.map((node) => node['number']);

let fake: FakeScim;
let owner: ScimOwner;
let calls: CallEvent[];
let lines: Line[];

const open = async (server: FakeScimOptions, options: Partial<ScimOwnerOptions> = {}): Promise<void> => {
  fake = await startFakeScim({ groups: [icu], ...server });
  lines = [];
  calls = [];
  owner = openScimOwner({
    name: 'hr',
    settings: fake.settings,
    entities: [department, employee],
    callWithin: 5 * SECOND,
    log: listenTo(lines),
    backoff: { first: 20, longest: 50 },
    ...options,
  });
  owner.onCall((event) => {
    if (event.operation !== 'discover') calls.push(event);
  });
};

const as = async (...facilities: string[]): Promise<ScimSession> => {
  const identity = createIdentity({
    audience: 'internal',
    purpose: 'operations',
    subject: 's',
    client: 'c',
    scopes: [],
    facilities,
  });
  const session = await owner.session({ identity, requestId: 'r', deadline: deadlineIn(5 * SECOND) });
  // The first request looks which of the facilities there are.
  await session.facilities().catch(() => undefined);
  calls.length = 0;
  return session;
};

afterEach(async () => {
  await owner.close();
  await fake[Symbol.asyncDispose]();
});

describe('a list', () => {
  const walk = async (session: ScimSession, first: number, direction: 'ASC' | 'DESC' = 'ASC') => {
    const pages: unknown[][] = [];
    let after: string | null = null;
    do {
      const page: Connection<CanonicalRecord> = await session.list(
        employee,
        { first, after, orderBy: { field: 'NUMBER', direction } },
        NAMED,
      );
      pages.push(numbersOf(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    return pages;
  };

  const EVERYBODY = Array.from({ length: 30 }, (_, index) => numberOf(index));

  it.each([
    ['compares and sorts', {}, []],
    ['cannot compare', { compare: false }, ['scim:paging-by-position']],
    ['cannot sort', { sort: false }, ['scim:paging-by-position']],
    ['gives short pages', { maxResults: 4 }, []],
    ['gives short pages and cannot compare', { maxResults: 4, compare: false }, ['scim:paging-by-position']],
  ] as const)('has every row once, on a server that %s', async (_, server, said) => {
    await open({ users: peopleOf(30), ...server });
    const session = await as('north', 'south');
    expect((await walk(session, 7)).flat()).toEqual(EVERYBODY);
    if (!('sort' in server)) expect((await walk(session, 7, 'DESC')).flat()).toEqual(EVERYBODY.toReversed());
    expect(lines.map(({ event }) => event).filter((event) => event.startsWith('scim:paging'))).toEqual(said);
  });

  it('neither repeats nor skips a row when others come and go between its pages', async () => {
    await open({ users: peopleOf(9) });
    const session = await as('north', 'south');
    const first = await session.list(employee, { first: 4 }, NAMED);
    (fake.users as object[]).push(userOf({ number: 'E-00', facility: 'north' }));
    (fake.users as object[]).splice(3, 1);
    const second = await session.list(employee, { first: 10, after: first.pageInfo.endCursor }, NAMED);
    expect([...numbersOf(first), ...numbersOf(second)]).toEqual(EVERYBODY.slice(0, 9));
  });

  it('is one call, and one more when it is counted behind a cursor', async () => {
    await open({ users: peopleOf(30) });
    const session = await as('north', 'south');
    const page = await session.list(employee, { first: 5 }, NAMED);
    expect([calls.length, page.totalCount]).toEqual([1, null]);
    const counted = await session.list(employee, { first: 5 }, COUNTED);
    expect([calls.length, counted.totalCount]).toEqual([2, 30]);
    const later = await session.list(employee, { first: 5, after: page.pageInfo.endCursor }, COUNTED);
    expect([calls.length, later.totalCount]).toEqual([4, 30]);
    const none = await session.list(employee, { first: 0 }, COUNTED);
    expect([calls.length, none.totalCount, none.nodes]).toEqual([5, 30, []]);
  });

  it('asks for the attributes behind the selected fields and for no others', async () => {
    await open({ users: peopleOf(3) });
    await (await as('north')).list(employee, { first: 1 }, { rows: new Set(['hireDate', 'nonsense']), counted: false });
    expect(fake.requests.at(-1)?.query['attributes']).toBe(
      `${PATHS.number},${employee.facility},urn:caregraph:params:scim:schemas:workforce:2.0:User:hireDate`,
    );
  });

  it.each(['', 'nonsense', Buffer.from('[5,1]').toString('base64url'), Buffer.from('["x",0]').toString('base64url')])(
    'refuses a cursor that is none: %j',
    async (after) => {
      await open({ users: peopleOf(3) });
      const session = await as('north');
      const error = await session.list(employee, { after }, NAMED).catch((each: unknown) => each);
      expect(codeOf(error)).toBe('BAD_USER_INPUT');
    },
  );
});

describe('whose rows', () => {
  const seen = async (...facilities: string[]) => numbersOf(await (await as(...facilities)).list(employee, {}, NAMED));

  it('are those of the facilities and those of the group, in every combination', async () => {
    await open({ users: peopleOf(6) });
    expect(await seen('north')).toEqual(['E-01', 'E-03', 'E-04', 'E-06']);
    expect(await seen('south')).toEqual(['E-02', 'E-03', 'E-05', 'E-06']);
    expect(await seen('north', 'south')).toEqual(['E-01', 'E-02', 'E-03', 'E-04', 'E-05', 'E-06']);
  });

  it.each([[[]], [['nowhere']], [['*']], [['NORTH']], [['north" or id pr or id eq "']]])(
    'are none for %j, the group included',
    async (facilities) => {
      await open({ users: peopleOf(6) });
      expect(await seen(...facilities)).toEqual([]);
    },
  );

  it('are bounded for look-ups, counts and children too', async () => {
    await open({ users: [...peopleOf(6), userOf({ number: 'E-07', facility: 'south', manager: 'E-01' })] });
    const session = await as('north');
    const find = (number: string) => session.find(employee, encodeId('Employee', number), NAMED.rows);
    expect(await find('E-01')).toMatchObject({ number: 'E-01' });
    expect(await find('E-02')).toBeNull();
    expect((await session.list(employee, {}, COUNTED)).totalCount).toBe(4);
    expect(numbersOf(await session.children(employee, PATHS.manager, 'id-E-01', {}, NAMED))).toEqual([]);
    expect(numbersOf(await session.children(employee, PATHS.department, 'ICU', {}, NAMED))).toHaveLength(4);
  });

  it("are not believed to be the caller's because a server says so", async () => {
    await open({ users: peopleOf(6) });
    const session = await as('north');
    const south = userOf({ number: 'E-02', facility: 'south' });
    fake.answerNext(200, { totalResults: 1, Resources: [south] });
    const error = await session.list(employee, {}, NAMED).catch((each: unknown) => each);
    expect(codeOf(error)).toBe('SOR_CONTRACT_BROKEN');
  });

  it('are asked about once for each facility', async () => {
    await open({ users: peopleOf(6) });
    await as('north', 'south');
    const before = fake.requests.length;
    await (await as('north', 'south')).list(employee, {}, NAMED);
    expect(fake.requests).toHaveLength(before + 1);
  });

  it('follow the configuration where that names the facilities', async () => {
    await open({ users: peopleOf(6) }, { facilities: ['north', 'empty'] });
    expect(await seen('south')).toEqual([]);
    expect(await seen('empty')).toEqual(['E-03', 'E-06']);
    expect(fake.requests).toHaveLength(1);
  });
});

describe('look-ups', () => {
  it('of one tick are one call, with the fields of all of them', async () => {
    await open({ users: peopleOf(50) });
    const session = await as('north', 'south');
    const found = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        session.find(employee, encodeId('Employee', numberOf(index)), new Set([index % 2 === 0 ? 'name' : 'hireDate'])),
      ),
    );
    expect(found.every((record) => record !== null)).toBe(true);
    expect(calls).toHaveLength(1);
  });

  it('that do not fit into one filter are split, and end where they would be a copy of everything', async () => {
    await open({ users: peopleOf(90).concat(Array.from({ length: 60 }, (_, at) => userOf({ number: `F-${at}` }))) });
    const session = await as('north', 'south');
    const ids = [
      ...Array.from({ length: 90 }, (_, at) => numberOf(at)),
      ...Array.from({ length: 60 }, (_, at) => `F-${at}`),
    ];
    const found = await Promise.all(ids.map((id) => session.find(employee, encodeId('Employee', id), NAMED.rows)));
    expect(found.map((record) => record?.['number'])).toEqual(ids);
    expect(calls).toHaveLength(2);
  });

  it.each([
    '',
    'nonsense',
    encodeId('Department', 'ICU'),
    encodeId('Employee', ''),
    encodeId('Employee', '" or id pr'),
  ])('of an id that is none find nothing: %j', async (id) => {
    await open({ users: peopleOf(3) });
    expect(await (await as('north')).find(employee, id, NAMED.rows)).toBeNull();
  });

  it('by a number of two employees find neither, and say that there is something to mend', async () => {
    await open({
      users: [userOf({ number: 'E-01', facility: 'north' }), { ...userOf({ number: 'E-01' }), id: 'other' }],
    });
    expect(await (await as('north')).find(employee, encodeId('Employee', 'E-01'), NAMED.rows)).toBeNull();
    expect(lines).toContainEqual({
      event: 'finding:ambiguous-key',
      fields: { type: 'Employee', field: 'employeeNumber', count: 1 },
    });
  });

  it('of a reference ask for nothing that the reference holds', async () => {
    await open({ users: peopleOf(3) });
    const session = await as('north');
    expect(await session.follow(department, 'ICU', 'code', new Set(['code', 'id']))).toMatchObject({ code: 'ICU' });
    expect(calls).toEqual([]);
    expect(await session.follow(department, 'ICU', 'code', new Set(['name']))).toMatchObject({
      name: 'Intensive care',
    });
    expect(calls).toHaveLength(1);
  });
});

describe('a word that the vocabulary lacks', () => {
  it('is UNMAPPED, can be filtered by, and is counted in the log without being quoted', async () => {
    const users = [
      userOf({ number: 'E-01', facility: 'north', status: 'Active' }),
      userOf({ number: 'E-02', facility: 'north', status: 'SABBATICAL' }),
      userOf({ number: 'E-03', facility: 'north', status: 'terminated' }),
    ];
    await open({ users });
    const session = await as('north');
    const selected = { rows: new Set(['number', 'employmentStatus']), counted: false };
    const { nodes } = await session.list(employee, {}, selected);
    expect(nodes.map((node) => node['employmentStatus'])).toEqual(['ACTIVE', 'UNMAPPED', 'TERMINATED']);
    await session.list(employee, {}, selected);
    const findings = lines.filter(({ event }) => event === 'finding:unmapped');
    expect(findings).toEqual([
      {
        event: 'finding:unmapped',
        fields: { type: 'Employee', field: 'employmentStatus', mapping: 'scim.employmentStatus 1', count: 1 },
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/sabbatical/i);
    const only = await session.list(employee, { filter: { employmentStatus: ['TERMINATED'] } }, selected);
    expect(numbersOf(only)).toEqual(['E-03']);
  });
});

describe('the owner', () => {
  const until = async (condition: () => boolean): Promise<void> => {
    for (let waited = 0; !condition() && waited < 5000; waited += 10)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(condition()).toBe(true);
  };

  it('names in the log everything that a server lacks, and health shows a broken contract', async () => {
    await open({
      filter: false,
      without: [PATHS.number, `urn:caregraph:params:scim:schemas:workforce:2.0:Group:code`],
    });
    await expect(owner.ready).rejects.toMatchObject({
      problems: [
        'filter: not supported',
        'Group urn:caregraph:params:scim:schemas:workforce:2.0:Group:code: no such attribute',
        `User ${PATHS.number}: no such attribute`,
      ],
    });
    expect(owner.health()).toEqual([{ name: 'hr', status: 'failing', code: 'SOR_CONTRACT_BROKEN' }]);
    const error = await (await as('north')).list(employee, {}, NAMED).catch((each: unknown) => each);
    expect(codeOf(error)).toBe('SOR_CONTRACT_BROKEN');
  });

  it('answers null for what a server need not have', async () => {
    await open({
      users: peopleOf(1),
      without: ['urn:caregraph:params:scim:schemas:workforce:2.0:User:compensation.per'],
    });
    const session = await as('north');
    const { nodes } = await session.list(employee, {}, { rows: new Set(['compensation', 'number']), counted: false });
    expect(nodes).toMatchObject([{ number: 'E-01', compensation: null }]);
  });

  it('opens a session while the server is away, whose reads fail, and is well again by itself', async () => {
    const server = await startFakeScim({ users: peopleOf(3), groups: [icu] });
    const proxy = await startFaultyProxy(server.settings.url);
    proxy.drop();
    await open({}, { settings: { ...server.settings, url: proxy.url } });
    const session = await as('north');
    expect(codeOf(await session.list(employee, {}, NAMED).catch((each: unknown) => each))).toBe('SOR_UNAVAILABLE');
    expect(owner.health()).toEqual([{ name: 'hr', status: 'failing', code: 'SOR_UNAVAILABLE' }]);
    proxy.heal();
    await owner.ready;
    expect(owner.health()).toEqual([{ name: 'hr', status: 'ok' }]);
    expect(numbersOf(await session.list(employee, {}, NAMED))).toEqual(['E-01', 'E-03']);
    proxy.drop();
    await session.list(employee, {}, NAMED).catch(() => undefined);
    await until(() => owner.health()[0]?.status === 'failing');
    proxy.heal();
    await until(() => owner.health()[0]?.status === 'ok');
    expect(lines.map(({ event }) => event)).toEqual(['scim:lost', 'scim:ready', 'scim:lost', 'scim:ready']);
    await proxy.stop();
    await server[Symbol.asyncDispose]();
  });
});
