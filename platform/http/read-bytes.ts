import type { IncomingMessage } from 'node:http';
import { fail } from '../errors.ts';

/**
 * Reads the body of a request up to `limit` bytes. The connection stays usable for the answer; who refuses the request
 * should close it, since what follows on it may be the rest of the body.
 *
 * @throws PAYLOAD_TOO_LARGE; BAD_REQUEST when the body ends before its announced length
 */
export const readBytes = async (request: IncomingMessage, limit: number): Promise<Buffer> => {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw fail('PAYLOAD_TOO_LARGE');
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop would otherwise destroy the socket, and with it the answer.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > limit) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw fail('BAD_REQUEST', { message: 'The body ended early.', cause });
  }
  if (size > limit) throw fail('PAYLOAD_TOO_LARGE');
  return Buffer.concat(chunks);
};
