import { isDeepStrictEqual } from 'node:util';
import type { GraphQLError } from 'graphql';
import { type Ran, told } from './run-both.ts';

/** What both executors made of one case, where it is not the same. */
export interface Disagreement {
  readonly what: 'data' | 'errors' | 'thrown';
  readonly ours: unknown;
  readonly reference: unknown;
}

/**
 * Compares data and errors. Of the written differences two are looked through here: the reference tells errors of
 * completion only when there are no others, and where it does not know the place of an error it tells another or none.
 */
export const disagreement = (ours: Ran, reference: Ran): Disagreement | undefined => {
  if (ours.thrown !== undefined) return { what: 'thrown', ours: ours.thrown, reference: undefined };
  if (hasFallenOver(reference)) return undefined;
  const [left, right] = [plain(ours.data), plain(reference.data)];
  if (left !== right) return { what: 'data', ours: left, reference: right };
  if (!isEquivalent(ours, reference))
    return { what: 'errors', ours: ours.errors.map(told), reference: reference.errors.map(told) };
  return undefined;
};

/** Of what is wrong with several fields of one object one error is enough, and which one depends on who looks first. */
const isEquivalent = (ours: Ran, reference: Ran): boolean => {
  const [ourErrors, theirErrors] = [comparable(ours, reference), reference.errors];
  const [ourOwn, theirOwn] = [ourErrors, theirErrors].map((errors) => errors.filter(isOfCompletion));
  const [ourRest, theirRest] = [ourErrors, theirErrors].map((errors) =>
    errors.filter((error) => !isOfCompletion(error)),
  );
  if (!isDeepStrictEqual(messages(ourRest), messages(theirRest))) return false;
  if (isDeepStrictEqual(paths(ourOwn), paths(theirOwn))) return true;
  // The reference has nothing to say about an object whose type is asked for and not known.
  if (theirOwn?.length === 0) return ourOwn?.every(({ message }) => message.startsWith('No type')) === true;
  return (ourOwn?.length ?? 0) > 0 && ours.errors.every(({ path = [] }) => leadsToNull(ours.data, path));
};

/** Invented errors name in their message the thing they are about, so that they tell even without a path. */
const messages = (errors: readonly GraphQLError[] = []) => errors.map(({ message }) => message).toSorted();
const paths = (errors: readonly GraphQLError[] = []) => errors.map(({ path }) => String(path)).toSorted();

const leadsToNull = (data: unknown, path: readonly (string | number)[]): boolean => {
  if (data === null || data === undefined) return true;
  const [first, ...rest] = path;
  return first !== undefined && leadsToNull((data as Record<string | number, unknown>)[first], rest);
};

/** A wrong shape anywhere makes the reference give up altogether. */
export const hasFallenOver = ({ data, errors, thrown }: Ran): boolean =>
  thrown !== undefined ||
  (data === null && errors.some(({ path, message }) => path === undefined && message === FAILED));

const FAILED = 'A subgraph failed.';

/** As text, keys sorted: the reference has them in the order of its own selection sets. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1))
      : inner,
  );

const comparable = (ours: Ran, reference: Ran): GraphQLError[] => {
  const isQuiet = reference.errors.some((error) => !isOfCompletion(error));
  return ours.errors.filter((error) => !isQuiet || !isOfCompletion(error));
};

export const isOfCompletion = ({ message }: GraphQLError): boolean =>
  /^(?:Cannot return|Invalid|No type)/.test(message);
