/**
 * Choices read from a tape of numbers. Where the tape is at its end every choice is the first one, so that a shorter
 * tape, or one of smaller numbers, makes a simpler case: what fast-check shrinks is the tape.
 */
export interface Choices {
  /** One of them; the first is the simplest. */
  pick<T>(options: readonly T[]): T;
  /** True in about `percent` of a hundred. */
  chance(percent: number): boolean;
  upTo(most: number): number;
}

export const createChoices = (tape: readonly number[]): Choices => {
  let at = 0;
  const next = () => tape[at++] ?? 0;
  const choices: Choices = {
    pick: <T>(options: readonly T[]) => options[next() % options.length] as T,
    chance: (percent) => next() % 100 >= 100 - percent,
    upTo: (most) => next() % (most + 1),
  };
  return choices;
};

/** A number that is the same for the same text (FNV-1a, mixed once more). */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
};
