import { setTimeout as pause } from 'node:timers/promises';
import type { AccessEntry, AccessFeed } from '../platform/access/feed.ts';
import type { Job } from '../platform/jobs.ts';
import type { Log } from '../platform/log.ts';
import { holdingGrants } from '../platform/store/emergency-grants.ts';
import type { Store, StoreOwner } from '../platform/store/owner.ts';
import { holdingRevocations } from '../platform/store/revocations.ts';
import { MINUTE, SECOND } from '../platform/time.ts';

/** Where what lasts of access is written down, one line each. */
const SOURCES: readonly ((store: Store) => Promise<readonly AccessEntry[]>)[] = [holdingRevocations, holdingGrants];

/** Puts all that holds into the feed. @throws SOR_UNAVAILABLE … */
export const restoreAccess = async (store: Store, feed: AccessFeed): Promise<number> => {
  const entries = (await Promise.all(SOURCES.map((read) => read(store)))).flat();
  await feed.restore(entries);
  return entries.length;
};

export interface KeepAccess {
  readonly owners: { readonly store?: StoreOwner };
  readonly feed?: AccessFeed | undefined;
}

/** Fills the feed again each minute, whatever it may have lost; nothing, where there is no feed to be kept. */
export const keepAccess = ({ owners: { store }, feed }: KeepAccess): readonly Job[] => {
  if (store === undefined || feed === undefined) return [];
  const run: Job['run'] = async () => ({ counts: { holding: await restoreAccess(store.ours(), feed) }, undone: [] });
  return [{ name: 'access', every: MINUTE, run }];
};

/**
 * Fills a feed that begins empty, as soon as the store is there.
 *
 * @returns what ends the attempts
 */
export const restoreAtStart = (store: StoreOwner, feed: AccessFeed, log: Log): (() => Promise<void>) => {
  const stopping = new AbortController();
  const attempt = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await restoreAccess(store.ours(), feed);
        return;
      } catch (error) {
        log.debug({ error }, 'access-feed:not-restored');
        await pause(SECOND, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      }
    }
  };
  const attempts = attempt();
  return () => {
    stopping.abort();
    return attempts;
  };
};
