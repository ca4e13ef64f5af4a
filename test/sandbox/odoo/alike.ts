import { expect } from '@jest/globals';
import { type Exchange, shapeOf } from './recorded.ts';
import { type Answered, isObject, resultOf } from './replay.ts';

/**
 * The sandbox's answer is like the recorded one: the same status and content type, keys and JSON types, and the same
 * name for an error.
 */
export const expectAlike = (answer: Answered, { response }: Exchange): void => {
  expect(factsOf(answer.status, answer.type, answer.body)).toEqual(
    factsOf(response.status, response.headers['Content-Type'] ?? '', response.body),
  );
};

const factsOf = (status: number, type: string, body: unknown) => ({
  status,
  type,
  error: errorName(body),
  body: shapeOf(isDocument(body) ? { ...body, fields: {}, methods: {} } : body),
});

const errorName = (body: unknown): unknown => {
  if (!isObject(body)) return undefined;
  const error = isObject(body['error']) && isObject(body['error']['data']) ? body['error']['data'] : body;
  return 'debug' in error ? error['name'] : undefined;
};

/** The recorded documentation of a model is abridged: of its fields and methods only the number was kept. */
const isDocument = (body: unknown): body is Record<string, unknown> =>
  isObject(body) && 'fields' in body && 'methods' in body;

/** Both answers are lists of records with the same keys. */
export const expectSameKeys = (answer: Answered, { response }: Exchange): void => {
  expect(answer.status).toBe(response.status);
  expect(keysOf(answer.body)).toEqual(keysOf(response.body));
};

const keysOf = (body: unknown): readonly string[] => {
  const rows = resultOf(body);
  const [first] = Array.isArray(rows) ? (rows as unknown[]) : [];
  return isObject(first) ? Object.keys(first).toSorted() : [];
};
