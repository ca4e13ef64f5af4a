import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { AccessEntry, AccessFeed } from '../../../platform/access/feed.ts';
import { FEED_KEY, redisFeed } from '../../../platform/access/redis-feed.ts';
import { sealWith } from '../../../platform/access/seal.ts';
import { runJobs } from '../../../platform/jobs.ts';
import { silentLog } from '../../../platform/log.ts';
import { Secret } from '../../../platform/secret.ts';
import { HOUR, SECOND } from '../../../platform/time.ts';
import { keepAccess, restoreAccess } from '../../../subgraphs/keep-access.ts';
import { type AccessOffice, startAccessOffice } from '../../harness/access-office.ts';
import { eventually } from '../../harness/eventually.ts';
import { hasRedis, startRedis, type TestRedis } from '../../harness/redis.ts';

const SECRET = new Secret('a secret that gateways and subgraphs share');

const REVOKE = `mutation Revoke($input: RevokeAccessInput!) { revokeAccess(input: $input) { passedOn } }`;

const withRedis = hasRedis() ? describe : describe.skip;

withRedis('what is revoked through one gateway', () => {
  let redis: TestRedis;
  let office: AccessOffice;
  let admin: string;
  const feeds: AccessFeed[] = [];
  const openFeed = (): AccessFeed => {
    const feed = redisFeed({ url: redis.url, secret: SECRET, log: silentLog() });
    feeds.push(feed);
    return feed;
  };
  const clients: Redis[] = [];
  const openClient = (): Redis => {
    const client = new Redis(redis.url.reveal());
    clients.push(client);
    return client;
  };
  const isComplete = (feed: AccessFeed) => eventually(() => Promise.resolve(feed.health().status === 'ok'));

  beforeAll(async () => {
    redis = await startRedis();
    const [told, first, second] = [openFeed(), openFeed(), openFeed()];
    office = await startAccessOffice(told, [first, second]);
    await eventually(() => Promise.resolve(told.health().status === 'ok'));
    await restoreAccess(office.store.ours(), told);
    await Promise.all([isComplete(first), isComplete(second)]);
    admin = await office.mint({ claims: { sub: 'admin', client_id: 'explorer' } });
  });
  afterAll(async () => {
    redis?.resume();
    for (const client of clients) client.disconnect();
    await office?.[Symbol.asyncDispose]();
    for (const feed of feeds) await feed.close();
    await redis?.[Symbol.asyncDispose]();
  });

  const revoke = async (what: string, value?: string) => {
    const input = { what, value, issuer: office.issuer.issuer, reason: 'test', idempotencyKey: randomUUID() };
    const { data } = await office.ask(0, admin, REVOKE, { input });
    return data.revokeAccess.passedOn as boolean;
  };
  const statusAt = async (gateway: number, token: string) =>
    (await office.ask(gateway, token, '{ __typename }')).status;
  const refusedWithin = async (time: number, gateway: number, token: string): Promise<boolean> => {
    const end = Date.now() + time;
    while (Date.now() < end) if ((await statusAt(gateway, token)) === 401) return true;
    return false;
  };

  it.each([
    ['token', { jti: 'token-4711' }, 'token-4711'],
    ['subject', { sub: 'nurse-99' }, 'nurse-99'],
    ['client', { client_id: 'stock-app' }, 'stock-app'],
  ])('is refused by another within a second: a %s', async (what, claims, value) => {
    const meant = await office.mint({ claims });
    const other = await office.mint();
    expect([await statusAt(0, meant), await statusAt(1, meant)]).toEqual([200, 200]);
    expect(await revoke(what.toUpperCase(), value)).toBe(true);
    expect(await refusedWithin(SECOND, 1, meant)).toBe(true);
    expect(await refusedWithin(SECOND, 0, meant)).toBe(true);
    expect([await statusAt(0, other), await statusAt(1, other)]).toEqual([200, 200]);
  });

  it('goes on from what is known while Redis does not answer, and is heard when it does again', async () => {
    const [known, meant] = [
      await office.mint({ claims: { sub: 'known' } }),
      await office.mint({ claims: { sub: 'late' } }),
    ];
    await revoke('SUBJECT', 'known');
    expect(await refusedWithin(SECOND, 1, known)).toBe(true);
    redis.stall();
    const second = feeds[2] as AccessFeed;
    expect(await eventually(() => Promise.resolve(second.health().status === 'degraded'))).toBe(true);
    expect([await statusAt(1, known), await statusAt(1, meant)]).toEqual([401, 200]);
    expect(await revoke('SUBJECT', 'late')).toBe(false);
    redis.resume();
    expect(await isComplete(second)).toBe(true);
    expect(await eventually(() => Promise.resolve(feeds[0]?.health().status === 'ok'))).toBe(true);
    await restoreAccess(office.store.ours(), feeds[0] as AccessFeed);
    expect(await refusedWithin(SECOND, 1, meant)).toBe(true);
  });

  it('outlives a Redis that is killed and comes back with nothing', async () => {
    const [known, meant] = [
      await office.mint({ claims: { sub: 'before' } }),
      await office.mint({ claims: { sub: 'after' } }),
    ];
    await revoke('SUBJECT', 'before');
    expect(await refusedWithin(SECOND, 1, known)).toBe(true);
    await redis.kill();
    expect(await revoke('SUBJECT', 'after')).toBe(false);
    expect([await statusAt(1, known), await statusAt(1, meant)]).toEqual([401, 200]);
    await redis.start();
    expect(await eventually(() => Promise.resolve(feeds[0]?.health().status === 'ok'))).toBe(true);
    await restoreAccess(office.store.ours(), feeds[0] as AccessFeed);
    expect(await eventually(async () => (await statusAt(1, meant)) === 401)).toBe(true);
    expect(await statusAt(1, known)).toBe(401);
  });

  it('is known again to whoever comes after Redis was emptied, and not before is a new one ready', async () => {
    const client = openClient();
    await revoke('SUBJECT', 'emptied');
    await client.flushall();
    const late = openFeed();
    const heard: AccessEntry[] = [];
    late.subscribe((entry) => heard.push(entry));
    await revoke('SUBJECT', 'since');
    expect(await eventually(() => Promise.resolve(heard.length > 0))).toBe(true);
    // It has read all there is, and knows that this is not everything.
    expect(late.health().status).toBe('starting');
    const { store } = office;
    const work = keepAccess({ owners: { store }, feed: feeds[0] });
    const jobs = runJobs(work, { store, log: silentLog(), firstAfter: 0 });
    expect(await isComplete(late)).toBe(true);
    await jobs.stop();
    expect(heard).toContainEqual(expect.objectContaining({ what: 'subject', value: 'emptied' }));
    const meant = await office.mint({ claims: { sub: 'next' } });
    await revoke('SUBJECT', 'next');
    expect(await refusedWithin(SECOND, 1, meant)).toBe(true);
  });

  it('is heard from a Redis that numbers from before, as another one with a slower clock does', async () => {
    const client = openClient();
    const meant = await office.mint({ claims: { sub: 'slow-clock' } });
    const entry = { kind: 'revoked', what: 'subject', issuer: office.issuer.issuer, value: 'slow-clock' } as const;
    await client.flushall();
    await client.xadd(FEED_KEY, '5-1', 'entry', sealWith(SECRET).write({ ...entry, until: Date.now() + HOUR }));
    expect(await refusedWithin(SECOND, 1, meant)).toBe(true);
    await restoreAccess(office.store.ours(), feeds[0] as AccessFeed);
  });

  it('is not believed of who cannot seal it', async () => {
    const client = openClient();
    const foreign = redisFeed({ url: redis.url, secret: new Secret('another secret'), log: silentLog() });
    feeds.push(foreign);
    await eventually(() => Promise.resolve(foreign.health().status === 'ok'));
    const entry = { kind: 'revoked', what: 'subject', issuer: office.issuer.issuer, until: Date.now() + HOUR } as const;
    await foreign.publish({ ...entry, value: 'slandered' });
    await client.xadd(FEED_KEY, '*', 'entry', JSON.stringify({ ...entry, value: 'slandered' }));
    const [slandered, meant] = [
      await office.mint({ claims: { sub: 'slandered' } }),
      await office.mint({ claims: { sub: 'behind' } }),
    ];
    await revoke('SUBJECT', 'behind');
    expect(await refusedWithin(SECOND, 1, meant)).toBe(true);
    expect(await statusAt(1, slandered)).toBe(200);
  });

  it('does not make the stream grow without end', async () => {
    const feed = feeds[0] as AccessFeed;
    const client = openClient();
    const entry = { kind: 'revoked', what: 'token', issuer: office.issuer.issuer } as const;
    const soon = Array.from({ length: 1500 }, (_, n) => ({ ...entry, value: `short-${n}`, until: Date.now() + 5 }));
    await Promise.all(soon.map((one) => client.xadd(FEED_KEY, '*', 'entry', sealWith(SECRET).write(one))));
    await restoreAccess(office.store.ours(), feed);
    expect(await client.xlen(FEED_KEY)).toBeLessThan(100);
    const meant = await office.mint({ claims: { sub: 'after-all-that' } });
    await revoke('SUBJECT', 'after-all-that');
    expect(await refusedWithin(SECOND, 1, meant)).toBe(true);
    const late = openFeed();
    const heard: AccessEntry[] = [];
    late.subscribe((one) => heard.push(one));
    expect(await isComplete(late)).toBe(true);
    expect(heard).toContainEqual(expect.objectContaining({ value: 'emptied' }));
  });

  it('is refused by another within a second: an issuer', async () => {
    const meant = await office.mint();
    expect(await revoke('ISSUER')).toBe(true);
    expect(await refusedWithin(SECOND, 1, meant)).toBe(true);
    expect(await refusedWithin(SECOND, 0, admin)).toBe(true);
  });
});
