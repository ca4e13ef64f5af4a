import { OdooError } from './engine/errors.ts';

/** What a faulty server does with a request, beside answering it. */
export type Fault =
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'html' }
  | { readonly kind: 'half body' }
  | { readonly kind: 'drop after write' }
  | { readonly kind: 'error'; readonly error: OdooError };

/** Switches for tests. A fault stays until `clear()`, or for as many requests as `times` says. */
export interface Faults {
  /** Answers late. */
  slow(ms: number, times?: number): void;
  /** Takes the request and never answers. */
  hang(times?: number): void;
  /** Answers this status with an HTML page, as a proxy in front of Odoo would. */
  status(status: number, times?: number): void;
  /** Answers 200 with a page that is no JSON. */
  html(times?: number): void;
  /** Promises a body, sends half of it and hangs up. */
  halfBody(times?: number): void;
  /** Does the work, makes it durable, and hangs up without a word. */
  dropAfterWrite(times?: number): void;
  /** Fails as Odoo does, for example after its own five tries: `psycopg2.errors.SerializationFailure`. */
  error(python: string, message: string, times?: number): void;
  /** Takes no connections. */
  refuse(): Promise<void>;
  /** Healthy again. */
  clear(): Promise<void>;
}

export interface FaultSwitch {
  readonly faults: Faults;
  /** The fault for the next request, counted. */
  next(): Fault | null;
}

export interface Door {
  close(): Promise<void>;
  open(): Promise<void>;
}

export const faultSwitch = (door: Door): FaultSwitch => {
  let current: { readonly fault: Fault; left: number } | null = null;
  let isClosed = false;
  const set = (fault: Fault, times = Number.POSITIVE_INFINITY): void => {
    current = { fault, left: times };
  };
  return {
    next: () => {
      if (current === null || current.left <= 0) return null;
      current.left -= 1;
      return current.fault;
    },
    faults: {
      slow: (ms, times) => set({ kind: 'slow', ms }, times),
      hang: (times) => set({ kind: 'hang' }, times),
      status: (status, times) => set({ kind: 'status', status }, times),
      html: (times) => set({ kind: 'html' }, times),
      halfBody: (times) => set({ kind: 'half body' }, times),
      dropAfterWrite: (times) => set({ kind: 'drop after write' }, times),
      error: (python, message, times) => set({ kind: 'error', error: new OdooError(python, message) }, times),
      refuse: async () => {
        if (isClosed) return;
        isClosed = true;
        await door.close();
      },
      clear: async () => {
        current = null;
        if (isClosed) await door.open();
        isClosed = false;
      },
    },
  };
};
