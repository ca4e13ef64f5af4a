import { type Dispatcher, request } from 'undici';
import { LoggableError } from '../../platform/log.ts';
import { SECOND } from '../../platform/time.ts';

const TIME = 5 * SECOND;
const MOST_BYTES = 1_048_576;

/** A form to be sent, and who sends it. */
export interface Form {
  readonly body: URLSearchParams;
  readonly authorization: string;
}

/**
 * Reads a JSON document of the identity provider, or sends it a form and reads the answer: once, without redirects,
 * within five seconds and a megabyte.
 *
 * @throws when there is none
 */
export const fetchJson = async (address: string, dispatcher: Dispatcher, form?: Form): Promise<unknown> => {
  if (!/^https?:\/\//.test(address)) throw new LoggableError('not an http address');
  const signal = AbortSignal.timeout(TIME);
  const { statusCode: status, body } = await request(address, {
    dispatcher,
    signal,
    headers: { accept: 'application/json', ...(form === undefined ? {} : headersOf(form)) },
    ...(form === undefined ? {} : { method: 'POST', body: form.body.toString() }),
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new LoggableError('the document of the issuer is too large');
    chunks.push(chunk);
  }
  if (status !== 200) throw new LoggableError('the issuer did not answer a document', { status });
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

const headersOf = ({ authorization }: Form) => ({
  authorization,
  'content-type': 'application/x-www-form-urlencoded',
});
