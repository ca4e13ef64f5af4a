import { Big } from 'big.js';
import { encodeId } from '../ids.ts';
import type { MappingTable } from '../mapping.ts';
import type { FieldMapping } from './entity.ts';

/** How one source's words for something become ours: words in lower case. A change of the table is a new version. */
export type Vocabulary = Omit<MappingTable, 'part'>;

const one = (path: string, read: FieldMapping['read']): FieldMapping => ({
  needs: [path],
  read: (values, env, field) => (values[0] === null ? null : read(values, env, field)),
});

export const text = (path: string): FieldMapping => one(path, ([value]) => String(value));

/** A day, also where the server keeps an instant. */
export const day = (path: string): FieldMapping =>
  one(path, ([value]) => /^\d{4}-\d{2}-\d{2}/.exec(String(value))?.[0] ?? null);

/** An exact number. */
export const decimal = (path: string): FieldMapping => one(path, ([value]) => toDecimal(value));

/** A word of the source in ours. What the vocabulary lacks is `UNMAPPED` and a finding: never a crash, never a null. */
export const choice = (path: string, vocabulary: Vocabulary): FieldMapping => ({
  ...one(path, ([value], { type, findings }, field) => {
    const word = String(value).toLowerCase();
    if (Object.hasOwn(vocabulary.words, word)) return vocabulary.words[word];
    findings.note({ kind: 'unmapped', type, field, mapping: `${vocabulary.name} ${vocabulary.version}` });
    return 'UNMAPPED';
  }),
  mapping: vocabulary,
});

/** A field that some servers lack. */
export const optional = (mapping: FieldMapping): FieldMapping => ({ ...mapping, optional: true });

/** Anything that the functions above do not make. */
export const derived = (needs: readonly string[], read: FieldMapping['read']): FieldMapping => ({ needs, read });

/** The facility whose code stands at the path. */
export const facility = (path: string): FieldMapping =>
  one(path, ([code]) => ({ __typename: 'Facility', id: encodeId('Facility', String(code)), code: String(code) }));

/** As it was written, where that is exact; null for what is no number. */
export const toDecimal = (value: unknown): string | null => {
  if (typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value)) return value;
  try {
    return new Big(value as string | number).toFixed();
  } catch {
    return null;
  }
};
