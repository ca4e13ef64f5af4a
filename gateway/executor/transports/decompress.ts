import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { LoggableError } from '../../../platform/log.ts';
import type { Posted } from './post.ts';

/** What a subgraph may compress its answer with. */
export const ACCEPTED_ENCODINGS = 'br, gzip, deflate';

const DECOMPRESS = new Map([
  ['br', promisify(brotliDecompress)],
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
]);

/**
 * The bytes of an answer as they were before they were compressed (RFC 9110 section 8.4).
 *
 * @param limit of the bytes that come out: a few of them can stand for gigabytes
 * @throws for an encoding nobody asked for, too many bytes, and bytes that are not what they are said to be
 */
export const decompress = async ({ encoding, bytes }: Posted, limit: number): Promise<Buffer> => {
  const expand = DECOMPRESS.get(encoding);
  if (expand === undefined) throw new LoggableError('the subgraph answers compressed in a way nobody asked for');
  try {
    return await expand(bytes, { maxOutputLength: limit });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new LoggableError(isTooLarge ? 'the answer of the subgraph is too large' : 'the answer cannot be expanded');
  }
};
