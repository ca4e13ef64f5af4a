import type { Envelope } from '../../../platform/envelope.ts';
import type { Cancellation } from '../cancellation.ts';
import { parseAnswer } from '../transports/answer.ts';
import { writeCall } from '../transports/call.ts';
import type { Transport, Transports, WrittenCall } from '../transports/transport.ts';

/** Transports that remember what they were asked, so that nothing has to be asked twice. */
export interface Recording {
  /** Asks, or gives again what was answered to the same call. */
  exchange(subgraph: string, call: WrittenCall): Promise<Buffer>;
  /** For an executor that starts from the beginning: calls that were made are answered from memory, others are made. */
  readonly transports: Transports;
}

export const createRecording = (transports: Transports, envelope: Envelope, cancellation: Cancellation): Recording => {
  const answers = new Map<string, Promise<Buffer>>();
  const exchange = (subgraph: string, call: WrittenCall): Promise<Buffer> => {
    const key = `${subgraph} ${call.body}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const asked = exchangeOf(transports, subgraph)(call, envelope, cancellation);
    answers.set(key, asked);
    return asked;
  };
  return {
    exchange,
    get transports(): Transports {
      const replaying = [...transports.values()].map((transport): [string, Transport] => [
        transport.name,
        { name: transport.name, send: async (call) => parseAnswer(await exchange(transport.name, writeCall(call))) },
      ]);
      return new Map(replaying);
    },
  };
};

type Exchange = NonNullable<Transport['exchange']>;

const exchangeOf = (transports: Transports, subgraph: string): Exchange => {
  const exchange = transports.get(subgraph)?.exchange;
  if (exchange === undefined) throw new Error('this subgraph is not asked in writing');
  return exchange;
};
