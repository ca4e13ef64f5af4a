import { compileFunction } from 'node:vm';

/**
 * Makes a function of generated text: its body, and the names of its parameters. Whoever writes the text answers for it:
 * nothing of a request may stand in it but names and keys, quoted as JSON.
 *
 * Not `new Function`: the engine keeps what that compiles by its text, for as long as there is memory, so that an operation
 * that was forgotten here would stay there with all its machine code.
 */
export const generated = (parameters: readonly string[], body: string): ((...given: readonly unknown[]) => unknown) =>
  compileFunction(body, parameters) as (...given: readonly unknown[]) => unknown;
