import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { QueryPlan } from '@apollo/query-planner';
import type { ExecutionResult, OperationDefinitionNode } from 'graphql';
import type { Config } from '../platform/config.ts';
import type { Envelope } from '../platform/envelope.ts';
import type { Identity } from '../platform/identity.ts';
import type { Log } from '../platform/log.ts';
import type { Deadline } from '../platform/time.ts';
import type { HashedDocument, PreparedOperation } from './authorization/filter-document.ts';
import type { Executed, ExecutePlan } from './executor/execute-plan.ts';
import type { Transports } from './executor/transports/transport.ts';
import type { IssuerKeys } from './identity/issuer-keys.ts';
import type { Serving } from './serving.ts';

/** What every request has at hand. */
export interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  /** `undefined`: an open gateway, where nobody is asked who they are. */
  readonly issuerKeys: IssuerKeys | undefined;
  readonly transports: Transports;
  readonly executePlan: ExecutePlan;
}

/** A validated document, and which operation of it runs with which variables. */
export interface AdmittedOperation extends HashedDocument {
  readonly operationName: string | null;
  readonly operation: OperationDefinitionNode;
  /** Coerced against the API schema, defaults filled in. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: string;
}

/** One request on its way through the pipeline. Each step fills in what it is for; the steps after it read that. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly surroundings: Surroundings;
  /** Taken once: a supergraph that comes later does not reach this request. */
  readonly serving: Serving;
  readonly deadline: Deadline;
  /** Aborted at the deadline, when the client is gone, and at the end of a drain. */
  readonly signal: AbortSignal;
  requestId?: string;
  identity?: Identity;
  envelope?: Envelope;
  /** The JSON object of a POST; `undefined` for a GET. */
  body?: Readonly<Record<string, unknown>> | undefined;
  operation?: AdmittedOperation;
  prepared?: PreparedOperation;
  /** Not there when nothing is left to ask. */
  plan?: QueryPlan;
  executed?: Executed;
  result?: ExecutionResult;
  answer?: HttpAnswer;
}

/** The exchange that code without a parameter for it works for: error formatting inside of Apollo Server. */
export const currentExchange = new AsyncLocalStorage<Exchange>();

/** What an earlier step has left. Missing only when the pipeline is in the wrong order. */
export const from = <K extends keyof Exchange>(exchange: Exchange, key: K): NonNullable<Exchange[K]> => {
  const value = exchange[key];
  if (value === undefined || value === null) throw new Error(`no step before this one has set ${key}`);
  return value;
};
