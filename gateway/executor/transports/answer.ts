import { fail } from '../../../platform/errors.ts';
import { LoggableError } from '../../../platform/log.ts';
import type { SubgraphAnswer } from '../../../platform/subgraph.ts';

/**
 * GraphQL section 7.1: data, errors or both. Extensions and whatever else is there are dropped.
 *
 * @throws DOWNSTREAM_SERVICE_ERROR when the bytes are no such answer
 */
export const parseAnswer = (bytes: Buffer): SubgraphAnswer => {
  const value = parse(bytes);
  if (!isObject(value)) throw unusable('the answer of the subgraph is not an object');
  const { data, errors } = value as { data?: unknown; errors?: unknown };
  const hasData = data === null || isObject(data);
  const hasErrors = Array.isArray(errors) && errors.length > 0 && errors.every(isObject);
  if (!hasData && !hasErrors) throw unusable('the answer of the subgraph has neither data nor errors');
  if (!hasErrors) return { data } as SubgraphAnswer;
  return {
    ...(hasData ? { data } : {}),
    errors: errors as readonly unknown[] as NonNullable<SubgraphAnswer['errors']>,
  };
};

const parse = (bytes: Buffer): unknown => {
  try {
    const text = bytes.toString('utf8');
    // RFC 8259 section 8.1: a byte order mark should not be there, and may be passed over.
    return JSON.parse(text.startsWith('\u{feff}') ? text.slice(1) : text);
  } catch {
    // The parser's message quotes the text.
    throw unusable('the answer of the subgraph is not JSON');
  }
};

const unusable = (reason: string) => fail('DOWNSTREAM_SERVICE_ERROR', { cause: new LoggableError(reason) });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
