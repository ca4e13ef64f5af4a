import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessEntry, AccessFeed } from '../../platform/access/feed.ts';
import { memoryFeed } from '../../platform/access/memory-feed.ts';
import { fail } from '../../platform/errors.ts';
import { silentLog } from '../../platform/log.ts';
import { restoreAtStart } from '../../subgraphs/keep-access.ts';
import { type AccessOffice, startAccessOffice } from '../harness/access-office.ts';
import { eventually } from '../harness/eventually.ts';

const REVOKE = `mutation Revoke($input: RevokeAccessInput!) {
  revokeAccess(input: $input) {
    passedOn
    revocation { what issuer value reason issuedBefore until revokedAt revokedBy revokedThrough }
  }
}`;

const LIST = `query Revocations($filter: RevocationFilter, $first: Int, $after: String) {
  revocations(filter: $filter, first: $first, after: $after) {
    totalCount
    nodes { what value reason }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** A feed that says what went over it, and can be made to fail. */
const watched = () => {
  const feed = memoryFeed();
  const published: AccessEntry[] = [];
  let isAway = false;
  const watching: AccessFeed = {
    ...feed,
    publish: async (entry) => {
      if (isAway) throw fail('SOR_UNAVAILABLE');
      published.push(entry);
      await feed.publish(entry);
    },
  };
  return {
    feed: watching,
    published,
    goAway: (away: boolean) => {
      isAway = away;
    },
  };
};

describe('revoking access', () => {
  const told = watched();
  let office: AccessOffice;
  let admin: string;
  beforeAll(async () => {
    office = await startAccessOffice(told.feed, [told.feed]);
    admin = await office.mint({ claims: { sub: 'admin-1' } });
  });
  afterAll(async () => {
    await office?.[Symbol.asyncDispose]();
  });

  const input = (over: object = {}) => ({
    what: 'SUBJECT',
    issuer: office.issuer.issuer,
    value: `nurse-${randomUUID()}`,
    reason: 'left the group',
    idempotencyKey: randomUUID(),
    ...over,
  });
  const revoke = (given: object, token = admin) => office.ask(0, token, REVOKE, { input: given });
  const listed = async (filter: object, page: object = {}) => {
    const { data } = await office.ask(0, admin, LIST, { filter, ...page });
    return data.revocations as { totalCount: number; nodes: object[]; pageInfo: { endCursor: string } };
  };

  it('writes down what, why and who, and answers it', async () => {
    const given = input();
    const before = Date.now();
    const { data, errors } = await revoke(given);
    expect(errors).toBeUndefined();
    const { revocation, passedOn } = data.revokeAccess;
    expect(passedOn).toBe(true);
    expect(revocation).toMatchObject({
      what: 'SUBJECT',
      issuer: given.issuer,
      value: given.value,
      reason: 'left the group',
      revokedBy: 'admin-1',
      revokedThrough: 'ward-app',
    });
    expect(revocation.issuedBefore).toBe(revocation.revokedAt);
    expect(Date.parse(revocation.revokedAt)).toBeGreaterThanOrEqual(before);
    expect(await listed({ value: given.value })).toMatchObject({ totalCount: 1, nodes: [{ value: given.value }] });
  });

  it('is done once however often it is asked for with one key', async () => {
    const given = input();
    const answers = await Promise.all(Array.from({ length: 5 }, () => revoke(given)));
    expect(new Set(answers.map(({ data }) => data.revokeAccess.revocation.revokedAt)).size).toBe(1);
    expect(await listed({ value: given.value })).toMatchObject({ totalCount: 1 });
  });

  it('refuses a reused key with another payload, and changes nothing', async () => {
    const given = input();
    await revoke(given);
    const before = told.published.length;
    const { data, errors } = await revoke({ ...given, value: 'somebody-else' });
    expect(data).toEqual({ revokeAccess: null });
    expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(told.published.length).toBe(before);
    expect(await listed({ value: 'somebody-else' })).toMatchObject({ totalCount: 0 });
  });

  it('keeps the keys of one caller apart from those of another', async () => {
    const given = input();
    const other = await office.mint({ claims: { sub: 'admin-2' } });
    const [mine, theirs] = [await revoke(given), await revoke({ ...given, reason: 'another reason' }, other)];
    expect(theirs.errors).toBeUndefined();
    expect([mine, theirs].map(({ data }) => data.revokeAccess.revocation.reason)).toEqual([
      'left the group',
      'another reason',
    ]);
  });

  it('refuses the whole mutation to who lacks the scope, and writes nothing', async () => {
    const given = input();
    const { data, errors } = await revoke(given, await office.issuer.mint({ scopes: ['governance:read'] }));
    expect(data).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    expect(await listed({ value: given.value })).toMatchObject({ totalCount: 0 });
  });

  it.each([
    ['an empty reason', { reason: ' ' }],
    ['no value where one is meant', { value: null }],
    ['a value that is not the issuer’s name', { what: 'ISSUER', value: 'somebody' }],
    ['an endless key', { idempotencyKey: 'k'.repeat(256) }],
    ['an endless value', { value: 'v'.repeat(501) }],
  ])('refuses %s', async (_name, over) => {
    const { errors } = await revoke(input(over));
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });

  it('lists the latest first, in pages, by what was named', async () => {
    const client = `app-${randomUUID()}`;
    for (const reason of ['first', 'second', 'third']) await revoke(input({ what: 'CLIENT', value: client, reason }));
    const page = await listed({ what: ['CLIENT'], value: client }, { first: 2 });
    expect(page).toMatchObject({ totalCount: 3, nodes: [{ reason: 'third' }, { reason: 'second' }] });
    const rest = await listed({ what: ['CLIENT'], value: client }, { after: page.pageInfo.endCursor });
    expect(rest.nodes).toMatchObject([{ reason: 'first' }]);
    expect(await listed({ what: ['SUBJECT'], value: client })).toMatchObject({ totalCount: 0 });
  });

  it('says when gateways could not be told, keeps it, and tells them when it is asked for again', async () => {
    const given = input();
    const meant = await office.mint({ claims: { sub: given.value } });
    told.goAway(true);
    const { data } = await revoke(given);
    expect(data.revokeAccess.passedOn).toBe(false);
    expect((await office.ask(0, meant, '{ __typename }')).status).toBe(200);
    told.goAway(false);
    expect((await revoke(given)).data.revokeAccess.passedOn).toBe(true);
    expect((await office.ask(0, meant, '{ __typename }')).status).toBe(401);
  });

  it('lasts: a gateway that starts with an empty feed gets all that holds', async () => {
    const given = input();
    await revoke(given);
    const fresh = memoryFeed();
    const heard: AccessEntry[] = [];
    fresh.subscribe((entry) => heard.push(entry));
    expect(fresh.health().status).toBe('starting');
    const stop = restoreAtStart(office.store, fresh, silentLog());
    expect(await eventually(() => Promise.resolve(fresh.health().status === 'ok'))).toBe(true);
    await stop();
    expect(heard).toContainEqual(
      told.published.find((entry) => entry.kind === 'revoked' && entry.value === given.value),
    );
  });
});

describe('where no gateway would hear of it', () => {
  it('nothing is revoked, and the caller is told', async () => {
    await using office = await startAccessOffice(undefined, [undefined]);
    const admin = await office.mint();
    const input = { what: 'CLIENT', issuer: office.issuer.issuer, value: 'app', reason: 'test', idempotencyKey: 'k' };
    const { errors } = await office.ask(0, admin, REVOKE, { input });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['SOR_UNAVAILABLE']);
    expect((await office.ask(0, admin, LIST, {})).data.revocations.totalCount).toBe(0);
  });
});
