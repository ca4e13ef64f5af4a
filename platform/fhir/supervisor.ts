import { codeOf, type ErrorCode, fail } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Clock, systemClock } from '../outbound/clock.ts';
import type { DependencyHealth } from '../subgraph.ts';
import { MINUTE, SECOND } from '../time.ts';
import type { FhirCallEvent, FhirClient } from './types.ts';

/** What stands on one connection. */
export interface Connected {
  readonly client: FhirClient;
}

export interface SupervisorOptions<C extends Connected> {
  /** As it stands in health and log. */
  readonly name: string;
  /** Connects and reads whatever has to be known of the server. */
  readonly connect: (report: (event: FhirCallEvent) => void, signal: AbortSignal) => Promise<C>;
  /** A code of the error table when the server lacks something that is needed, though it answers. */
  readonly defect: (connected: C) => ErrorCode | null;
  readonly log: Log;
  readonly clock?: Clock;
  /** Milliseconds between attempts, doubling from `first` up to `longest`. Default 1 s and 30 s. */
  readonly backoff?: { readonly first: number; readonly longest: number };
}

export interface FhirSupervisor<C extends Connected> {
  /** The present connection; the first one is waited for. @throws SOR_UNAVAILABLE, SOR_ACCESS … while there is none */
  connection(): Promise<C>;
  health(): DependencyHealth;
  onCall(listener: (event: FhirCallEvent) => void): () => void;
  close(): Promise<void>;
}

/** Failures after which the server deserves a look. */
const SUSPICIOUS: ReadonlySet<string> = new Set<ErrorCode>([
  'SOR_UNAVAILABLE',
  'SOR_TIMEOUT',
  'SOR_OUTCOME_UNKNOWN',
  'SOR_ACCESS',
]);
/** What was read of a server is taken as it was for so long. */
const LIFE = 10 * MINUTE;
const BACKOFF = { first: SECOND, longest: 30 * SECOND };

/**
 * Keeps a connection to one server, so that a late or a returning one needs no restart of ours.
 *
 * A failed call makes it look at the server in the background, while calls go on. Only if the server fails that look are
 * calls refused at once, until it is back.
 */
export const superviseFhir = <C extends Connected>(options: SupervisorOptions<C>): FhirSupervisor<C> =>
  new Supervisor(options);

type State<C> =
  | { readonly status: 'starting'; readonly attempt: Promise<C> }
  | { readonly status: 'ready'; readonly connected: C; readonly at: number }
  | { readonly status: 'lost'; readonly code: ErrorCode };

class Supervisor<C extends Connected> implements FhirSupervisor<C> {
  readonly #options: SupervisorOptions<C>;
  readonly #clock: Clock;
  readonly #end = new AbortController();
  readonly #listeners = new Set<(event: FhirCallEvent) => void>();
  readonly #closing = new Set<Promise<void>>();
  #state: State<C>;
  #failures = 0;
  /** Being done or waited for; there is never more than one. */
  #work: Promise<unknown> | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(options: SupervisorOptions<C>) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const attempt = this.#connect();
    this.#state = { status: 'starting', attempt };
    attempt.catch(() => undefined);
  }

  async connection(): Promise<C> {
    const state = this.#state;
    if (this.#end.signal.aborted) throw fail('SOR_UNAVAILABLE');
    if (state.status === 'starting') return state.attempt;
    if (state.status === 'lost') throw fail(state.code);
    if (this.#clock.now() - state.at >= LIFE) this.#look(0);
    return state.connected;
  }

  health(): DependencyHealth {
    const { name, defect } = this.#options;
    const state = this.#state;
    if (state.status === 'starting') return { name, status: 'starting' };
    const code = state.status === 'lost' ? state.code : defect(state.connected);
    return code === null ? { name, status: 'ok' } : { name, status: 'failing', code };
  }

  onCall(listener: (event: FhirCallEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#cancelTimer?.();
    await this.#work?.catch(() => undefined);
    if (this.#state.status === 'ready') this.#retire(this.#state.connected);
    await Promise.all(this.#closing);
  }

  #connect(): Promise<C> {
    const work = this.#options
      .connect((event) => this.#hear(event), this.#end.signal)
      .then(
        (connected) => this.#install(connected),
        (error: unknown) => this.#lose(error),
      )
      .finally(() => {
        this.#work = undefined;
      });
    this.#work = work;
    return work;
  }

  #install(connected: C): C {
    if (this.#state?.status === 'ready') this.#retire(this.#state.connected);
    if (this.#state?.status !== 'ready') this.#options.log.info({ owner: this.#options.name }, 'fhir:ready');
    this.#state = { status: 'ready', connected, at: this.#clock.now() };
    this.#failures = 0;
    return connected;
  }

  #lose(error: unknown): never {
    if (this.#end.signal.aborted) throw fail('SHUTTING_DOWN', { cause: error });
    const { log, name, backoff = BACKOFF } = this.#options;
    const code = codeOf(error) === 'INTERNAL_SERVER_ERROR' ? 'SOR_UNAVAILABLE' : codeOf(error);
    if (this.#state?.status === 'ready') this.#retire(this.#state.connected);
    if (this.#state?.status !== 'lost') log.error({ owner: name, code, error }, 'fhir:lost');
    this.#state = { status: 'lost', code };
    this.#later(Math.min(backoff.longest, backoff.first * 2 ** this.#failures));
    this.#failures = Math.min(this.#failures + 1, 30);
    throw fail(code, { cause: error });
  }

  #hear(event: FhirCallEvent): void {
    for (const listener of this.#listeners) listener(event);
    // Attempt 0 was refused by our own queue, which says nothing about the server.
    if (event.attempt === 0 || !SUSPICIOUS.has(event.outcome) || this.#state?.status !== 'ready') return;
    this.#look((this.#options.backoff ?? BACKOFF).first);
  }

  /** Connects anew after a while, unless that is being done. */
  #look(delay: number): void {
    if (this.#work === undefined) this.#later(delay);
  }

  #later(delay: number): void {
    if (this.#end.signal.aborted || this.#cancelTimer !== undefined) return;
    this.#cancelTimer = this.#clock.at(this.#clock.now() + delay, () => {
      this.#cancelTimer = undefined;
      if (this.#end.signal.aborted) return;
      this.#connect().catch(() => undefined);
    });
  }

  /** Running calls may end; `close` waits for them. */
  #retire({ client }: C): void {
    const closed = client.close().finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }
}
