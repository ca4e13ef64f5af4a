import type { LaneName } from '../outbound/lane.ts';
import type { GraphQLError } from 'graphql';
import { type ErrorCode, fail } from '../errors.ts';
import { LoggableError } from '../log.ts';
import type { TransportFailure } from '../outbound/transport.ts';
import type { OperationOutcomeIssue } from './outcome.ts';

/** What one kind of failure means for the caller, and whether a read may be sent again. */
export interface Verdict {
  readonly read: ErrorCode;
  /** For a write: SOR_OUTCOME_UNKNOWN unless it is certain that nothing happened. */
  readonly write: ErrorCode;
  /** No answer had begun, so that a read may be tried once more. */
  readonly again?: true;
  /** Tells the read lane to slow down. */
  readonly overload?: true;
}

const both = (code: ErrorCode): Verdict => ({ read: code, write: code });

const ACCESS = both('SOR_ACCESS');
const ABSENT = both('NOT_FOUND');
const CONFLICT = both('CONFLICT');
const BROKEN = both('SOR_CONTRACT_BROKEN');
// A read has no business rule to break: what is refused there is our question.
const REJECTED: Verdict = { read: 'SOR_CONTRACT_BROKEN', write: 'SOR_REJECTED' };
const THROTTLED: Verdict = { ...both('SOR_UNAVAILABLE'), overload: true };
const FAILED: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_OUTCOME_UNKNOWN' };
const OVERLOADED: Verdict = { ...FAILED, overload: true };
const GARBLED: Verdict = { read: 'SOR_CONTRACT_BROKEN', write: 'SOR_OUTCOME_UNKNOWN' };
const LOST: Verdict = { ...FAILED, again: true };
const UNSENT: Verdict = { ...both('SOR_UNAVAILABLE'), again: true };
const LATE: Verdict = { read: 'SOR_TIMEOUT', write: 'SOR_OUTCOME_UNKNOWN', overload: true };
const CANCELLED: Verdict = { read: 'SOR_TIMEOUT', write: 'SOR_OUTCOME_UNKNOWN' };
const NEVER_SENT: Verdict = { read: 'SOR_TIMEOUT', write: 'SOR_UNAVAILABLE' };

/** By HTTP status (R4, 3.1.0.4 to 3.1.0.10). A status below 500 says that the write did not happen. */
const BY_STATUS: Readonly<Record<number, Verdict>> = {
  400: REJECTED,
  401: ACCESS,
  403: ACCESS,
  404: ABSENT,
  408: FAILED,
  409: CONFLICT,
  410: ABSENT,
  412: CONFLICT,
  422: REJECTED,
  429: THROTTLED,
  501: BROKEN,
  503: OVERLOADED,
  504: OVERLOADED,
};

/** Codes of an OperationOutcome that say more than the status beside them (R4 value set issue-type). */
const BY_ISSUE: Readonly<Record<string, Verdict>> = {
  conflict: CONFLICT,
  'lock-error': CONFLICT,
  duplicate: CONFLICT,
  'business-rule': REJECTED,
  throttled: THROTTLED,
  'not-supported': BROKEN,
};

export interface CallName {
  /** A resource type, `*` for a bundle. */
  readonly type: string;
  readonly interaction: string;
}

/** One failed attempt. Its facts are all that a log learns of the answer: codes, never texts. */
export class FhirFault extends LoggableError {
  readonly verdict: Verdict;
  /** Null when there was no answer. */
  readonly status: number | null;

  constructor(about: string, verdict: Verdict, { type, interaction }: CallName, details: FaultDetails = {}) {
    const { status = null, issues = [], cause } = details;
    super(about, { type, interaction, status, issues: issues.map(({ code }) => code).join(' ') || null });
    this.name = 'FhirFault';
    this.verdict = verdict;
    this.status = status;
    if (cause !== undefined) this.cause = cause;
  }
}

interface FaultDetails {
  readonly status?: number | null;
  readonly issues?: readonly OperationOutcomeIssue[];
  readonly cause?: unknown;
}

/** An answer with a status of 300 or more, or an entry of a batch that has one. */
export const statusFault = (status: number, issues: readonly OperationOutcomeIssue[], call: CallName): FhirFault => {
  const named = status >= 400 && status < 500 ? issues.flatMap(({ code }) => BY_ISSUE[code] ?? []) : [];
  return new FhirFault('the server refused', named[0] ?? verdictOfStatus(status), call, { status, issues });
};

/** An answer that is not what the interaction returns; `about` says what, without values. */
export const shapeFault = (about: string, call: CallName, status: number | null = null): FhirFault =>
  new FhirFault(about, GARBLED, call, { status });

/** A call that the server does not offer, or that must not be sent. */
export const contractFault = (about: string, call: CallName): FhirFault => new FhirFault(about, BROKEN, call);

/** We could not get a token. Nothing of the call was sent. */
export const accessFault = (about: string, call: CallName, cause?: unknown): FhirFault =>
  new FhirFault(about, ACCESS, call, { cause });

export const transportFault = (failure: TransportFailure, call: CallName): FhirFault =>
  new FhirFault(failure.message, verdictOfTransport(failure), call, { cause: failure });

/** A call that its lane did not let in. Nothing was sent. */
export const refusedFault = (reason: 'full' | 'deadline' | 'cancelled' | 'closed', call: CallName): FhirFault =>
  new FhirFault(
    `not sent: ${reason}`,
    reason === 'full' || reason === 'closed' ? both('SOR_UNAVAILABLE') : NEVER_SENT,
    call,
  );

/** The error of our table for a fault, with the fault as its cause. */
export const toError = (fault: FhirFault, lane: LaneName): GraphQLError => fail(fault.verdict[lane], { cause: fault });

/** The fault behind an error of the client; undefined if it has another origin. */
export const faultOf = (error: unknown): FhirFault | undefined => {
  const origin = (error as { originalError?: unknown } | null)?.originalError;
  return origin instanceof FhirFault ? origin : undefined;
};

const verdictOfStatus = (status: number): Verdict => {
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return FAILED;
  // A redirect, a wrong path, a method or media type that is not there.
  return status >= 300 ? BROKEN : GARBLED;
};

const verdictOfTransport = ({ kind, sent }: TransportFailure): Verdict => {
  if (kind === 'too-large') return GARBLED;
  if (kind === 'network') return sent ? LOST : UNSENT;
  if (!sent) return NEVER_SENT;
  return kind === 'deadline' ? LATE : CANCELLED;
};
