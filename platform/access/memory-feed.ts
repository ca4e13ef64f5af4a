import type { AccessEntry, AccessFeed } from './feed.ts';

/**
 * A feed within one process. What it holds is gone with the process: whoever starts it has it restored from where it
 * lasts, and until then it says that it is not complete.
 */
export const memoryFeed = (clock: () => number = Date.now): AccessFeed => {
  const listeners = new Set<(entry: AccessEntry) => void>();
  let held: AccessEntry[] = [];
  let most = SPARE;
  let isComplete = false;
  const publish = (entry: AccessEntry): void => {
    held.push(entry);
    if (held.length >= most) {
      const now = clock();
      held = held.filter(({ until }) => until > now);
      most = 2 * held.length + SPARE;
    }
    for (const listener of listeners) listener(entry);
  };
  return {
    publish: (entry) => {
      publish(entry);
      return Promise.resolve();
    },
    restore: (entries) => {
      for (const entry of entries) publish(entry);
      isComplete = true;
      return Promise.resolve();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      const now = clock();
      for (const entry of held) if (entry.until > now) listener(entry);
    },
    asOf: () => (isComplete ? clock() : undefined),
    health: () => ({ name: 'access-feed', status: isComplete ? 'ok' : 'starting' }),
    close: () => {
      listeners.clear();
      return Promise.resolve();
    },
  };
};

/** What may be kept besides what holds before it is looked through. */
const SPARE = 1000;
