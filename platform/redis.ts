import { Redis, type RedisOptions } from 'ioredis';
import type { Log } from './log.ts';
import type { Secret } from './secret.ts';
import { SECOND } from './time.ts';

export type { Redis } from 'ioredis';

/** Milliseconds. A command that takes longer is given up: whoever asked has another way to go on. */
export const COMMAND_TIME = 100;

/**
 * The one place that makes clients of Redis. Left alone, one waits without end for a Redis that has stopped answering, and
 * more than a minute for one that is not there; ours says so at once, comes back by itself, and never repeats a command
 * behind its caller's back.
 *
 * @param name what it is for, in Redis' own list of clients and in the log
 */
export const openRedis = (
  url: Secret,
  name: string,
  log: Log,
  options: Pick<RedisOptions, 'commandTimeout'> = {},
): Redis => {
  const client = new Redis(url.reveal(), {
    // The wire that every release speaks, and proxies in between.
    protocol: 2,
    connectionName: `caregraph-${name}`,
    disableClientInfo: true,
    connectTimeout: SECOND,
    commandTimeout: COMMAND_TIME,
    // A peer that is gone without a word is noticed by its silence.
    socketTimeout: 2 * SECOND,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 10), SECOND / 2),
    // A replica that was the primary until a moment ago: the address leads elsewhere by now.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
    ...options,
  });
  let lastSaid = -Infinity;
  client.on('error', (error: unknown) => {
    const now = performance.now();
    if (now - lastSaid < QUIET) return;
    lastSaid = now;
    log.warn({ redis: name, error }, 'redis:unavailable');
  });
  return client;
};

/** Between two lines about the same trouble. */
const QUIET = 10 * SECOND;
