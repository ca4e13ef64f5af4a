import type { Envelope } from '../../../platform/envelope.ts';
import type { Cancellation } from '../cancellation.ts';
import type { SubgraphAnswer, SubgraphCall } from '../../../platform/subgraph.ts';

/** A way to ask one subgraph. */
export interface Transport {
  /** The subgraph's name in the supergraph. */
  readonly name: string;
  /**
   * Asks once; nothing is retried.
   *
   * @throws the error of the table that says why there is no answer: DOWNSTREAM_SERVICE_ERROR, GATEWAY_TIMEOUT
   */
  send(call: SubgraphCall, envelope: Envelope, cancellation: Cancellation): Promise<SubgraphAnswer>;
  close?(): Promise<void>;
}

/** By the name of the subgraph. */
export type Transports = ReadonlyMap<string, Transport>;

export const transportsOf = (transports: Iterable<Transport>): Transports =>
  new Map([...transports].map((transport) => [transport.name, transport]));
