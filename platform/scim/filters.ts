import { fail } from '../errors.ts';
import { type DateInput, type IdInput, MAX_VALUES, type TextInput } from '../filter-inputs.ts';
import { decodeId } from '../ids.ts';
import type { FilterMapping } from './entity.ts';
import { allOf, among, anyOf, compare, everything, type Filter, not, nothing, present } from './filter.ts';
import type { Vocabulary } from './mappings.ts';

const filter = <I>(path: string, toFilter: (input: I) => Filter): FilterMapping => ({
  needs: [path],
  toFilter,
});

const when = <T>(value: T | null | undefined, make: (value: T) => Filter): Filter =>
  value === null || value === undefined ? everything : make(value);

export const textFilter = (path: string): FilterMapping =>
  filter(path, (input: TextInput) =>
    allOf(
      when(input.eq, (value) => compare(path, 'eq', value)),
      when(input.in, (values) => among(path, bounded(values))),
      when(input.contains, (value) => (value === '' ? present(path) : compare(path, 'co', value))),
      when(input.startsWith, (value) => (value === '' ? present(path) : compare(path, 'sw', value))),
    ),
  );

/** Ids of a type whose local part stands at the path. A foreign or malformed one matches nothing. */
export const idFilter = (type: string, path: string): FilterMapping =>
  filter(path, (input: IdInput) =>
    allOf(
      when(input.eq, (id) => named(type, path, [id])),
      when(input.in, (ids) => named(type, path, bounded(ids))),
    ),
  );

const named = (type: string, path: string, ids: readonly string[]): Filter =>
  among(
    path,
    ids.flatMap((id) => decodeId(type, id) ?? []),
  );

/** Words of an enum, by the vocabulary that `choice` reads it with. `UNMAPPED` is whatever the vocabulary lacks. */
export const choiceFilter = (path: string, { words }: Vocabulary): FilterMapping =>
  filter(path, (wanted: readonly string[]) => {
    const known = Object.keys(words);
    return anyOf(
      among(
        path,
        known.filter((word) => wanted.includes(words[word] ?? '')),
      ),
      wanted.includes('UNMAPPED') ? allOf(present(path), not(among(path, known))) : nothing,
    );
  });

/** Days that are kept as text, both ends included. */
export const dayFilter = (path: string): FilterMapping =>
  filter(path, (input: DateInput) =>
    allOf(
      when(input.eq, (day) => compare(path, 'eq', day)),
      when(input.from, (day) => compare(path, 'ge', day)),
      when(input.to, (day) => compare(path, 'le', day)),
    ),
  );

const bounded = <T>(values: readonly T[]): readonly T[] => {
  if (values.length > MAX_VALUES)
    throw fail('BAD_USER_INPUT', { message: `A filter takes at most ${MAX_VALUES} values.` });
  return values;
};
