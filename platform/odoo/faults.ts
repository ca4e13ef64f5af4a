import type { LaneName } from '../outbound/lane.ts';
import type { GraphQLError } from 'graphql';
import { type ErrorCode, fail } from '../errors.ts';
import { LoggableError } from '../log.ts';
import { TransportFailure } from '../outbound/transport.ts';

/** What one kind of failure means for the caller, and whether the same call may be sent again. */
export interface Verdict {
  readonly read: ErrorCode;
  /** For a write: SOR_OUTCOME_UNKNOWN unless it is certain that nothing was committed. */
  readonly write: ErrorCode;
  readonly again: 'never' | 'reads' | 'always';
  /** Tells the read lane to slow down. */
  readonly overload?: true;
}

const final = (code: ErrorCode): Verdict => ({ read: code, write: code, again: 'never' });

const ACCESS = final('SOR_ACCESS');
const ABSENT = final('NOT_FOUND');
const REJECTED = final('SOR_REJECTED');
const LOCKED = final('CONFLICT');
const BROKEN = final('SOR_CONTRACT_BROKEN');
// Odoo's transaction ended in an exception, so it was rolled back: the outcome of a write is known.
const FAILED = final('SOR_UNAVAILABLE');
// Rolled back for meeting another transaction; after Odoo's own five tries it is safe to send again, writes too.
const COLLIDED: Verdict = { read: 'CONFLICT', write: 'CONFLICT', again: 'always' };
// The connection to PostgreSQL broke, perhaps during COMMIT.
const DATABASE_LOST: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_OUTCOME_UNKNOWN', again: 'never' };
const GATEWAY: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_OUTCOME_UNKNOWN', again: 'reads' };
const GATEWAY_BUSY: Verdict = { ...GATEWAY, overload: true };
const TOO_MANY: Verdict = { ...FAILED, overload: true };
const SERVER_ERROR: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_OUTCOME_UNKNOWN', again: 'never' };
const GARBLED: Verdict = { read: 'SOR_CONTRACT_BROKEN', write: 'SOR_OUTCOME_UNKNOWN', again: 'never' };
const LOST: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_OUTCOME_UNKNOWN', again: 'reads' };
const UNSENT: Verdict = { read: 'SOR_UNAVAILABLE', write: 'SOR_UNAVAILABLE', again: 'reads' };
const LATE: Verdict = { read: 'SOR_TIMEOUT', write: 'SOR_OUTCOME_UNKNOWN', again: 'never', overload: true };
const CANCELLED: Verdict = { read: 'SOR_TIMEOUT', write: 'SOR_OUTCOME_UNKNOWN', again: 'never' };
const NEVER_SENT: Verdict = { read: 'SOR_TIMEOUT', write: 'SOR_UNAVAILABLE', again: 'never' };

/**
 * The error table of Odoo, by exception name. Names are the same on every version, protocol and language; statuses are
 * not (a ValueError and a SerializationFailure are both 500, and JSON-RPC always says 200), and messages are translated.
 */
const BY_NAME: ReadonlyMap<string, Verdict> = new Map([
  ['odoo.exceptions.AccessDenied', ACCESS],
  ['odoo.exceptions.AccessError', ACCESS],
  ['odoo.http.SessionExpiredException', ACCESS],
  ['werkzeug.exceptions.Unauthorized', ACCESS],
  ['werkzeug.exceptions.Forbidden', ACCESS],
  ['odoo.exceptions.MissingError', ABSENT],
  ['odoo.exceptions.UserError', REJECTED],
  ['odoo.exceptions.ValidationError', REJECTED],
  ['odoo.exceptions.RedirectWarning', REJECTED],
  ['odoo.exceptions.LockError', LOCKED],
  ['odoo.exceptions.ConcurrencyError', COLLIDED],
  ['psycopg2.errors.SerializationFailure', COLLIDED],
  ['psycopg2.errors.LockNotAvailable', COLLIDED],
  ['psycopg2.errors.DeadlockDetected', COLLIDED],
  ['psycopg2.OperationalError', DATABASE_LOST],
  ['psycopg2.InterfaceError', DATABASE_LOST],
  ['psycopg2.errors.AdminShutdown', DATABASE_LOST],
  ['psycopg2.errors.CrashShutdown', DATABASE_LOST],
  ['psycopg2.errors.CannotConnectNow', DATABASE_LOST],
  ['werkzeug.exceptions.NotFound', BROKEN],
  ['werkzeug.exceptions.BadRequest', BROKEN],
  ['werkzeug.exceptions.UnprocessableEntity', BROKEN],
  ['werkzeug.exceptions.UnsupportedMediaType', BROKEN],
  ['werkzeug.exceptions.MethodNotAllowed', BROKEN],
  ['werkzeug.exceptions.TooManyRequests', TOO_MANY],
  ['builtins.ValueError', BROKEN],
  ['builtins.KeyError', BROKEN],
  ['builtins.TypeError', BROKEN],
  ['builtins.AttributeError', BROKEN],
  ['builtins.IndexError', BROKEN],
  ['builtins.AssertionError', BROKEN],
  ['builtins.NotImplementedError', BROKEN],
]);

/** Where a fault happened. */
export interface CallName {
  readonly model: string;
  readonly method: string;
}

/**
 * One failed attempt. Its facts are the only thing a log learns of Odoo's answer; Odoo's `debug`, `arguments` and
 * message are not among them, since they quote records, addresses and code.
 */
export class OdooFault extends LoggableError {
  readonly verdict: Verdict;
  readonly odooName: string | null;
  readonly #refusal: string | null;

  constructor(about: string, verdict: Verdict, call: CallName, details: FaultDetails = {}) {
    const { odooName = null, status = null, refusal = null, cause } = details;
    super(about, { odooName, status, model: call.model, method: call.method });
    this.name = 'OdooFault';
    this.verdict = verdict;
    this.odooName = odooName;
    this.#refusal = refusal;
    if (cause !== undefined) this.cause = cause;
  }

  /**
   * The sentence of a refused business rule, in the language of the call, which Odoo writes for its users; null for
   * every other fault. It may name records: show it only to someone who may see them, and never log it.
   */
  presentable(): string | null {
    return this.#refusal;
  }
}

interface FaultDetails {
  readonly odooName?: string | null;
  readonly status?: number | null;
  readonly refusal?: string | null;
  readonly cause?: unknown;
}

/** The exception part of an answer, the same in both protocols. */
export interface OdooException {
  readonly name: string;
  readonly message: string;
}

/** A fault that Odoo named. */
export const namedFault = (exception: OdooException, status: number, call: CallName, db: string): OdooFault => {
  const verdict = verdictOf(exception, db);
  return new OdooFault('Odoo raised an exception', verdict, call, {
    odooName: plainName(exception.name),
    status,
    refusal: verdict === REJECTED ? exception.message : null,
  });
};

/** A fault without a name: a proxy, a broken server, or something that is not Odoo. Only here does the status speak. */
export const unnamedFault = (status: number, call: CallName): OdooFault =>
  new OdooFault('the answer is not one of Odoo', verdictOfStatus(status), call, { status });

/** An answer that is well-formed but not what the method returns; `about` says what, without values. */
export const shapeFault = (about: string, call: CallName, status: number | null = null): OdooFault =>
  new OdooFault(about, GARBLED, call, { status });

/** A request that must not be sent, because the server does not have what it names. */
export const contractFault = (about: string, call: CallName): OdooFault => new OdooFault(about, BROKEN, call);

/** `load` answers errors as a result. A collision among them was rolled back like any other and may be repeated. */
export const loadFault = (message: string, call: CallName): OdooFault =>
  // No name comes with it; the text is PostgreSQL's own, which Odoo does not translate.
  /could not serialize access|deadlock detected/i.test(message)
    ? new OdooFault('a load met another transaction', COLLIDED, call)
    : new OdooFault('a load was refused', REJECTED, call, { refusal: message });

export const transportFault = (failure: TransportFailure, call: CallName): OdooFault =>
  new OdooFault(failure.message, verdictOfTransport(failure), call, { cause: failure });

/** A call that its lane did not let in, or whose retry no longer fitted. Nothing was sent. */
export const refusedFault = (reason: 'full' | 'deadline' | 'cancelled' | 'closed', call: CallName): OdooFault =>
  new OdooFault(
    `not sent: ${reason}`,
    reason === 'full' || reason === 'closed' ? { ...UNSENT, again: 'never' } : NEVER_SENT,
    call,
  );

/** The error of our table for a fault, with the fault as its cause. */
export const toError = (fault: OdooFault, lane: LaneName): GraphQLError => fail(fault.verdict[lane], { cause: fault });

/** The fault behind an error of the client; undefined if it has another origin. */
export const faultOf = (error: unknown): OdooFault | undefined => {
  const origin = (error as { originalError?: unknown } | null)?.originalError;
  return origin instanceof OdooFault ? origin : undefined;
};

/** A call that is wrong in itself: ours to fix, never sent. `about` holds no values. */
export const misuse = (about: string): GraphQLError =>
  fail('INTERNAL_SERVER_ERROR', { cause: new LoggableError(about) });

const verdictOf = ({ name, message }: OdooException, db: string): Verdict => {
  // JSON-RPC reports an unknown database under the same name as a lost one. The text is PostgreSQL's, not a user's.
  if (name === 'psycopg2.OperationalError' && message.includes(`"${db}" does not exist`)) return BROKEN;
  return BY_NAME.get(name) ?? FAILED;
};

const verdictOfStatus = (status: number): Verdict => {
  if (status === 429) return TOO_MANY;
  if (status === 502) return GATEWAY;
  if (status === 503 || status === 504) return GATEWAY_BUSY;
  if (status === 408) return SERVER_ERROR;
  if (status >= 500) return SERVER_ERROR;
  // Refused before a method ran (unknown database, redirect, wrong path), or, below 300, a body nobody understands.
  return status >= 300 ? BROKEN : GARBLED;
};

const verdictOfTransport = ({ kind, sent }: TransportFailure): Verdict => {
  if (kind === 'too-large') return GARBLED;
  if (kind === 'network') return sent ? LOST : UNSENT;
  if (!sent) return NEVER_SENT;
  return kind === 'deadline' ? LATE : CANCELLED;
};

// A name is upstream text like any other until it looks like one.
const plainName = (name: string): string | null => (/^[A-Za-z_][\w.]{0,120}$/.test(name) ? name : null);
