import { type Dispatcher, request } from 'undici';
import { LoggableError } from '../../platform/log.ts';
import { SECOND } from '../../platform/time.ts';

const TIME = 5 * SECOND;
const MOST_BYTES = 1_048_576;

/**
 * Reads a JSON document of the identity provider: once, without redirects, within five seconds and a megabyte.
 *
 * @throws when there is none
 */
export const fetchJson = async (address: string, dispatcher: Dispatcher): Promise<unknown> => {
  if (!/^https?:\/\//.test(address)) throw new LoggableError('not an http address');
  const signal = AbortSignal.timeout(TIME);
  const { statusCode: status, body } = await request(address, {
    dispatcher,
    signal,
    headers: { accept: 'application/json' },
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
