import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { fail } from '../../platform/errors.ts';
import { nestsDeeper } from './json-nesting.ts';
import { readBytes } from '../../platform/http/read-bytes.ts';

const DEEPEST = 64;

/**
 * Reads the body of a request as one JSON object in UTF-8, up to `limit` bytes.
 *
 * @throws UNSUPPORTED_MEDIA_TYPE, PAYLOAD_TOO_LARGE, BAD_REQUEST
 */
export const readJsonObject = async (
  request: IncomingMessage,
  limit: number,
): Promise<Readonly<Record<string, unknown>>> => {
  const { headers } = request;
  if (!isUtf8Json(headers['content-type']) || (headers['content-encoding'] ?? 'identity') !== 'identity')
    throw fail('UNSUPPORTED_MEDIA_TYPE');
  const text = decode(await readBytes(request, limit));
  if (nestsDeeper(text, DEEPEST)) throw fail('BAD_REQUEST', { message: 'The JSON is nested too deeply.' });
  const value = parse(text);
  if (Array.isArray(value)) throw fail('BAD_REQUEST', { message: 'Send one operation per request.' });
  if (value === null || typeof value !== 'object')
    throw fail('BAD_REQUEST', { message: 'The body must be a JSON object.' });
  return value as Readonly<Record<string, unknown>>;
};

const isUtf8Json = (contentType: string | undefined): boolean => {
  if (contentType === 'application/json') return true;
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return type === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset));
};

const decode = (bytes: Buffer): string => {
  if (!isUtf8(bytes)) throw fail('BAD_REQUEST', { message: 'The body is not UTF-8.' });
  const text = bytes.toString('utf8');
  // RFC 8259 section 8.1: a byte order mark should not be there, and may be passed over.
  return text.startsWith('\u{feff}') ? text.slice(1) : text;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text.
    throw fail('BAD_REQUEST', { message: 'The body is not JSON.' });
  }
};
