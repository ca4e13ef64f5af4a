import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLError } from 'graphql';
import type { Config } from '../platform/config.ts';
import type { Journal } from '../platform/audit/journal.ts';
import type { Envelope } from '../platform/envelope.ts';
import type { Identity } from '../platform/identity.ts';
import type { Log } from '../platform/log.ts';
import type { Deadline } from '../platform/time.ts';
import type { Cancellation } from './executor/cancellation.ts';
import type { Executed, ExecutePlan, Pieces } from './executor/execute-plan.ts';
import type { MaskKeys } from '../policies/mask-keys.ts';
import type { Client, Mode } from '../policies/clients.ts';
import type { Authenticator } from './identity/authenticator.ts';
import type { Grants } from './identity/grants.ts';
import type { Possession } from './identity/possession.ts';
import type { ProtectedResource } from './identity/protected-resource.ts';
import type { Revocations } from './identity/revocations.ts';
import type { Denial } from '../policies/access/denials.ts';
import type { KnownOperation, PermittedOperation, Planned } from './operations/known-document.ts';
import type { Serving } from './serving.ts';

/** What every request has at hand. */
export interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  /** `undefined`: an open gateway, where nobody is asked who they are. */
  readonly authenticator: Authenticator | undefined;
  /** What is said to clients about tokens; none in an open gateway. */
  readonly resource?: ProtectedResource | undefined;
  /** None where nothing can be revoked. */
  readonly revocations?: Revocations | undefined;
  readonly grants?: Grants | undefined;
  readonly possession?: Possession | undefined;
  /** Where it is written down who reads what; none in an open gateway. */
  readonly journal?: Journal | undefined;
  readonly executePlan: ExecutePlan;
  readonly maskKeys: MaskKeys;
  /** Labels of overrides that are decided, not drawn. */
  readonly overrides: ReadonlyMap<string, boolean>;
}

/** Which operation of a validated document runs, with which variables. */
export interface AdmittedOperation {
  readonly known: KnownOperation;
  /** Coerced against the API schema, defaults filled in. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: string | Pieces;
}

/** One request on its way through the pipeline. Each step fills in what it is for; the steps after it read that. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly surroundings: Surroundings;
  /**
   * Taken once: a supergraph that comes later does not reach this request. As the contract of the caller shows it, from
   * when that is known.
   */
  serving: Serving;
  readonly deadline: Deadline;
  /** Comes at the deadline, when the client is gone, and at the end of a drain. */
  readonly cancellation: Cancellation;
  /** Stands on the answer, on its errors, on log lines, and on all that is asked of subgraphs. */
  readonly requestId: string;
  identity?: Identity;
  /** The application that asks, as it was registered; `undefined` in an open gateway. */
  client?: Client | undefined;
  envelope?: Envelope;
  /** The JSON object of a POST; `undefined` for a GET. */
  body?: Readonly<Record<string, unknown>> | undefined;
  operation?: AdmittedOperation;
  permitted?: PermittedOperation;
  /** What the caller may not select, when there is something, and what becomes of it. */
  denials?: { readonly mode: Mode; readonly denials: readonly Denial[] };
  /** How an operation is refused of which nothing runs since not all of it may: status and headers of the answer. */
  rejection?: Pick<HttpAnswer, 'status' | 'headers'>;
  planned?: Planned;
  executed?: Executed;
  /** Errors of the answer, those of denied selections included. */
  errors?: readonly GraphQLError[];
  /** The media type the client is answered in, once that is settled. */
  contentType?: string;
  /** The answer of GraphQL, as JSON. */
  text?: string | Pieces;
  answer?: HttpAnswer;
}

/** What an earlier step has left. Missing only when the pipeline is in the wrong order. */
export const from = <K extends keyof Exchange>(exchange: Exchange, key: K): NonNullable<Exchange[K]> => {
  const value = exchange[key];
  if (value === undefined || value === null) throw new Error(`no step before this one has set ${key}`);
  return value;
};
