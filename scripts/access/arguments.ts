import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Why the arguments cannot be used. Printed with the usage; the process ends with 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/** The options of a command, and the words beside them. @throws UsageError */
export const readArguments = <Known extends Options>(argv: readonly string[], options: Known) => {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
};

/** The only word beside the options. @throws UsageError */
export const oneWord = (words: readonly string[], what: string): string => {
  const [word, ...others] = words;
  if (word === undefined) throw new UsageError(`${what} is missing`);
  if (others.length > 0) throw new UsageError(`${others.join(' ')}: too much`);
  return word;
};

export const wordsOf = (text: string | undefined): readonly string[] | undefined =>
  text?.split(/\s+/).filter((word) => word !== '');
