import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { MOST_COMPARISONS, takesTooManyComparisons } from '../../policies/access/comparisons.ts';
import { isTooLarge, MOST_SELECTIONS, MOST_TOKENS } from '../../policies/access/document-size.ts';

const times = (count: number, make: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => make(n)).join(' ');

const isTooMuch = (text: string): boolean => takesTooManyComparisons(parse(text, { maxTokens: MOST_TOKENS }));

/** The least bound under which a document passes. */
const comparisons = (text: string): number => {
  const document = parse(text);
  let most = 0;
  while (takesTooManyComparisons(document, most)) most++;
  return most;
};

describe('the comparisons that a document takes', () => {
  it('are one for each pair of selections with a key in common, and one for each selection looked at', () => {
    expect(comparisons('{ a b c }')).toBe(3);
    expect(comparisons('{ a a a a }')).toBe(4 + 6);
    expect(comparisons('{ a x: a x: a }')).toBe(3 + 1);
  });

  it('are those of objects put together: fields below fields of one key', () => {
    expect(comparisons('{ q { a } r { a } }')).toBe(4);
    expect(comparisons('{ q { a } q { a } q { b } }')).toBe(6 + 3 + 1);
  });

  it('go through fragments, each of them once per object', () => {
    expect(comparisons('{ a ... { a } ...F } fragment F on Query { a }')).toBe(5 + 3);
    expect(comparisons('{ ...F ...F } fragment F on Query { a }')).toBe(3 + 1);
    expect(comparisons('{ q { ...F } r { ...F } } fragment F on Query { a a }')).toBe(2 + 2 * (3 + 1));
  });

  it('are those of fragments nobody uses too', () => {
    expect(comparisons('{ a } fragment F on Query { b b }')).toBe(1 + 3);
  });

  it('come to an end with fragments in a circle', () => {
    expect(comparisons('{ ...F } fragment F on Query { a ...G } fragment G on Query { a ...F }')).toBe(5 + 1 + 3);
    expect(isTooMuch('{ ...F } fragment F on Query { q { ...F } }')).toBe(false);
    expect(isTooMuch('{ ...F } fragment F on Query { q { ...F } r { ...F } }')).toBe(true);
  });
});

describe('a document of a bearable size', () => {
  it.each([
    ['one field very often', `{ ${times(MOST_SELECTIONS, () => 'a')} }`],
    ['objects that differ inside', `{ ${times(660, (n) => `q { q { x: ${n % 2 === 0 ? 'a' : 'b'} } }`)} }`],
    ['many fields below many', `{ ${times(40, () => `q { ${times(40, () => 'a')} }`)} }`],
    [
      'many fragments',
      `{ ${times(600, (n) => `...F${n}`)} } ${times(600, (n) => `fragment F${n} on Query { a${n} }`)}`,
    ],
    [
      'few fragments below many fields',
      `{ ${times(330, () => 'q { ...F a ...G }')} } fragment F on Q { b } fragment G on Q { c }`,
    ],
    ['fragments nobody uses', `{ a } ${times(7, (n) => `fragment F${n} on Query { ${times(1900, () => 'a')} }`)}`],
  ])('can take too many of them: %s', (_name, text) => {
    expect(isTooLarge(parse(text, { maxTokens: MOST_TOKENS }))).toBe(false);
    expect(isTooMuch(text)).toBe(true);
  });

  it.each([
    ['all different', `{ ${times(MOST_SELECTIONS, (n) => `a${n}: a`)} }`],
    ['the same below each of many', `{ ${times(200, (n) => `q${n}: q { ${times(9, (k) => `a${k}`)} }`)} }`],
    [
      'a page put together from many parts',
      `{ q { ${times(60, (n) => `...F${n}`)} } } ${times(60, (n) => `fragment F${n} on Q { id name part { id } own${n} }`)}`,
    ],
    ['one fragment everywhere', `{ ${times(300, (n) => `q${n}: q { ...F }`)} } fragment F on Q { id name a b }`],
    ['as much of one field as would fit', `{ ${times(Math.floor(Math.sqrt(2 * MOST_COMPARISONS)) - 2, () => 'a')} }`],
  ])('mostly takes few: %s', (_name, text) => {
    expect(isTooMuch(text)).toBe(false);
  });
});
