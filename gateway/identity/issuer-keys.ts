import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { Agent } from 'undici';
import { fail } from '../../platform/errors.ts';
import { type Log, LoggableError } from '../../platform/log.ts';
import type { DependencyHealth } from '../../platform/subgraph.ts';
import { HOUR, MINUTE, SECOND } from '../../platform/time.ts';
import { fetchJson } from './fetch-json.ts';

/** Where the keys of the issuer come from: an address, its discovery documents when there is none, or these very keys. */
export interface IssuerKeysOptions {
  readonly issuer: string;
  /** What it is called in the health. */
  readonly name?: string;
  readonly jwksUri?: string;
  readonly keys?: JSONWebKeySet;
}

/** The public keys that tokens are checked against. */
export interface IssuerKeys {
  readonly issuer: string;
  /**
   * For `jwtVerify`.
   *
   * @throws IDENTITY_UNAVAILABLE when no key set could ever be had, or the key is not in the last one and there is no
   *   newer one to be had: it may be a new key
   */
  readonly getKey: JWTVerifyGetKey;
  /**
   * Another object as soon as the keys are others; `undefined` while there are none to be trusted. Has them refreshed
   * when it is time.
   */
  edition(): object | undefined;
  health(): DependencyHealth;
  close(): Promise<void>;
}

const CODE = 'IDENTITY_UNAVAILABLE';

/** Between two fetches of any cause, so that tokens with invented key names cannot make us ask all the time. */
const COOLDOWN = 30 * SECOND;
/** While no key set has been had yet, which is when a wait hurts most. */
const COOLDOWN_AT_START = 1 * SECOND;
const REFRESH_AFTER = 10 * MINUTE;
/** How long the last good keys are used while the issuer is down. */
const KEEP = 24 * HOUR;

/**
 * Fetches and keeps the key set of one issuer.
 *
 * jose's own remote set stops accepting tokens as soon as a fetch fails after ten minutes, and then asks again for
 * each token. This one keeps the last good keys, refreshes them behind the requests, asks once for many, and not more
 * often than the cooldown says. A key the issuer has withdrawn is gone with the next refresh.
 */
export const createIssuerKeys = (options: IssuerKeysOptions, log: Log, clock: () => number = Date.now): IssuerKeys => {
  const { issuer, name = 'issuer' } = options;
  if (options.keys !== undefined) return fixedKeys(issuer, name, options.keys);
  const agent = new Agent({ connections: 1, keepAliveTimeout: SECOND, connectTimeout: 5 * SECOND });
  let held: Held | undefined;
  let failing = false;
  let nextFetch = 0;
  let underway: Promise<void> | undefined;

  const fetchKeys = async (): Promise<void> => {
    try {
      const uri = options.jwksUri ?? (await discover(issuer, agent));
      const keySet = usable(await fetchJson(uri, agent));
      const text = JSON.stringify(keySet);
      const edition = held?.text === text ? held.edition : {};
      held = { find: createLocalJWKSet(keySet), since: clock(), text, edition };
      failing = false;
    } catch (error) {
      failing = true;
      log.warn({ error }, 'issuer-keys:failed');
    }
    nextFetch = clock() + (held === undefined ? COOLDOWN_AT_START : COOLDOWN);
  };
  const refresh = (): Promise<void> => {
    if (underway === undefined && clock() < nextFetch) return Promise.resolve();
    underway ??= fetchKeys().finally(() => {
      underway = undefined;
    });
    return underway;
  };
  const fresh = () => (held !== undefined && clock() - held.since < KEEP ? held : undefined);
  const refreshWhenDue = (): void => {
    if (held !== undefined && clock() - held.since >= REFRESH_AFTER) void refresh();
  };

  void refresh();
  return {
    issuer,
    getKey: async (header, token) => {
      if (fresh() === undefined) await refresh();
      else refreshWhenDue();
      const keys = fresh();
      if (keys === undefined) throw fail('IDENTITY_UNAVAILABLE');
      try {
        return await keys.find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await refresh();
        if (failing) throw fail('IDENTITY_UNAVAILABLE', { cause: error });
        return await (fresh() ?? keys).find(header, token);
      }
    },
    edition: () => {
      refreshWhenDue();
      return fresh()?.edition;
    },
    health: () => {
      if (fresh() !== undefined) return failing ? { name, status: 'degraded', code: CODE } : { name, status: 'ok' };
      return failing ? { name, status: 'failing', code: CODE } : { name, status: 'starting' };
    },
    close: () => agent.destroy(),
  };
};

interface Held {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly since: number;
  readonly text: string;
  readonly edition: object;
}

const fixedKeys = (issuer: string, name: string, keys: JSONWebKeySet): IssuerKeys => ({
  issuer,
  getKey: createLocalJWKSet(keys),
  edition: () => keys,
  health: () => ({ name, status: 'ok' }),
  close: () => Promise.resolve(),
});

const usable = (value: unknown): JSONWebKeySet => {
  const keys = (value as { keys?: unknown } | null)?.keys;
  // An issuer that answers no key at all is broken: the keys we have are better.
  if (!Array.isArray(keys) || keys.length === 0) throw new LoggableError('the key set of the issuer holds no key');
  return { keys };
};

/** OpenID Connect Discovery section 4, then RFC 8414 section 3.1. The document has to be the issuer's own. */
const discover = async (issuer: string, agent: Agent): Promise<string> => {
  for (const address of discoveryAddresses(issuer)) {
    const document = await fetchJson(address, agent).catch(() => undefined);
    const { issuer: named, jwks_uri: uri } = (document ?? {}) as { issuer?: unknown; jwks_uri?: unknown };
    if (named === issuer && typeof uri === 'string') return uri;
  }
  throw new LoggableError('the issuer has no discovery document of its own');
};

const discoveryAddresses = (issuer: string): readonly string[] => {
  if (!URL.canParse(issuer)) return [];
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
};
