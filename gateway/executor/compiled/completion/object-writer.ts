import { generated } from '../../generated.ts';
import { isJsonObject, own } from '../json-object.ts';
import type { Completer, CompletionState, Place } from './completer.ts';
import { tellInvalid, tellMissing } from './completion-error.ts';
import { numberText } from './number-text.ts';
import { betweenQuotes, ESCAPED } from './quote.ts';
import { sourceOf } from './writer-source.ts';

/** One key of an object of the answer. */
export interface WrittenKey {
  readonly key: string;
  /** Numbers of guards: written when one of these is open; `undefined`: always. */
  readonly open: readonly number[] | undefined;
  /** Not written when one of these is: it has been, further up. */
  readonly shut: readonly number[];
  /** `undefined`: only denied. */
  readonly value: WrittenValue | undefined;
  /** Where there is no value: null behind the first guard that is open; one without a guard always is. */
  readonly nulls: readonly { readonly guard: number | undefined; readonly rises: boolean }[];
}

export type WrittenValue =
  /** JSON that is the same for every object. */
  | { readonly kind: 'constant'; readonly json: string }
  /** The answer has it from elsewhere. */
  | { readonly kind: 'given'; readonly give: (state: CompletionState) => string | null; readonly isNonNull: boolean }
  | ReadValue;

/** The object's own. */
export interface ReadValue {
  readonly kind: 'read';
  readonly place: Place;
  readonly isNonNull: boolean;
  /** For values that are not null. */
  readonly complete: Completer;
  /** What most values are, and then can be written without a call. */
  readonly plain: Plain | undefined;
}

export type Plain = 'string' | 'boolean' | 'int' | 'float';

/**
 * Makes the function that writes the objects of one selection of one type: reads each key, completes it, and gives up
 * with null when one that may not be null is (GraphQL section 6.4.4).
 *
 * The function is generated. Each such function reads objects of few shapes only, which the engine can make straight
 * memory access of, where a loop over the fields would see the shapes of all operations; and the keys, with the colons
 * and quotes between the values, are constants. In the text there is nothing of the operation but response keys and names
 * of types, as JSON.
 */
export const objectWriter = (keys: readonly WrittenKey[], place: Place): Completer => {
  const make = generated(['k', 'r'], sourceOf(keys)) as MakeWriter;
  const calls = keys.map(({ value }): unknown => {
    if (value?.kind === 'given') return { complete: value.give, missing: value.give };
    if (value?.kind !== 'read') return undefined;
    const { complete, place: valuePlace } = value;
    return { complete, missing: (state: CompletionState): null => tellMissing(valuePlace, state) };
  });
  return make(calls, { ...RUNTIME, invalid: (state) => tellInvalid(place, state) });
};

type MakeWriter = (calls: readonly unknown[], runtime: Runtime) => Completer;

interface Runtime {
  readonly isObject: (value: unknown) => boolean;
  readonly own: typeof own;
  readonly escaped: RegExp;
  readonly inner: (text: string) => string;
  readonly numberText: typeof numberText;
  readonly invalid: (state: CompletionState) => null;
}

const RUNTIME = { isObject: isJsonObject, own, escaped: ESCAPED, inner: betweenQuotes, numberText };
