import { codeOf, type ErrorCode, fail } from '../errors.ts';
import type { Log } from '../log.ts';
import { SECOND } from '../time.ts';
import { connectOdoo, type OdooDeps, probeOdoo } from './client.ts';
import { type Clock, systemClock } from '../outbound/clock.ts';
import { checkContract, type Contract, ContractError, type ContractNeeds } from './contract.ts';
import { faultOf } from './faults.ts';
import type { CallEvent, OdooClient, OdooServerInfo, OdooSettings } from './types.ts';

/** For readiness probes and operators. Holds no address and nothing that Odoo said. */
export interface OdooState {
  readonly status: 'connecting' | 'ready' | 'contract-broken' | 'access-refused' | 'unavailable';
  readonly version: string | null;
  readonly protocol: string | null;
  /** Missing models and fields; for operators only. */
  readonly problems: readonly string[];
  /** When it became so, epoch milliseconds. */
  readonly since: number;
}

export interface OdooConnection<N extends ContractNeeds> {
  readonly client: OdooClient;
  readonly contract: Contract<N>;
}

export interface OdooSupervisor<N extends ContractNeeds> {
  state(): OdooState;
  /** @throws SOR_UNAVAILABLE while there is no client to trust */
  client(): OdooClient;
  /** Client and resolved names together: after an upgrade of Odoo both are replaced at once. Throws like `client`. */
  connection(): OdooConnection<N>;
  /** Resolves at the first readiness. Rejects with ContractError if the first server reached lacks what is needed. */
  readonly ready: Promise<OdooConnection<N>>;
  /** Hears of the calls of the present client and all later ones. Returns the way to stop. */
  onCall(listener: (event: CallEvent) => void): () => void;
  close(): Promise<void>;
}

export interface SupervisorDeps extends OdooDeps {
  /** Milliseconds between attempts: a random part of `first`, doubling up to `longest`. Default 1 s and 30 s. */
  readonly backoff?: { readonly first: number; readonly longest: number };
  /** Least milliseconds between two looks at a server that seems well. Default 1 s. */
  readonly checkEvery?: number;
}

/** Failures after which the server deserves a look. */
const SUSPICIOUS: ReadonlySet<string> = new Set<ErrorCode>([
  'SOR_UNAVAILABLE',
  'SOR_TIMEOUT',
  'SOR_OUTCOME_UNKNOWN',
  'SOR_ACCESS',
  'SOR_CONTRACT_BROKEN',
]);

const CONTRACT_CHECK_WITHIN = 60 * SECOND;

/**
 * Keeps a checked connection to one server, so that a late, a returning or an upgraded Odoo needs no restart of ours.
 *
 * A failed call makes it look at the server in the background; calls go on meanwhile. Only if the server fails that
 * look are calls refused at once, until it is back. A server that changed is connected to anew, and its contract
 * checked, before it gets another call.
 */
export const superviseOdoo = <const N extends ContractNeeds>(
  settings: OdooSettings,
  needs: N,
  log: Log,
  deps: SupervisorDeps = {},
): OdooSupervisor<N> => new Supervisor(settings, needs, log, deps);

class Supervisor<N extends ContractNeeds> implements OdooSupervisor<N> {
  readonly ready: Promise<OdooConnection<N>>;
  readonly #settings: OdooSettings;
  readonly #needs: N;
  readonly #log: Log;
  readonly #deps: SupervisorDeps & { readonly clock: Clock; readonly signal: AbortSignal };
  readonly #end = new AbortController();
  readonly #listeners = new Set<(event: CallEvent) => void>();
  readonly #closing = new Set<Promise<void>>();
  readonly #settleReady: Settle<OdooConnection<N>>;
  #state: OdooState;
  #current: OdooConnection<N> | undefined;
  #failures = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #contractDoubted = false;
  /** What is being done or waited for; there is never more than one. */
  #work: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(settings: OdooSettings, needs: N, log: Log, deps: SupervisorDeps) {
    this.#settings = settings;
    this.#needs = needs;
    this.#log = log;
    this.#deps = { ...deps, clock: deps.clock ?? systemClock, signal: this.#end.signal };
    this.#state = describeState('connecting', this.#now());
    const { promise, settle } = deferred<OdooConnection<N>>();
    this.ready = promise;
    this.#settleReady = settle;
    // Whoever started us may ask for readiness later, or never.
    this.ready.catch(() => undefined);
    this.#do(() => this.#connect());
  }

  state(): OdooState {
    return this.#state;
  }

  client(): OdooClient {
    return this.connection().client;
  }

  connection(): OdooConnection<N> {
    if (this.#current === undefined) throw fail('SOR_UNAVAILABLE');
    return this.#current;
  }

  onCall(listener: (event: CallEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#cancelTimer?.();
    await this.#work;
    this.#drop();
    this.#settleReady.reject(fail('SHUTTING_DOWN'));
    await Promise.all(this.#closing);
  }

  async #connect(): Promise<void> {
    let client: OdooClient | undefined;
    try {
      client = await connectOdoo(this.#settings, this.#deps);
      const spending = { deadline: this.#now() + CONTRACT_CHECK_WITHIN, signal: this.#end.signal };
      const contract = await checkContract(client, this.#needs, spending);
      this.#drop();
      this.#install({ client, contract });
    } catch (error) {
      if (client !== undefined) this.#retire(client);
      this.#lose(error);
    }
  }

  #install(connection: OdooConnection<N>): void {
    const { client } = connection;
    client.onCall((event) => {
      for (const listener of this.#listeners) listener(event);
      // Attempt 0 was refused by our own queue, which says nothing about the server.
      if (event.attempt > 0 && SUSPICIOUS.has(event.outcome)) this.#suspect(client, event.outcome);
    });
    this.#current = connection;
    this.#failures = 0;
    this.#lookedAt = this.#checkedAt = this.#now();
    this.#contractDoubted = false;
    this.#become(describeState('ready', this.#now(), client.server));
    this.#settleReady.resolve(connection);
  }

  #suspect(client: OdooClient, outcome: string): void {
    if (client !== this.#current?.client) return;
    if (outcome === 'SOR_CONTRACT_BROKEN') this.#contractDoubted = true;
    if (this.#work !== undefined || this.#cancelTimer !== undefined) return;
    this.#later(this.#lookedAt + (this.#deps.checkEvery ?? SECOND), () => this.#look(client));
  }

  /** Two small requests tell whether the server is there, lets us in, and is the one we know. */
  async #look({ server }: OdooClient): Promise<void> {
    try {
      const now = await probeOdoo(this.#settings, this.#deps);
      this.#lookedAt = this.#now();
      const same = now.version === server.version && now.uid === server.uid && now.protocol === server.protocol;
      if (!same) {
        this.#drop();
        this.#become(describeState('connecting', this.#now()));
      }
      // Models and fields may go without the version changing. They are many calls to check, so not every time.
      if (!same || (this.#contractDoubted && this.#now() >= this.#checkedAt + this.#longest)) await this.#connect();
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    if (this.#end.signal.aborted) return;
    this.#drop();
    this.#become(describeState(statusOf(error), this.#now(), undefined, problemsOf(error)), error);
    if (error instanceof ContractError) this.#settleReady.reject(error);
    const { first } = this.#deps.backoff ?? BACKOFF;
    const delay =
      Math.min(this.#longest, first * 2 ** this.#failures) * (0.5 + (this.#deps.random ?? Math.random)() / 2);
    this.#failures = Math.min(this.#failures + 1, 30);
    this.#later(this.#now() + delay, () => this.#connect());
  }

  #become(state: OdooState, error?: unknown): void {
    const changed = state.status !== this.#state.status;
    this.#state = changed ? state : { ...state, since: this.#state.since };
    if (!changed) return;
    const { status, version, protocol, problems } = state;
    if (status === 'ready') this.#log.info({ version, protocol }, 'odoo:ready');
    else if (status === 'connecting') this.#log.warn({}, 'odoo:replaced');
    else this.#log.error({ status, problems, error }, 'odoo:lost');
  }

  #drop(): void {
    if (this.#current !== undefined) this.#retire(this.#current.client);
    this.#current = undefined;
  }

  /** Running calls may end; `close` waits for them. */
  #retire(client: OdooClient): void {
    const closed = client.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  #later(time: number, task: () => Promise<void>): void {
    if (this.#end.signal.aborted) return;
    this.#cancelTimer = this.#deps.clock.at(time, () => {
      this.#cancelTimer = undefined;
      this.#do(task);
    });
  }

  #do(task: () => Promise<void>): void {
    this.#work = task().finally(() => {
      this.#work = undefined;
    });
  }

  #now(): number {
    return this.#deps.clock.now();
  }

  get #longest(): number {
    return (this.#deps.backoff ?? BACKOFF).longest;
  }
}

interface Settle<T> {
  resolve(value: T): void;
  reject(reason: Error): void;
}

// Promise.withResolvers, which Node 20 does not have.
const deferred = <T>(): { readonly promise: Promise<T>; readonly settle: Settle<T> } => {
  const settle: Settle<T> = { resolve: () => undefined, reject: () => undefined };
  const promise = new Promise<T>((resolve, reject) => Object.assign(settle, { resolve, reject }));
  return { promise, settle };
};

const BACKOFF = { first: SECOND, longest: 30 * SECOND };

const statusOf = (error: unknown): OdooState['status'] => {
  const code = codeOf(error);
  if (code === 'SOR_ACCESS') return 'access-refused';
  return code === 'SOR_CONTRACT_BROKEN' ? 'contract-broken' : 'unavailable';
};

/** Text of ours only. */
const problemsOf = (error: unknown): readonly string[] => {
  if (error instanceof ContractError) return error.problems;
  const fault = faultOf(error);
  return fault === undefined ? [] : [fault.message];
};

const describeState = (
  status: OdooState['status'],
  since: number,
  server?: OdooServerInfo,
  problems: readonly string[] = [],
): OdooState =>
  Object.freeze({ status, version: server?.version ?? null, protocol: server?.protocol ?? null, problems, since });
