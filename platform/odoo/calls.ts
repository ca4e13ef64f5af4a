import type { Clock } from '../outbound/clock.ts';
import { type CallName, OdooFault, refusedFault, toError, transportFault } from './faults.ts';
import { type Lane, LaneRefusal, type Pass, type LaneName } from '../outbound/lane.ts';
import { pause } from '../outbound/pause.ts';
import { type Transport, TransportFailure } from '../outbound/transport.ts';
import type { CallContext, CallEvent } from './types.ts';
import type { Wire, WireCall } from './wire.ts';

/** Attempts after the first. */
const RETRIES = 2;
/** Full jitter (a random part of the whole) below 200, then 400 ms: colliding writers must not meet again in step. */
const BACKOFF = 200;

export interface CallerOptions {
  readonly transport: Transport;
  readonly wire: Wire;
  readonly lanes: Readonly<Record<LaneName, Lane>>;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly report: (event: CallEvent) => void;
}

export type Spending = Pick<CallContext, 'deadline' | 'signal'>;

/** Makes sense of a result, or throws OdooFault. */
export type Check<T> = (result: unknown) => T;

export interface Caller {
  call<T>(lane: LaneName, call: WireCall, spending: Spending, check: Check<T>): Promise<T>;
}

/** The way of every call: wait for a place, send, decode, check, and again where that is safe. Rejects with our codes. */
export const createCaller = (options: CallerOptions): Caller => ({
  call: async (lane, call, given, check) => {
    const spending = { ...given };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce(options, lane, call, spending, check, attempt);
      } catch (error) {
        const fault = faultFrom(error, call);
        const backoff = options.random() * BACKOFF * 2 ** (attempt - 1);
        const until = options.clock.now() + backoff;
        if (!mayRepeat(fault, lane) || attempt > RETRIES || until >= spending.deadline) throw toError(fault, lane);
        // The caller has gone: the fault of the attempt is what is known, and for a collision that is "not done".
        if (!(await pause(options.clock, until, spending.signal))) throw toError(fault, lane);
      }
    }
  },
});

const attemptOnce = async <T>(
  { transport, wire, lanes, clock, report }: CallerOptions,
  lane: LaneName,
  call: WireCall,
  { deadline, signal }: Spending,
  check: Check<T>,
  attempt: number,
): Promise<T> => {
  const about = { model: call.model, method: call.method, lane };
  const pass = await enter(lanes[lane], call, deadline, signal).catch((error: unknown) => {
    report({ ...about, ms: 0, outcome: faultFrom(error, call).verdict[lane], attempt: 0 });
    throw error;
  });
  const startedAt = clock.now();
  try {
    const value = check(wire.decode(await transport.send(lane, wire.encode(call), deadline, signal), call));
    pass.leave('ok');
    report({ ...about, ms: clock.now() - startedAt, outcome: 'ok', attempt });
    return value;
  } catch (error) {
    const fault = faultFrom(error, call);
    pass.leave(fault.verdict.overload === true ? 'overload' : 'ignore');
    report({ ...about, ms: clock.now() - startedAt, outcome: fault.verdict[lane], attempt });
    throw fault;
  }
};

const enter = async (lane: Lane, call: CallName, deadline: number, signal?: AbortSignal): Promise<Pass> => {
  try {
    return await lane.enter(deadline, signal);
  } catch (error) {
    throw error instanceof LaneRefusal ? refusedFault(error.reason, call) : error;
  }
};

const mayRepeat = ({ verdict: { again } }: OdooFault, lane: LaneName): boolean =>
  again === 'always' || (again === 'reads' && lane === 'read');

/** Every way to fail becomes a fault; what we did not foresee is thrown on as it is. */
const faultFrom = (error: unknown, call: CallName): OdooFault => {
  if (error instanceof OdooFault) return error;
  if (error instanceof TransportFailure) return transportFault(error, call);
  throw error;
};
