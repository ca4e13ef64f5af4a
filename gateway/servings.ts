import type { Config } from '../platform/config.ts';
import type { HealthSource } from '../platform/http/health.ts';
import type { Log } from '../platform/log.ts';
import { SECOND } from '../platform/time.ts';
import { warmUp } from './operations/warm-up.ts';
import type { Supply } from './server.ts';
import { closeServing, closeTransports, createServing, servedBy, type Serving } from './serving.ts';
import { createGeneration } from './supergraph/generation.ts';

/** What is served, and how it becomes something else. */
export interface Servings {
  readonly serving: () => Serving;
  readonly health: () => readonly HealthSource[];
  replace(supply: Supply): Promise<void>;
  /** Frees everything; nothing runs any more. */
  close(): Promise<void>;
}

export interface ServingsOptions {
  readonly config: Config;
  readonly log: Log;
  readonly issuer: object | 'open';
}

/** @throws when the supergraph cannot be used, or a subgraph has no transport; the transports are closed then */
export const openServings = async ({ config, log, issuer }: ServingsOptions, first: Supply): Promise<Servings> => {
  const retiring = new Map<Serving, NodeJS.Timeout>();
  let [supply, serving] = [first, await open(first)];
  let replacing = Promise.resolve();
  let isClosed = false;

  async function open(what: Supply): Promise<Serving> {
    try {
      const generation = createGeneration(what.supergraphSdl, {
        open: issuer === 'open',
        forReference: config.executor === 'reference',
      });
      const opened = await createServing(generation, what.transports, log);
      log.info({ supergraph: generation.id.slice(0, 12), subgraphs: generation.subgraphs.length }, 'graph:opened');
      return opened;
    } catch (error) {
      await closeTransports(what.transports);
      throw error;
    }
  }

  const replaceBy = async (next: Supply): Promise<void> => {
    if (isClosed) return closeTransports(next.transports);
    const opened = await open(next);
    for (const { generation } of servedBy(opened))
      await warmUp(generation, serving.by(generation.contract)?.generation.operations.all() ?? []);
    if (isClosed) return closeServing(opened);
    const old = serving;
    [supply, serving] = [next, opened];
    // By then every request that began on it has met its deadline.
    const timer = setTimeout(() => void retire(old), config.server.deadline + LAST_WORDS);
    retiring.set(old, timer.unref());
    log.info({ supergraph: opened.generation.id.slice(0, 12) }, 'graph:replaced');
  };
  const retire = async (old: Serving): Promise<void> => {
    clearTimeout(retiring.get(old));
    retiring.delete(old);
    await closeServing(old);
  };

  return {
    serving: () => serving,
    health: () => supply.health ?? [],
    replace: (next) => {
      const replaced = replacing.then(() => replaceBy(next));
      replacing = replaced.catch(() => undefined);
      return replaced;
    },
    close: async () => {
      isClosed = true;
      await replacing;
      await Promise.all([closeServing(serving), ...[...retiring.keys()].map(retire)]);
    },
  };
};

const LAST_WORDS = 5 * SECOND;
