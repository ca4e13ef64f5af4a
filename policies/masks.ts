import type { DataClass } from './classes.ts';

/**
 * What stands in the place of a value whose class is seen masked (`@mask(as: …)`).
 *
 * `SEAL` is for places in a list, which hold values of the row they point at, and is nobody's choice.
 */
export type Mask = 'KEEP' | 'HASH' | 'LAST_FOUR' | 'INITIALS' | 'YEAR' | 'REMOVED' | 'SEAL';

/** What a value is, as far as masks go. `compound`: a value type with texts or days in it. */
export type ValueKind = 'id' | 'text' | 'date' | 'amount' | 'choice' | 'compound';

type MasksByKind = Readonly<Record<ValueKind, readonly Mask[]>>;

const table = (masks: MasksByKind): MasksByKind => Object.freeze(masks);

/**
 * Of a person: who it is stays hidden, and what can be counted and added up stays. Days become years, as they do where
 * data is no longer about anybody (HIPAA, 45 CFR 164.514(b)(2)(i)(C)).
 */
const PERSON: MasksByKind = table({
  id: ['HASH', 'REMOVED'],
  text: ['REMOVED', 'HASH', 'INITIALS', 'LAST_FOUR'],
  date: ['YEAR', 'REMOVED'],
  amount: ['KEEP', 'REMOVED'],
  choice: ['KEEP', 'REMOVED'],
  compound: ['REMOVED'],
});

/** Where texts may be codes that many have in common: of a service, a position, a cost center. */
const PERSON_WITH_CODES: MasksByKind = table({ ...PERSON, text: [...PERSON.text, 'KEEP'] });

const SECRET: MasksByKind = table({
  id: ['HASH', 'REMOVED'],
  text: ['REMOVED'],
  date: ['REMOVED'],
  amount: ['REMOVED'],
  choice: ['REMOVED'],
  compound: ['REMOVED'],
});

/** For each class and kind of value the masks a field may have; the first is what it has when it says nothing. */
export const MASKS: Readonly<Record<DataClass, MasksByKind>> = Object.freeze({
  PUBLIC: SECRET,
  INTERNAL: SECRET,
  COMMERCIAL: SECRET,
  FIN: SECRET,
  FIN_RESTRICTED: table({ ...SECRET, text: ['REMOVED', 'LAST_FOUR', 'HASH'], choice: ['REMOVED', 'KEEP'] }),
  HR: PERSON_WITH_CODES,
  HR_RESTRICTED: SECRET,
  PII: PERSON,
  PHI_ADMIN: PERSON_WITH_CODES,
});

/** What each mask does, for the person who has to choose one. */
export const MASK_MEANINGS: Readonly<Record<Exclude<Mask, 'SEAL'>, string>> = Object.freeze({
  KEEP: 'As it is: a code or a figure that many have in common.',
  HASH: 'A keyed hash of 22 characters: equal for equal values, and of no use to anybody with another key.',
  LAST_FOUR: '`****` and the last four letters and digits; nothing of a value with fewer than eight.',
  INITIALS: 'The first letter of each part of a name.',
  YEAR: 'The year; null where it would tell an age of ninety or more.',
  REMOVED: 'Null.',
});

/** Masks that can make null of a value, so that a field which has one is nullable. */
export const CAN_BE_NULL: ReadonlySet<Mask> = new Set<Mask>(['REMOVED', 'INITIALS', 'YEAR']);

/** What masking one value takes besides the value. */
export interface MaskTools {
  /** Equal for equal texts, and different for each kind of caller. */
  hash(text: string): string;
  seal(text: string): string;
}

/**
 * A value of one field, masked; of a list, each of its items. Null stays null, and what has not the form a mask is for
 * (a number where a name should be) becomes null: nothing is let through for being unexpected.
 *
 * @param today in milliseconds since the epoch
 */
export const maskValue = (mask: Mask, value: unknown, tools: MaskTools, today = Date.now()): unknown => {
  if (mask === 'KEEP') return value;
  if (mask === 'REMOVED' || value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => maskValue(mask, item, tools, today));
  // A number is an ID that an owner has not written as a text.
  const text = mask === 'HASH' && typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return null;
  return MASKERS[mask](text, tools, today);
};

type Masker = (text: string, tools: MaskTools, today: number) => string | null;

const MASKERS: Readonly<Record<Exclude<Mask, 'KEEP' | 'REMOVED'>, Masker>> = {
  HASH: (text, tools) => tools.hash(text),
  SEAL: (text, tools) => tools.seal(text),
  LAST_FOUR: (text) => lastFour(text),
  INITIALS: (text) => initials(text),
  YEAR: (text, _, today) => yearOf(text, today),
};

/**
 * Spaces and punctuation do not count, and stars stand for what is left out, always four, so that the length is not
 * told. Of fewer than eight letters and digits, four would be half of them.
 */
export const lastFour = (text: string): string => {
  const characters = graphemes(text.normalize('NFC')).filter((one) => /^[\p{L}\p{N}]/u.test(one));
  return characters.length < 8 ? '****' : `****${characters.slice(-4).join('')}`;
};

/**
 * `Dr. Anna-Maria van der Berg` is `A. M. v. d. B.`: the first letter, with its marks, of each part between spaces and
 * hyphens. Titles are none of a name. In scripts whose characters are words or syllables the first one would be a name
 * already, so that a star stands for such a part. Null where nothing of a name is left, or all of it would be: a name
 * that has one letter.
 */
export const initials = (text: string): string | null => {
  const parts = text
    .normalize('NFC')
    .split(/[\s\p{Pd},]+/u)
    .filter((part) => !TITLES.has(part.replaceAll('.', '').toLowerCase()))
    .map((part) => graphemes(part).filter((one) => /^\p{L}/u.test(one)))
    .filter((letters) => letters.length > 0);
  if (parts.every((letters) => letters.length === 1)) return null;
  return parts.map(([first = '']) => (SYLLABLES.test(first) ? '*' : `${first}.`)).join(' ');
};

const TITLES: ReadonlySet<string> = new Set(
  'dr prof mr mrs ms miss mx sir dame rev herr frau med dipl ing md phd rn jr sr ii iii iv'.split(' '),
);

const SYLLABLES =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Ethiopic}]/u;

/**
 * The year of a day or an instant, whatever its precision. A year that is ninety or more back would tell such an age, and
 * few are that old (45 CFR 164.514(b)(2)(i)(C)).
 */
export const yearOf = (text: string, today: number): string | null => {
  const year = /^(\d{4})(?:$|-)/.exec(text)?.[1];
  if (year === undefined) return null;
  return new Date(today).getUTCFullYear() - Number(year) >= 90 ? null : year;
};

const SEGMENTER = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** What a reader takes for one character. */
const graphemes = (text: string): readonly string[] => [...SEGMENTER.segment(text)].map(({ segment }) => segment);
