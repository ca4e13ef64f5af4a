import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { AccessFeed } from './feed.ts';
import { redisFeed } from './redis-feed.ts';

/** The feed that the configuration names; undefined where it names none. Whoever opens it closes it. */
export const configuredFeed = ({ redis }: Pick<Config, 'redis'>, log: Log): AccessFeed | undefined => {
  const { url, secret } = redis;
  // The configuration has been checked: with an address comes a secret.
  return url === undefined || secret === undefined ? undefined : redisFeed({ url, secret, log });
};
