import type { Envelope } from '../../../platform/envelope.ts';
import type { Cancellation } from '../cancellation.ts';
import { parseAnswer } from '../transports/answer.ts';
import { writeCall } from '../transports/call.ts';
import type { Transport, Transports, WrittenCall } from '../transports/transport.ts';
import { SURPRISE } from './scan-runtime.ts';

interface Recorded {
  readonly subgraph: string;
  readonly body: Buffer;
  readonly answer: Promise<Buffer>;
}

/** Calls that are remembered, so that nothing has to be asked twice. */
export class Recording {
  readonly #transports: Transports;
  readonly #envelope: Envelope;
  readonly #cancellation: Cancellation;
  // A list, since it is hardly ever looked into, and a request makes few calls.
  readonly #recorded: Recorded[] = [];
  #isReplaying = false;

  constructor(transports: Transports, envelope: Envelope, cancellation: Cancellation) {
    this.#transports = transports;
    this.#envelope = envelope;
    this.#cancellation = cancellation;
  }

  exchange(subgraph: string, call: WrittenCall): Promise<Buffer> {
    // What is still going on in the first executor has nothing more to ask.
    if (this.#isReplaying) return Promise.reject(SURPRISE);
    const answer = this.#ask(subgraph, call);
    this.#recorded.push({ subgraph, body: call.body, answer });
    return answer;
  }

  /** For an executor that starts from the beginning: calls that were made are answered from memory, others are made. */
  replay(): Transports {
    this.#isReplaying = true;
    const replaying = [...this.#transports.values()].map(({ name }): [string, Transport] => [
      name,
      { name, send: async (call) => parseAnswer(await this.#again(name, writeCall(call))) },
    ]);
    return new Map(replaying);
  }

  /** Each answer once, and in order: what was asked again after a mutation may have been answered otherwise. */
  #again(subgraph: string, call: WrittenCall): Promise<Buffer> {
    const index = this.#recorded.findIndex((one) => one.subgraph === subgraph && isSame(one.body, call.body));
    const [found] = index < 0 ? [] : this.#recorded.splice(index, 1);
    return found?.answer ?? this.#ask(subgraph, call);
  }

  #ask(subgraph: string, call: WrittenCall): Promise<Buffer> {
    const exchange = this.#transports.get(subgraph)?.exchange;
    if (exchange === undefined) throw new Error('this subgraph is not asked in writing');
    return exchange(call, this.#envelope, this.#cancellation);
  }
}

/** Parts of a recorded body are copied from answers, and may be written in another way than we write. */
const isSame = (recorded: Buffer, written: Buffer): boolean =>
  recorded.equals(written) || JSON.stringify(JSON.parse(recorded.toString())) === written.toString();
