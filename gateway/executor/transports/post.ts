import { type Dispatcher, errors } from 'undici';
import { LoggableError } from '../../../platform/log.ts';
import type { Cancellation } from '../cancellation.ts';

export interface PostOptions {
  readonly path: string;
  /** Name, value, name, value. */
  readonly headers: string[];
  readonly body: Buffer;
  /** Bytes of the answer, as they come over the wire. */
  readonly limit: number;
  /** Ends the call. */
  readonly cancellation: Cancellation;
}

/** What came back. */
export interface Posted {
  readonly encoding: string;
  readonly bytes: Buffer;
}

/**
 * The connection ended before an answer began, most likely because the subgraph had closed it as idle when the request was
 * on its way. Whether it has read the request, nobody knows.
 */
export class HungUp extends LoggableError {
  constructor({ code }: NodeJS.ErrnoException) {
    super('the connection ended before an answer began', { code: code ?? null });
  }
}

/**
 * Posts JSON and reads the JSON that is answered, up to a limit. Redirects are not followed.
 *
 * On the level of undici's handlers: its `request` makes a stream, and a promise for it, of every answer, which takes
 * longer than reading a small one.
 *
 * @throws when there is no such answer, HungUp among others; nothing of what came is in the message
 */
export const postJson = (dispatcher: Dispatcher, options: PostOptions): Promise<Posted> =>
  new Promise((resolve, reject) => {
    const { path, headers, body, limit, cancellation } = options;
    const chunks: Buffer[] = [];
    let size = 0;
    let encoding = '';
    let isAnswered = false;
    let started: Dispatcher.DispatchController | undefined;
    const stop = (): void => {
      const reason = new LoggableError('the call was stopped');
      // Ends the connection: what else comes on it is of no interest.
      started?.abort(reason);
      // It may not have got a connection yet.
      reject(reason);
    };
    cancellation.onCancel(stop);
    const request = { method: 'POST', path, headers, body } as const;
    dispatcher.dispatch(request, {
      onRequestStart: (controller) => {
        started = controller;
        if (cancellation.isCancelled) stop();
      },
      onResponseStart: (controller, status, answered) => {
        isAnswered = true;
        // RFC 9110 section 15.2: the answer comes after it.
        if (status < 200) return;
        const reason = unusable(status, answered);
        if (reason === undefined) encoding = encodingOf(answered);
        else controller.abort(new LoggableError(reason, { status }));
      },
      onResponseData: (controller, chunk) => {
        size += chunk.length;
        if (size > limit) controller.abort(new LoggableError('the answer of the subgraph is too large'));
        else chunks.push(chunk);
      },
      onResponseEnd: () => {
        cancellation.offCancel(stop);
        resolve({ encoding, bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size) });
      },
      onResponseError: (_controller, error) => {
        cancellation.offCancel(stop);
        reject(started !== undefined && !isAnswered && isHungUp(error) ? new HungUp(error) : error);
      },
    });
  });

/** A connection that has never answered anything is not one that had become idle; of one that is reset, it is not known. */
const isHungUp = (error: NodeJS.ErrnoException): boolean =>
  error instanceof errors.SocketError
    ? (error.socket?.bytesRead ?? 0) > 0
    : error.code === 'ECONNRESET' || error.code === 'EPIPE';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const unusable = (status: number, headers: Headers): string | undefined => {
  if (status >= 300 && status < 400) return 'the subgraph redirects';
  if (!isJson(headers['content-type'])) return 'the subgraph did not answer JSON';
  return undefined;
};

const isJson = (contentType: string | string[] | undefined): boolean =>
  contentType === 'application/json' ||
  (typeof contentType === 'string' && /^application\/(?:graphql-response\+)?json\s*(?:;|$)/i.test(contentType));

const encodingOf = (headers: Headers): string => String(headers['content-encoding'] ?? 'identity').toLowerCase();
