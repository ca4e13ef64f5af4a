import type { Clock } from '../outbound/clock.ts';
import { type Lane, LaneRefusal, type Pass } from '../outbound/lane.ts';
import { type Transport, TransportFailure, type WireAnswer, type WireRequest } from '../outbound/transport.ts';
import { type Authorizer, TokenRefused } from './auth.ts';
import { accessFault, FhirFault, refusedFault, shapeFault, statusFault, toError, transportFault } from './faults.ts';
import { issuesOf } from './outcome.ts';
import type { FhirCallEvent, FhirSpending } from './types.ts';
import { within } from './within.ts';

export interface CallerOptions {
  readonly transport: Transport;
  readonly authorizer: Authorizer;
  readonly lanes: Readonly<Record<'read' | 'write', Lane>>;
  readonly clock: Clock;
  readonly report: (event: FhirCallEvent) => void;
}

/** One call, ready for the wire. */
export interface FhirCall extends WireRequest, Pick<FhirCallEvent, 'type' | 'interaction' | 'lane'> {}

/** Makes sense of an answer that is no refusal, or throws FhirFault. */
export type Check<T> = (body: unknown, answer: WireAnswer) => T;

export type Caller = <T>(call: FhirCall, spending: FhirSpending, check: Check<T>) => Promise<T>;

/**
 * The way of every call: wait for a place, sign, send, check. A read whose transport failed before an answer had begun is
 * tried once more, and so is anything the server refused for an old token; a write never otherwise.
 */
export const createCaller =
  (options: CallerOptions): Caller =>
  async (call, given, check) => {
    const spending = { ...given };
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce(options, call, spending, check, attempt);
      } catch (error) {
        const fault = faultFrom(error, call);
        const again = (call.lane === 'read' && fault.verdict.again === true) || fault instanceof StaleToken;
        if (!again || attempt > 1 || options.clock.now() >= spending.deadline) throw toError(fault, call.lane);
      }
    }
  };

const attemptOnce = async <T>(
  { transport, authorizer, lanes, clock, report }: CallerOptions,
  call: FhirCall,
  spending: FhirSpending,
  check: Check<T>,
  attempt: number,
): Promise<T> => {
  const { type, interaction, lane } = call;
  const about = { type, interaction, lane };
  const pass = await enter(lanes[lane], call, spending).catch((error: unknown) => {
    report({ ...about, ms: 0, outcome: faultFrom(error, call).verdict[lane], attempt: 0 });
    throw error;
  });
  const startedAt = clock.now();
  try {
    const header = await within(authorizer.header(), spending, (reason) => refusedFault(reason, call), clock);
    const request = header === null ? call : { ...call, headers: { ...call.headers, authorization: header } };
    const answer = await transport.send(lane, request, spending.deadline, spending.signal);
    if (answer.status === 401 && header !== null && authorizer.refused(header)) throw new StaleToken(call);
    const value = check(decode(answer, call), answer);
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

/** Refused before anything was done, and a new token may help. */
class StaleToken extends FhirFault {
  constructor(call: FhirCall) {
    super('the token was refused', { read: 'SOR_ACCESS', write: 'SOR_ACCESS' }, call, { status: 401 });
  }
}

const decode = ({ status, body }: WireAnswer, call: FhirCall): unknown => {
  const parsed = body === '' ? null : parse(body);
  if (status >= 300) throw statusFault(status, issuesOf(parsed), call);
  if (parsed === undefined) throw shapeFault('the answer is not JSON', call, status);
  return parsed;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const enter = async (lane: Lane, call: FhirCall, { deadline, signal }: FhirSpending): Promise<Pass> => {
  try {
    return await lane.enter(deadline, signal);
  } catch (error) {
    throw error instanceof LaneRefusal ? refusedFault(error.reason, call) : error;
  }
};

/** Every way to fail becomes a fault; what we did not foresee is thrown on as it is. */
const faultFrom = (error: unknown, call: FhirCall): FhirFault => {
  if (error instanceof FhirFault) return error;
  if (error instanceof TransportFailure) return transportFault(error, call);
  if (error instanceof TokenRefused) return accessFault(error.message, call, error);
  throw error;
};
