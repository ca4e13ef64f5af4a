import { onAbort } from './abort.ts';
import { adaptLimit, startLimit } from './adaptive-limit.ts';
import type { Clock } from './clock.ts';

export type LaneName = 'read' | 'write';

/** Why a call was not let in. */
export type Refusal = 'full' | 'deadline' | 'cancelled' | 'closed';

export class LaneRefusal extends Error {
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(`refused: ${reason}`);
    this.name = 'LaneRefusal';
    this.reason = reason;
  }
}

/** The right to be under way. Leaving twice is harmless. */
export interface Pass {
  /** `overload`: Odoo refused for load or did not answer in time. `ignore`: the call says nothing about Odoo's speed. */
  leave(outcome: 'ok' | 'overload' | 'ignore'): void;
}

export interface LaneOptions {
  /** Most calls under way at once. */
  readonly ceiling: number;
  /** Whether the limit moves below the ceiling with what answers tell. */
  readonly adaptive: boolean;
  /** Most calls waiting. */
  readonly queue: number;
  readonly clock: Clock;
}

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (reason: Refusal) => void;
}

/**
 * One lane to one server: bounded, first come first served. Reads and writes each have their own, so a flood of
 * one never holds up the other.
 */
export class Lane {
  readonly #options: LaneOptions;
  readonly #waiting: Waiter[] = [];
  #adaptive;
  #active = 0;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#adaptive = startLimit(options.ceiling);
  }

  get active(): number {
    return this.#active;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Calls that may be under way now. */
  get limit(): number {
    return Math.floor(this.#adaptive.limit);
  }

  /**
   * Waits for a place, no longer than the deadline and only while the signal stands.
   *
   * @throws LaneRefusal
   */
  async enter(deadline: number, signal?: AbortSignal): Promise<Pass> {
    const refusal = this.#refusal(deadline, signal);
    if (refusal !== undefined) throw new LaneRefusal(refusal);
    if (this.#active >= this.limit || this.#waiting.length > 0) await this.#wait(deadline, signal);
    else this.#active += 1;
    return this.#pass();
  }

  /** Refuses those who wait and those who come later; those under way are not disturbed. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.refuse('closed');
  }

  #refusal(deadline: number, signal?: AbortSignal): Refusal | undefined {
    if (this.#closed) return 'closed';
    if (signal?.aborted === true) return 'cancelled';
    if (deadline <= this.#options.clock.now()) return 'deadline';
    const immediate = this.#active < this.limit && this.#waiting.length === 0;
    return immediate || this.#waiting.length < this.#options.queue ? undefined : 'full';
  }

  /** Resolves when a place was handed over: `#active` already counts it. */
  #wait(deadline: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        cancelTimer();
        ignoreSignal();
        done();
      };
      const waiter: Waiter = {
        admit: () => settle(resolve),
        refuse: (reason) => settle(() => reject(new LaneRefusal(reason))),
      };
      const giveUp = (reason: Refusal) => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter.refuse(reason);
      };
      const cancelTimer = this.#options.clock.at(deadline, () => giveUp('deadline'));
      const ignoreSignal = onAbort(signal, () => giveUp('cancelled'));
      this.#waiting.push(waiter);
    });
  }

  #pass(): Pass {
    const startedAt = this.#options.clock.now();
    let left = false;
    return {
      leave: (outcome) => {
        if (left) return;
        left = true;
        this.#learn(startedAt, outcome);
        this.#active -= 1;
        this.#admitNext();
      },
    };
  }

  #learn(startedAt: number, outcome: 'ok' | 'overload' | 'ignore'): void {
    if (!this.#options.adaptive || outcome === 'ignore') return;
    const sample = {
      startedAt,
      endedAt: this.#options.clock.now(),
      active: this.#active,
      overloaded: outcome === 'overload',
    };
    this.#adaptive = adaptLimit(this.#adaptive, sample, this.#options.ceiling);
  }

  #admitNext(): void {
    while (this.#active < this.limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#active += 1;
      next.admit();
    }
  }
}
