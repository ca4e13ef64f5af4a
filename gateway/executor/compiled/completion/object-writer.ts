import { isJsonObject, isInherited, own } from '../json-object.ts';
import type { Completer, Place } from './completer.ts';
import { tellInvalid } from './completion-error.ts';

/** One field of an object of the answer. */
export interface WrittenField {
  readonly key: string;
  /** Does not look at the value: the answer has it from elsewhere, or knows it. */
  readonly isGiven: boolean;
  readonly complete: Completer;
  readonly isNonNull: boolean;
  /** Number of the guard it stands behind. */
  readonly guard: number | undefined;
  /** Stands here only when no selection before this one has written it. */
  readonly isAgain: boolean;
  /** What `typeof` gives for most values that need no completion at all. */
  readonly plain: 'string' | 'boolean' | undefined;
}

/**
 * Makes the function that writes the objects of one selection of one type: reads each key, completes it, and gives up
 * with null when one that may not be null is (GraphQL section 6.4.4).
 *
 * The function is generated. Each such function reads and writes objects of few shapes only, which the engine can make
 * straight memory access of. A loop over the fields sees the shapes of all operations; in bench/executor-micro.ts
 * completion took 10 microseconds this way and 420 that way. In the text there is nothing of the operation but response
 * keys, as JSON.
 */
export const objectWriter = (fields: readonly WrittenField[], place: Place): Completer => {
  const completers = fields.map(({ complete }) => complete);
  const invalid: Completer = (_value, state) => tellInvalid(place, state);
  // oxlint-disable-next-line typescript/no-implied-eval, eslint/no-new-func -- the text is made here, keys quoted
  const make = new Function('c', 'isObject', 'invalid', 'own', 'isOwn', 'NOTHING', sourceOf(fields)) as MakeWriter;
  return make(completers, isJsonObject, invalid, own, Object.hasOwn, NOTHING);
};

type MakeWriter = (
  completers: readonly Completer[],
  isObject: typeof isJsonObject,
  invalid: Completer,
  readOwn: typeof own,
  isOwn: typeof Object.hasOwn,
  nothing: object,
) => Completer;

/** The prototype of answers: nothing is inherited, so that a key can be any name. */
const NOTHING: object = Object.freeze(Object.create(null));

const sourceOf = (fields: readonly WrittenField[]): string => `'use strict';
${fields.map((_field, i) => `const c${i} = c[${i}];`).join('\n')}
function Answer() {}
Answer.prototype = NOTHING;
return function write(value, state) {
  if (!isObject(value)) return invalid(value, state);
  const answer = new Answer();
  let v;
${fields.map(fieldSource).join('\n')}
  return answer;
};`;

const fieldSource = (field: WrittenField, i: number): string => {
  const key = JSON.stringify(field.key);
  const lines = [
    `v = ${readSource(field, key)};`,
    field.plain === undefined ? `v = c${i}(v, state);` : `if (typeof v !== '${field.plain}') v = c${i}(v, state);`,
    field.isNonNull ? 'if (v === null) return null;' : '',
    `answer[${key}] = v;`,
  ];
  const conditions = [
    ...(field.guard === undefined ? [] : [`state.isOpen[${field.guard}]`]),
    ...(field.isAgain ? [`!isOwn(answer, ${key})`] : []),
  ];
  return conditions.length === 0 ? lines.join('\n') : `if (${conditions.join(' && ')}) {\n${lines.join('\n')}\n}`;
};

const readSource = ({ key, isGiven }: WrittenField, quoted: string): string => {
  if (isGiven) return 'undefined';
  return isInherited(key) ? `own(value, ${quoted})` : `value[${quoted}]`;
};
