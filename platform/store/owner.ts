import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import type { Envelope } from '../envelope.ts';
import { codeOf, type ErrorCode, fail } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Secret } from '../secret.ts';
import type { DependencyHealth } from '../subgraph.ts';
import { type Deadline, deadlineIn, remaining, SECOND } from '../time.ts';
import { type OpenDatabase, openEmbedded } from './embedded.ts';
import type { Exclusively } from './exclusively.ts';
import { toStoreFault } from './faults.ts';
import { migrateStore } from './migrate.ts';
import { openServer } from './server.ts';
import { StoreError } from './store-error.ts';
import type { Tables } from './tables.ts';

export interface StoreSettings {
  /** A PostgreSQL server. Unset: a database in `dir`. */
  readonly url?: Secret | undefined;
  readonly dir: string;
  /** Most connections to a server. */
  readonly connections: number;
  /** Most milliseconds one query may take, within what is left of the request. */
  readonly within: number;
}

/** The store for one request, or for work of our own. */
export interface Store {
  /**
   * Codes of the facilities whose rows may be read; none for work of our own, which is about no facility, and for companies
   * outside the group, to whom nothing here belongs.
   */
  readonly facilities: readonly string[];
  /** Codes of the facilities that the caller may know of. */
  readonly sites: readonly string[];
  /** Runs queries, within the deadline. @throws SOR_UNAVAILABLE, SOR_TIMEOUT, CONFLICT … */
  ask<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
}

/** Our own database as an owning system. Nothing is opened before it is started, or asked. */
export interface StoreOwner {
  /** Opens it and brings its tables up to date; a server that is away is tried again. @throws StoreError */
  start(): Promise<void>;
  session(envelope: Pick<Envelope, 'deadline' | 'identity'>): Promise<Store>;
  /** For what no request has asked for. */
  ours(): Store;
  /** Work of one process at a time, over all that use this database (exclusively.ts). @throws SOR_UNAVAILABLE … */
  readonly exclusively: Exclusively;
  health(): readonly DependencyHealth[];
  close(): Promise<void>;
}

const FIRST_PAUSE = SECOND / 2;
const LONGEST_PAUSE = 30 * SECOND;

/** Where the store is, as configured: a server, or a folder of the data directory. */
export const storeSettings = ({ database, data }: Pick<Config, 'database' | 'data'>): StoreSettings => ({
  url: database.url,
  dir: join(data.dir, 'store'),
  connections: database.connections,
  within: database.deadline,
});

export const openStore = (settings: StoreSettings, log: Log): StoreOwner => {
  const closing = new AbortController();
  let database: OpenDatabase | undefined;
  let opening: Promise<OpenDatabase> | undefined;
  let attempting: Promise<OpenDatabase> | undefined;
  let state: ErrorCode | 'starting' | 'ok' = 'starting';

  const attempt = async (): Promise<OpenDatabase> => {
    const { url, dir, connections, within: most } = settings;
    const made = url === undefined ? await openEmbedded(dir) : openServer({ url, connections, within: most });
    try {
      log.info({ applied: await migrateStore(made.db) }, 'store:opened');
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  };
  const open = async (): Promise<OpenDatabase> => {
    for (let wait = FIRST_PAUSE; ; wait = Math.min(2 * wait, LONGEST_PAUSE)) {
      try {
        attempting = attempt();
        database = await attempting;
        state = 'ok';
        return database;
      } catch (error) {
        state = error instanceof StoreError ? 'SOR_UNAVAILABLE' : codeOf(toStoreFault(error));
        log.warn({ code: state, error }, 'store:unavailable');
        if (settings.url === undefined || error instanceof StoreError) throw error;
      }
      await pause(wait, undefined, { signal: closing.signal, ref: false });
    }
  };
  const opened = (): Promise<OpenDatabase> => {
    if (opening !== undefined) return opening;
    const made = open();
    opening = made;
    made.catch(() => {
      // The next one who asks tries again.
      if (opening === made) opening = undefined;
    });
    return made;
  };

  /** Waits for a first attempt, and for no other: what is known to be away is tried again in the background. */
  const current = (deadline: Deadline): Promise<OpenDatabase> => {
    if (database !== undefined) return Promise.resolve(database);
    const failed = state === 'starting' || state === 'ok' ? undefined : state;
    const next = opened();
    return failed === undefined
      ? within(deadline, attempting ?? next, 'SOR_UNAVAILABLE')
      : Promise.reject(fail(failed));
  };
  const ask = async <T>(deadline: Deadline, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> => {
    try {
      const { db } = await current(deadline);
      const answer = await within(Math.min(deadline, deadlineIn(settings.within)), work(db), 'SOR_TIMEOUT');
      state = 'ok';
      return answer;
    } catch (error) {
      const fault = error instanceof StoreError ? fail('SOR_UNAVAILABLE', { cause: error }) : toStoreFault(error);
      if (codeOf(fault) === 'SOR_UNAVAILABLE') state = 'SOR_UNAVAILABLE';
      throw fault;
    }
  };

  return {
    start: async () => {
      await opened();
    },
    session: ({ deadline, identity: { facilities, party } }) =>
      Promise.resolve({
        facilities: party === undefined ? facilities : [],
        sites: facilities,
        ask: (work) => ask(deadline, work),
      }),
    ours: () => ({ facilities: [], sites: [], ask: (work) => ask(deadlineIn(settings.within), work) }),
    exclusively: async (name, work) => {
      let own: { readonly error: unknown } | undefined;
      try {
        const { exclusively } = await current(deadlineIn(settings.within));
        return await exclusively(name, (signal) =>
          work(signal).catch((error: unknown) => {
            own = { error };
            throw error;
          }),
        );
      } catch (error) {
        // What the work itself has thrown is its own affair.
        throw own === undefined ? toStoreFault(error) : own.error;
      }
    },
    health: () => [toHealth(state)],
    close: async () => {
      closing.abort();
      await (await opening?.catch(() => undefined))?.close();
    },
  };
};

/** What comes after the deadline is not waited for; a statement that runs is ended by the server's own limit. */
const within = async <T>(deadline: Deadline, promise: Promise<T>, code: ErrorCode): Promise<T> => {
  const late = new AbortController();
  promise.catch(() => undefined);
  try {
    return await Promise.race([
      promise,
      pause(remaining(deadline), undefined, late).then(() => {
        throw fail(code);
      }),
    ]);
  } finally {
    late.abort();
  }
};

const toHealth = (state: ErrorCode | 'starting' | 'ok'): DependencyHealth => {
  if (state === 'starting' || state === 'ok') return { name: 'store', status: state };
  return { name: 'store', status: 'failing', code: state };
};
