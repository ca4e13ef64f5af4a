import type { Envelope } from '../../../platform/envelope.ts';
import type { Cancellation } from '../cancellation.ts';
import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';

/** A way to ask one subgraph. */
export interface Transport {
  /** The subgraph's name in the supergraph. */
  readonly name: string;
  /**
   * Asks. Nothing that has had an answer, or may not be repeated, is asked twice.
   *
   * @throws the error of the table that says why there is no answer: DOWNSTREAM_SERVICE_ERROR, GATEWAY_TIMEOUT
   */
  send(call: SubgraphCall, envelope: Envelope, cancellation: Cancellation): Promise<SubgraphAnswer>;
  /**
   * The same for a call that is written already, and an answer that nobody has parsed. Not there where calls are not
   * written at all.
   *
   * @throws as `send` does
   */
  exchange?(call: WrittenCall, envelope: Envelope, cancellation: Cancellation): Promise<Buffer>;
  close?(): Promise<void>;
}

export interface WrittenCall {
  /** The JSON of the call. */
  readonly body: Buffer;
  readonly isMutation: boolean;
}

/** By the name of the subgraph. */
export type Transports = ReadonlyMap<string, Transport>;

export const transportsOf = (transports: Iterable<Transport>): Transports =>
  new Map([...transports].map((transport) => [transport.name, transport]));
