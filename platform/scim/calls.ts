import type { Clock } from '../outbound/clock.ts';
import { type Lane, LaneRefusal, type Pass, type LaneName } from '../outbound/lane.ts';
import { pause } from '../outbound/pause.ts';
import { type Transport, TransportFailure, type WireAnswer, type WireRequest } from '../outbound/transport.ts';
import { refusedFault, ScimFault, shapeFault, statusFault, toError, transportFault } from './faults.ts';
import type { CallEvent, CallName, Spending } from './types.ts';

/** Attempts of a read after the first. */
const RETRIES = 2;
/** A random part of 200, then of 400 ms. */
const BACKOFF = 200;

export interface CallerOptions {
  readonly transport: Transport;
  readonly lanes: Readonly<Record<LaneName, Lane>>;
  readonly token: { reveal(): string };
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly report: (event: CallEvent) => void;
}

/** One request in HTTP's words, before authentication. */
export interface Asking extends CallName {
  readonly method: WireRequest['method'];
  /** Below the base of the service, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** A successful answer. The body is null where there is none, as after DELETE. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly etag: string | null;
}

/** Makes sense of an answer, or throws ScimFault. */
export type Check<T> = (answer: Answered) => T;

export interface Caller {
  call<T>(lane: LaneName, asking: Asking, spending: Spending, check: Check<T>): Promise<T>;
}

/** The way of every call: wait for a place, send, read, check; a read again where that may help. Rejects with our codes. */
export const createCaller = (options: CallerOptions): Caller => ({
  call: async (lane, asking, given, check) => {
    const spending = { ...given };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce(options, lane, asking, spending, check, attempt);
      } catch (error) {
        const fault = faultFrom(error, asking);
        const until = options.clock.now() + options.random() * BACKOFF * 2 ** (attempt - 1);
        const mayRepeat = lane === 'read' && fault.verdict.again && attempt <= RETRIES && until < spending.deadline;
        if (!mayRepeat || !(await pause(options.clock, until, spending.signal))) throw toError(fault, lane);
      }
    }
  },
});

const attemptOnce = async <T>(
  options: CallerOptions,
  lane: LaneName,
  asking: Asking,
  spending: Spending,
  check: Check<T>,
  attempt: number,
): Promise<T> => {
  const { transport, lanes, clock, report } = options;
  const about = { resource: asking.resource, operation: asking.operation, lane };
  const pass = await enter(lanes[lane], asking, spending).catch((error: unknown) => {
    report({ ...about, ms: 0, outcome: faultFrom(error, asking).verdict[lane], attempt: 0 });
    throw error;
  });
  const startedAt = clock.now();
  try {
    const answer = await transport.send(lane, toWire(asking, options.token), spending.deadline, spending.signal);
    const value = check(read(answer, asking));
    pass.leave('ok');
    report({ ...about, ms: clock.now() - startedAt, outcome: 'ok', attempt });
    return value;
  } catch (error) {
    const fault = faultFrom(error, asking);
    pass.leave(fault.verdict.overload === true ? 'overload' : 'ignore');
    report({ ...about, ms: clock.now() - startedAt, outcome: fault.verdict[lane], attempt });
    throw fault;
  }
};

const toWire = ({ method, path, body, ifMatch, ifNoneMatch }: Asking, token: CallerOptions['token']): WireRequest => ({
  method,
  path,
  headers: {
    accept: 'application/scim+json, application/json',
    authorization: `Bearer ${token.reveal()}`,
    ...(body !== undefined && { 'content-type': 'application/scim+json' }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
  },
  body: body === undefined ? null : JSON.stringify(body),
});

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** @throws ScimFault for every answer that is not a success in JSON, or empty with 204 */
const read = ({ status, body, headers }: WireAnswer, call: Asking): Answered => {
  if (status === 304 && call.ifNoneMatch !== undefined) return { status, body: null, etag: call.ifNoneMatch };
  const parsed = parse(body);
  if (status < 200 || status > 299) {
    const isScim = Array.isArray(parsed?.['schemas']) && parsed['schemas'].includes(ERROR);
    const scimType = isScim ? parsed?.['scimType'] : null;
    throw statusFault(status, typeof scimType === 'string' ? scimType : null, isScim, call);
  }
  if (parsed === undefined && body !== '') throw shapeFault('the answer is not JSON', call, status);
  const etag = headers?.['etag'];
  return { status, body: parsed ?? null, etag: typeof etag === 'string' ? etag : null };
};

const parse = (body: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)
      ? (parsed as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
};

const enter = async (lane: Lane, call: CallName, { deadline, signal }: Spending): Promise<Pass> => {
  try {
    return await lane.enter(deadline, signal);
  } catch (error) {
    throw error instanceof LaneRefusal ? refusedFault(error.reason, call) : error;
  }
};

/** Every way to fail becomes a fault; what we did not foresee is thrown on as it is. */
const faultFrom = (error: unknown, call: CallName): ScimFault => {
  if (error instanceof ScimFault) return error;
  if (error instanceof TransportFailure) return transportFault(error, call);
  throw error;
};
