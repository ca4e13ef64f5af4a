import type { Envelope } from '../../../platform/envelope.ts';
import type { Cancellation } from '../cancellation.ts';
import { parseAnswer } from '../transports/answer.ts';
import { writeCall } from '../transports/call.ts';
import type { Transport, Transports, WrittenCall } from '../transports/transport.ts';
import { SURPRISE } from './scan-runtime.ts';

/** Calls that are remembered, so that nothing has to be asked twice. */
export interface Recording {
  exchange(subgraph: string, call: WrittenCall): Promise<Buffer>;
  /** For an executor that starts from the beginning: calls that were made are answered from memory, others are made. */
  readonly transports: Transports;
}

interface Recorded {
  readonly subgraph: string;
  readonly body: Buffer;
  readonly answer: Promise<Buffer>;
}

export const createRecording = (transports: Transports, envelope: Envelope, cancellation: Cancellation): Recording => {
  // A list, since it is hardly ever looked into, and a request makes few calls.
  const recorded: Recorded[] = [];
  let isReplaying = false;
  const ask = (subgraph: string, call: WrittenCall): Promise<Buffer> =>
    exchangeOf(transports, subgraph)(call, envelope, cancellation);
  // Each answer once, and in order: what was asked again after a mutation may have been answered otherwise.
  const replay = (subgraph: string, call: WrittenCall): Promise<Buffer> => {
    const index = recorded.findIndex((one) => one.subgraph === subgraph && isSame(one.body, call.body));
    const [found] = index < 0 ? [] : recorded.splice(index, 1);
    return found?.answer ?? ask(subgraph, call);
  };
  return {
    exchange: (subgraph, call) => {
      // What is still going on in the first executor has nothing more to ask.
      if (isReplaying) return Promise.reject(SURPRISE);
      const answer = ask(subgraph, call);
      recorded.push({ subgraph, body: call.body, answer });
      return answer;
    },
    get transports(): Transports {
      isReplaying = true;
      const replaying = [...transports.values()].map((transport): [string, Transport] => [
        transport.name,
        { name: transport.name, send: async (call) => parseAnswer(await replay(transport.name, writeCall(call))) },
      ]);
      return new Map(replaying);
    },
  };
};

/** Parts of a recorded body are copied from answers, and may be written in another way than we write. */
const isSame = (recorded: Buffer, written: Buffer): boolean =>
  recorded.equals(written) || JSON.stringify(JSON.parse(recorded.toString())) === written.toString();

type Exchange = NonNullable<Transport['exchange']>;

const exchangeOf = (transports: Transports, subgraph: string): Exchange => {
  const exchange = transports.get(subgraph)?.exchange;
  if (exchange === undefined) throw new Error('this subgraph is not asked in writing');
  return exchange;
};
