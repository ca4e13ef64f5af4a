import { type Condition, hold } from '../../../../policies/access/conditions.ts';
import type { CompletionState } from './completer.ts';

/** The conditions of `@skip` and `@include` in one operation, numbered, so that each is looked at once per request. */
export interface Guards {
  /** The number of these conditions; `undefined` when there are none. */
  numberOf(conditions: readonly Condition[]): number | undefined;
  /** Fills in what the state does not have yet. */
  evaluate(state: CompletionState): void;
}

export const createGuards = (): Guards => {
  const all: (readonly Condition[])[] = [];
  const known = new Map<string, number>();
  return {
    numberOf: (conditions) => {
      if (conditions.length === 0) return undefined;
      const text = JSON.stringify(conditions);
      const number = known.get(text) ?? all.push(conditions) - 1;
      known.set(text, number);
      return number;
    },
    evaluate: ({ isOpen, variables }) => {
      for (const conditions of all.slice(isOpen.length)) isOpen.push(hold(conditions, variables));
    },
  };
};
