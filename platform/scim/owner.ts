import type { Envelope } from '../envelope.ts';
import { codeOf, type ErrorCode, fail } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DependencyHealth } from '../subgraph.ts';
import { spendingOf } from '../outbound/spending.ts';
import { deadlineIn, remaining, SECOND } from '../time.ts';
import { openScim, type ScimDoor } from './client.ts';
import { ScimContractError } from './contract.ts';
import type { ScimEntity } from './entity.ts';
import { countFindings, type Findings } from './findings.ts';
import { type GroundOptions, type ScimGround, toGround } from './ground.ts';
import { ScimSession } from './session.ts';
import type { CallEvent, ScimSettings } from './types.ts';

export interface ScimOwnerOptions {
  /** How health and log call it. */
  readonly name: string;
  readonly settings: ScimSettings;
  /** Everything the connectors of this process read. */
  readonly entities: readonly ScimEntity[];
  /** Codes of the facilities there are, where the configuration names them. */
  readonly facilities?: readonly string[] | undefined;
  /** Most milliseconds one call may take, within what is left of the request. */
  readonly callWithin: number;
  readonly onFinding?: Findings['note'];
  readonly log: Log;
  /** Milliseconds between two looks at the server, doubling up to `longest` while it is away. */
  readonly backoff?: { readonly first: number; readonly longest: number };
}

/** A SCIM server as an owning system. */
export interface ScimOwner {
  /** Opens reading for one request. It does not fail when the server is away; what is read does. */
  session(envelope: Envelope, signal?: AbortSignal): Promise<ScimSession>;
  /** Resolves once the server was reached. Rejects with ScimContractError when it lacks what we need. */
  readonly ready: Promise<void>;
  health(): readonly DependencyHealth[];
  onCall(listener: (event: CallEvent) => void): () => void;
  close(): Promise<void>;
}

/** Failures after which the server deserves a look. */
const SUSPICIOUS: ReadonlySet<string> = new Set<ErrorCode>([
  'SOR_UNAVAILABLE',
  'SOR_TIMEOUT',
  'SOR_OUTCOME_UNKNOWN',
  'SOR_ACCESS',
  'SOR_CONTRACT_BROKEN',
]);
const BACKOFF = { first: SECOND, longest: 30 * SECOND };
const DISCOVER_WITHIN = 10 * SECOND;

/**
 * Connects to a SCIM server and keeps looking after it: a server that is late, comes back or was upgraded needs no restart
 * of ours.
 *
 * A failed call makes it ask the server again what it has, in the background. If that fails too, calls are refused at once
 * until it is back.
 */
export const openScimOwner = (options: ScimOwnerOptions): ScimOwner => new Supervised(options);

class Supervised implements ScimOwner {
  readonly ready: Promise<void>;
  readonly #options: ScimOwnerOptions;
  readonly #grounding: GroundOptions;
  readonly #door: ScimDoor;
  readonly #end = new AbortController();
  readonly #settleReady: Settle;
  #ground: ScimGround | undefined;
  #failure: unknown;
  #failures = 0;
  #lookedAt = 0;
  /** The look under way; there is never more than one. */
  #look: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ScimOwnerOptions) {
    const { entities, facilities, onFinding, log } = options;
    this.#options = options;
    this.#grounding = {
      entities,
      facilities,
      findings: countFindings(log, onFinding),
      habits: { pagesByKey: true },
      log,
    };
    this.#door = openScim(options.settings);
    const settle: Settle = { resolve: () => undefined, reject: () => undefined };
    this.ready = new Promise<void>((resolve, reject) => Object.assign(settle, { resolve, reject }));
    // Whoever started us may ask for readiness later, or never.
    this.ready.catch(() => undefined);
    this.#settleReady = settle;
    this.#door.onCall(({ outcome, operation, attempt }) => {
      // Attempt 0 was refused by our own queue, which says nothing about the server.
      if (attempt > 0 && operation !== 'discover' && SUSPICIOUS.has(outcome)) this.#suspect();
    });
    this.#start();
  }

  session(envelope: Envelope, signal?: AbortSignal): Promise<ScimSession> {
    const spending = spendingOf(envelope.deadline, this.#options.callWithin, signal);
    const ground = () => this.#groundBy(spending.deadline);
    const { facilities, party } = envelope.identity;
    // Nothing here belongs to a company outside the group.
    return Promise.resolve(new ScimSession(ground, party === undefined ? facilities : [], spending));
  }

  health(): readonly DependencyHealth[] {
    const { name } = this.#options;
    if (this.#ground !== undefined) return [{ name, status: 'ok' }];
    return [
      this.#failure === undefined
        ? { name, status: 'starting' }
        : { name, status: 'failing', code: codeOf(this.#failure) },
    ];
  }

  onCall(listener: (event: CallEvent) => void): () => void {
    return this.#door.onCall(listener);
  }

  async close(): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.#look;
    this.#settleReady.reject(fail('SHUTTING_DOWN'));
    await this.#door.close();
  }

  /** The ground there is, or the one that the first look is about to give. */
  async #groundBy(deadline: number): Promise<ScimGround> {
    if (this.#ground === undefined && this.#failure === undefined) await soonest(this.#look, remaining(deadline));
    if (this.#ground !== undefined) return this.#ground;
    if (this.#failure === undefined) throw fail('SOR_TIMEOUT');
    throw fail(codeOf(this.#failure), { cause: this.#failure });
  }

  #suspect(): void {
    if (this.#look !== undefined || this.#timer !== undefined) return;
    this.#later(this.#lookedAt + this.#backoff.first - Date.now());
  }

  #later(delay: number): void {
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#start();
      },
      Math.max(0, delay),
    );
  }

  #start(): void {
    this.#look = this.#lookNow().finally(() => {
      this.#look = undefined;
      this.#lookedAt = Date.now();
    });
  }

  async #lookNow(): Promise<void> {
    try {
      const connection = await this.#door.connect({ deadline: deadlineIn(DISCOVER_WITHIN), signal: this.#end.signal });
      this.#gain(toGround(connection, this.#grounding));
    } catch (error) {
      this.#lose(error);
    }
  }

  #gain(ground: ScimGround): void {
    if (this.#ground === undefined) this.#options.log.info({ owner: this.#options.name }, 'scim:ready');
    this.#ground = ground;
    this.#failure = undefined;
    this.#failures = 0;
    this.#settleReady.resolve();
  }

  #lose(error: unknown): void {
    if (this.#end.signal.aborted) return;
    const isNew = this.#failure === undefined || codeOf(this.#failure) !== codeOf(error);
    if (isNew) this.#options.log.error({ owner: this.#options.name, error }, 'scim:lost');
    this.#ground = undefined;
    // Who comes back may be another server.
    this.#grounding.habits.pagesByKey = true;
    this.#failure = error;
    if (error instanceof ScimContractError) this.#settleReady.reject(error);
    const { first, longest } = this.#backoff;
    this.#later(Math.min(longest, first * 2 ** this.#failures) * (0.5 + Math.random() / 2));
    this.#failures = Math.min(this.#failures + 1, 20);
  }

  get #backoff(): { readonly first: number; readonly longest: number } {
    return this.#options.backoff ?? BACKOFF;
  }
}

interface Settle {
  resolve(): void;
  reject(reason: unknown): void;
}

/** Waits for something, but no longer than a while. */
const soonest = async (promise: Promise<void> | undefined, within: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, within);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
};
