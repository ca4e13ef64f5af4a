import { setTimeout as pause } from 'node:timers/promises';
import { fail } from '../errors.ts';
import { type Log, LoggableError } from '../log.ts';
import { openRedis, type Redis } from '../redis.ts';
import type { Secret } from '../secret.ts';
import type { DependencyHealth } from '../subgraph.ts';
import { SECOND } from '../time.ts';
import type { AccessEntry, AccessFeed } from './feed.ts';
import { type Seal, sealWith } from './seal.ts';

export interface RedisFeedOptions {
  readonly url: Secret;
  /** Of which the key is derived that entries are sealed with. */
  readonly secret: Secret;
  readonly log: Log;
  readonly clock?: () => number;
}

/** One key, and so one slot of a cluster. */
export const FEED_KEY = 'caregraph:{access}:feed';

/** Milliseconds a read waits for an entry; one that comes ends it at once. */
const BLOCK = 400;
const READ_TIME = BLOCK + SECOND;
/** Milliseconds. Who writes is no request that everybody waits for. */
const WRITE_TIME = SECOND;
const BATCH = 500;
const AGAIN_AFTER = 100;
/** What may be in the stream besides what holds before it is written anew. */
const SPARE = 1000;
const STALE_AFTER = 2 * SECOND;

/**
 * A feed over a stream of Redis. Each process reads all of it, on a connection of its own, and remembers how far: after a
 * break it goes on from there, and from the beginning when the stream is another one than before. Redis only passes on;
 * what lasts is in the database, from where `restore` fills an empty stream again.
 */
export const redisFeed = ({ url, secret, log, clock = Date.now }: RedisFeedOptions): AccessFeed => {
  const seal = sealWith(secret);
  const writer = openRedis(url, 'access', log, { commandTimeout: WRITE_TIME });
  const listeners = new Set<(entry: AccessEntry) => void>();
  let held = new Map<string, AccessEntry>();
  let reading: { readonly stop: () => void; readonly ended: Promise<void> } | undefined;
  let heardAt: number | undefined;

  const receive = (text: string): void => {
    const entry = seal.read(text);
    if (entry === undefined) return log.error({}, 'access-feed:forged');
    const now = clock();
    if (entry.until <= now) return;
    held.set(text, entry);
    if (held.size % SPARE === 0) held = new Map([...held].filter(([, one]) => one.until > now));
    for (const listener of listeners) listener(entry);
  };
  const add = async (texts: readonly string[]): Promise<void> => {
    for (let from = 0; from < texts.length; from += BATCH) {
      const batch = texts.slice(from, from + BATCH);
      await Promise.all(batch.map((text) => writer.xadd(FEED_KEY, '*', 'entry', text)));
    }
  };

  return {
    publish: (entry) => passingOn(() => add([seal.write(entry)])),
    restore: (entries) => passingOn(() => restore(writer, seal, entries, add, clock())),
    subscribe: (listener) => {
      listeners.add(listener);
      for (const entry of held.values()) listener(entry);
      reading ??= readAll(url, log, receive, () => {
        heardAt = clock();
      });
    },
    asOf: () => heardAt,
    health: () => (reading === undefined ? writingHealth(writer) : readingHealth(heardAt, clock())),
    close: async () => {
      listeners.clear();
      reading?.stop();
      writer.disconnect();
      await reading?.ended;
    },
  };
};

const NAME = 'access-feed';

const writingHealth = ({ status }: Redis): DependencyHealth =>
  status === 'ready' ? { name: NAME, status: 'ok' } : AWAY;

const readingHealth = (heardAt: number | undefined, now: number): DependencyHealth => {
  if (heardAt === undefined) return { name: NAME, status: 'starting' };
  return now - heardAt < STALE_AFTER ? { name: NAME, status: 'ok' } : AWAY;
};

const AWAY: DependencyHealth = { name: NAME, status: 'degraded', code: 'SOR_UNAVAILABLE' };

const passingOn = async (work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (cause) {
    throw fail('SOR_UNAVAILABLE', { cause });
  }
};

/**
 * Adds what is missing. A stream that has grown long is written anew: everything that holds first, and then the beginning
 * goes, so that whoever reads meanwhile misses nothing.
 */
const restore = async (
  redis: Redis,
  seal: Seal,
  entries: readonly AccessEntry[],
  add: (texts: readonly string[]) => Promise<void>,
  now: number,
): Promise<void> => {
  const { texts, isMarked, last } = await everything(redis);
  const holding = new Set(texts.filter((text) => (seal.read(text)?.until ?? 0) > now));
  const wanted = entries.filter(({ until }) => until > now).map((entry) => seal.write(entry));
  const missing = wanted.filter((text) => !holding.has(text));
  const isLong = texts.length > 2 * (holding.size + missing.length) + SPARE;
  await add(isLong ? [...holding, ...missing] : missing);
  if (isLong || !isMarked) await redis.xadd(FEED_KEY, '*', ...COMPLETE);
  if (isLong && last !== undefined) await redis.xtrim(FEED_KEY, 'MINID', after(last));
};

/** Behind it, whoever reads from the beginning has had all that holds. An empty stream says nothing. */
const COMPLETE = ['complete', '1'] as const;

interface Everything {
  readonly texts: readonly string[];
  readonly isMarked: boolean;
  readonly last?: string;
}

const everything = async (redis: Redis): Promise<Everything> => {
  const texts: string[] = [];
  let isMarked = false;
  for (let last: string | undefined; ; ) {
    const rows = await redis.xrange(FEED_KEY, last === undefined ? '-' : after(last), '+', 'COUNT', BATCH);
    for (const [id, fields] of rows) {
      if (isMark(fields)) isMarked = true;
      else texts.push(textOf(fields));
      last = id;
    }
    if (rows.length < BATCH) return { texts, isMarked, ...(last === undefined ? {} : { last }) };
  }
};

/** The next id that a stream could have. */
const after = (id: string): string => {
  const [time = '0', count = '0'] = id.split('-');
  return `${time}-${BigInt(count) + 1n}`;
};

const isMark = ([name]: readonly string[]): boolean => name === COMPLETE[0];

const textOf = (fields: readonly string[]): string => fields[1] ?? '';

/** Reads from the beginning and goes on until it is stopped. `heard` is called whenever nothing is left to read of all there is. */
const readAll = (url: Secret, log: Log, receive: (text: string) => void, heard: () => void) => {
  const stopping = new AbortController();
  // Its own connection: a read that waits holds up everything behind it.
  const reader = openRedis(url, 'access-reader', log, { commandTimeout: READ_TIME });
  let last = BEGINNING;
  let isComplete = false;
  const isAtEnd = (): void => {
    if (isComplete) heard();
  };

  const readOnce = async (): Promise<void> => {
    const streams = await reader.xread('COUNT', BATCH, 'BLOCK', BLOCK, 'STREAMS', FEED_KEY, last);
    const rows = streams?.[0]?.[1] ?? [];
    for (const [id, fields] of rows) {
      if (isMark(fields)) isComplete = true;
      else receive(textOf(fields));
      last = id;
    }
    if (rows.length > 0) return rows.length < BATCH ? isAtEnd() : undefined;
    // An empty Redis, or another one, may number from before where we are.
    const [newest] = await reader.xrevrange(FEED_KEY, '+', '-', 'COUNT', 1);
    const isAnother = last !== BEGINNING && (newest === undefined || isBefore(newest[0], last));
    if (!isAnother) return isAtEnd();
    last = BEGINNING;
    log.warn({}, 'access-feed:restarted');
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await readOnce();
      } catch (error) {
        if (stopping.signal.aborted) return;
        log.debug({ error: new LoggableError((error as Error).name) }, 'access-feed:unread');
        // What it waits for may never come on this connection.
        if (reader.status === 'ready') reader.disconnect(true);
        await pause(AGAIN_AFTER, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      }
    }
  };
  return {
    ended: run(),
    stop: () => {
      stopping.abort();
      reader.disconnect();
    },
  };
};

const BEGINNING = '0-0';

const isBefore = (one: string, other: string): boolean => {
  const [[a = 0n, b = 0n], [c = 0n, d = 0n]] = [numbers(one), numbers(other)];
  return a < c || (a === c && b < d);
};

const numbers = (id: string): readonly bigint[] => id.split('-').map(BigInt);
