import type { IncomingMessage } from 'node:http';
import { fail } from '../errors.ts';

/**
 * Reads the body of a request up to `limit` bytes. The connection stays usable for the answer; who refuses the request
 * should close it, since what follows on it may be the rest of the body.
 *
 * @throws PAYLOAD_TOO_LARGE; BAD_REQUEST when the body ends before its announced length
 */
export const readBytes = (request: IncomingMessage, limit: number): Promise<Buffer> => {
  if (Number(request.headers['content-length'] ?? 0) > limit) return Promise.reject(fail('PAYLOAD_TOO_LARGE'));
  // By its events: going through the stream's iterator takes longer than most bodies take to arrive.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= limit) return;
      request.off('data', onData).pause();
      reject(fail('PAYLOAD_TOO_LARGE'));
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    const onBroken = (cause?: unknown): void =>
      reject(fail('BAD_REQUEST', { message: 'The body ended early.', cause }));
    request.once('error', onBroken);
    request.once('close', () => {
      if (!request.complete) onBroken();
    });
  });
};
