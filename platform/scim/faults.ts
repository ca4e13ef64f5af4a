import type { LaneName } from '../outbound/lane.ts';
import type { GraphQLError } from 'graphql';
import { type ErrorCode, fail } from '../errors.ts';
import { LoggableError } from '../log.ts';
import type { TransportFailure } from '../outbound/transport.ts';
import type { CallName } from './types.ts';

/** What one kind of failure means for the caller, and whether the same read may be sent again. */
export interface Verdict {
  readonly read: ErrorCode;
  /** For a write: SOR_OUTCOME_UNKNOWN unless it is certain that nothing was done. */
  readonly write: ErrorCode;
  readonly again: boolean;
  /** Tells the read lane to slow down. */
  readonly overload?: true;
}

const final = (read: ErrorCode, write: ErrorCode = read): Verdict => ({ read, write, again: false });

const ACCESS = final('SOR_ACCESS');
const ABSENT = final('NOT_FOUND');
const STALE = final('CONFLICT');
const BROKEN = final('SOR_CONTRACT_BROKEN');
// A read holds no value that a business rule could refuse: we asked for what the server does not have.
const REFUSED = final('SOR_CONTRACT_BROKEN', 'SOR_REJECTED');
const TOO_MUCH = final('RESULT_TOO_LARGE', 'SOR_REJECTED');
const BUSY: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_UNAVAILABLE', again: true, overload: true };
const FAILED = final('SOR_UNAVAILABLE', 'SOR_OUTCOME_UNKNOWN');
const GATEWAY: Verdict = { ...FAILED, again: true };
const GATEWAY_BUSY: Verdict = { ...GATEWAY, overload: true };
const GARBLED = final('SOR_CONTRACT_BROKEN', 'SOR_OUTCOME_UNKNOWN');
const LOST: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_OUTCOME_UNKNOWN', again: true };
const UNSENT: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_UNAVAILABLE', again: true };
const LATE: Verdict = { read: 'SOR_TIMEOUT', write: 'SOR_OUTCOME_UNKNOWN', again: false, overload: true };
const CANCELLED = final('SOR_TIMEOUT', 'SOR_OUTCOME_UNKNOWN');
const NEVER_SENT = final('SOR_TIMEOUT', 'SOR_UNAVAILABLE');

/** The error table of SCIM: the keywords of RFC 7644, section 3.12, and the statuses it leaves without one. */
const BY_KEYWORD: ReadonlyMap<string, Verdict> = new Map([
  ['invalidFilter', BROKEN],
  ['invalidSyntax', BROKEN],
  ['invalidPath', BROKEN],
  ['invalidVers', BROKEN],
  ['tooMany', TOO_MUCH],
  ['uniqueness', STALE],
  ['mutability', REFUSED],
  ['noTarget', REFUSED],
  ['invalidValue', REFUSED],
  ['sensitive', ACCESS],
]);

const BY_STATUS: ReadonlyMap<number, Verdict> = new Map([
  [400, REFUSED],
  [401, ACCESS],
  [403, ACCESS],
  [404, ABSENT],
  [409, STALE],
  [412, STALE],
  [413, TOO_MUCH],
  [429, BUSY],
  [501, BROKEN],
  [502, GATEWAY],
  [503, GATEWAY_BUSY],
  [504, GATEWAY_BUSY],
]);

/**
 * One failed attempt. Its facts are the only thing a log learns of the answer; the server's `detail` is not among them,
 * since it quotes people.
 */
export class ScimFault extends LoggableError {
  readonly verdict: Verdict;
  readonly scimType: string | null;

  constructor(about: string, verdict: Verdict, call: CallName, details: FaultDetails = {}) {
    const { status = null, scimType = null, cause } = details;
    super(about, { status, scimType, resource: call.resource, operation: call.operation });
    this.name = 'ScimFault';
    this.verdict = verdict;
    this.scimType = scimType;
    if (cause !== undefined) this.cause = cause;
  }
}

interface FaultDetails {
  readonly status?: number | null;
  readonly scimType?: string | null;
  readonly cause?: unknown;
}

/**
 * An answer with an error status. 404 means that a resource is not there only in a SCIM error message (`isScim`), and to who
 * has asked for one: a list that is not there is another matter.
 */
export const statusFault = (status: number, scimType: string | null, isScim: boolean, call: CallName): ScimFault => {
  const known = scimType !== null && BY_KEYWORD.has(scimType) ? scimType : null;
  const isOfOne = isScim && call.operation !== 'list' && call.operation !== 'discover';
  return new ScimFault('the server answered an error', verdictOf(status, known, isOfOne), call, {
    status,
    scimType: known,
  });
};

/** A well-formed answer that is not what was asked for; `about` says what, without values. */
export const shapeFault = (about: string, call: CallName, status: number | null = null): ScimFault =>
  new ScimFault(about, GARBLED, call, { status });

/** A call that cannot be made, because the server does not have what it needs. */
export const contractFault = (about: string, call: CallName): ScimFault => new ScimFault(about, BROKEN, call);

export const transportFault = (failure: TransportFailure, call: CallName): ScimFault =>
  new ScimFault(failure.message, verdictOfTransport(failure), call, { cause: failure });

/** A call that its lane did not let in. Nothing was sent. */
export const refusedFault = (reason: 'full' | 'deadline' | 'cancelled' | 'closed', call: CallName): ScimFault =>
  new ScimFault(
    `not sent: ${reason}`,
    reason === 'full' || reason === 'closed' ? final('SOR_UNAVAILABLE') : NEVER_SENT,
    call,
  );

/** The error of our table for a fault, with the fault as its cause. */
export const toError = (fault: ScimFault, lane: LaneName): GraphQLError => fail(fault.verdict[lane], { cause: fault });

/** The fault behind an error of the client; undefined if it has another origin. */
export const faultOf = (error: unknown): ScimFault | undefined => {
  const origin = (error as { originalError?: unknown } | null)?.originalError;
  return origin instanceof ScimFault ? origin : undefined;
};

const verdictOf = (status: number, scimType: string | null, isOfOne: boolean): Verdict => {
  if (scimType !== null) return BY_KEYWORD.get(scimType) ?? REFUSED;
  if (status === 404 && !isOfOne) return BROKEN;
  const known = BY_STATUS.get(status);
  if (known !== undefined) return known;
  if (status === 408 || status >= 500) return FAILED;
  return status >= 300 ? BROKEN : GARBLED;
};

const verdictOfTransport = ({ kind, sent }: TransportFailure): Verdict => {
  if (kind === 'too-large') return final('RESULT_TOO_LARGE', 'SOR_OUTCOME_UNKNOWN');
  if (kind === 'network') return sent ? LOST : UNSENT;
  if (!sent) return NEVER_SENT;
  return kind === 'deadline' ? LATE : CANCELLED;
};
