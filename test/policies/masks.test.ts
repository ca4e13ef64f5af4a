import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../platform/secret.ts';
import { CLASSES, type DataClass } from '../../policies/classes.ts';
import { createMaskKeys } from '../../policies/mask-keys.ts';
import { initials, lastFour, type Mask, MASK_MEANINGS, MASKS, maskValue, yearOf } from '../../policies/masks.ts';

const keys = createMaskKeys(new Secret('an invented secret'));
const KEY = keys.of({ audience: 'operator' });
const TODAY = Date.parse('2026-11-01T00:00:00Z');
const mask = (as: Mask, value: unknown) => maskValue(as, value, KEY, TODAY);

describe('initials', () => {
  it.each([
    ['Ada Moor', 'A. M.'],
    ['Dr. Anna-Maria van der Berg', 'A. M. v. d. B.'],
    ['Berg, Anna', 'B. A.'],
    ['Prof. Dr. med. Jo Fe', 'J. F.'],
    ['  Ada   Moor  ', 'A. M.'],
    ['Ada', 'A.'],
    ["O'Neill", 'O.'],
    ['José', 'J.'],
    ['ada moor', 'a. m.'],
    ['\u{1F469}\u{200D}\u{2695}\u{FE0F} Ada Moor', 'A. M.'],
    ['Ada (Addie) Moor', 'A. A. M.'],
    ['Άννα Παππά', 'Ά. Π.'],
    ['Ада Мур', 'А. М.'],
  ])('of %s are %s', (name, expected) => {
    expect(initials(name)).toBe(expected);
  });

  it('keep the marks of a letter, in whichever way they are written', () => {
    expect(initials('É\u0301mile')).toBe(initials('É\u0301mile'.normalize('NFD')));
    expect(initials('E\u0301mile Zuber')).toBe('É. Z.');
    expect(initials('q\u0308x Zuber')).toBe('q\u0308. Z.');
  });

  it('are stars where one character is a word or a syllable', () => {
    expect(initials('山田 太郎')).toBe('* *');
    expect(initials('김 민준')).toBe('* *');
    expect(initials('Ada 李丽')).toBe('A. *');
  });

  it.each(['', ' ', 'X', 'X.', 'X Y', '李', '-', '42', 'Dr.', 'Mr. X'])('tell nothing of "%s"', (name) => {
    expect(initials(name)).toBeNull();
  });
});

describe('the last four', () => {
  it.each([
    ['+49 89 1234-5678', '****5678'],
    ['DE02 1203 0000 0000 2020 51', '****2051'],
    ['12345678', '****5678'],
    ['ab-cd-ef-gh', '****efgh'],
  ])('of %s are %s', (text, expected) => {
    expect(lastFour(text)).toBe(expected);
  });

  it('are of characters as people read them', () => {
    expect(lastFour('abcdefg\u0065\u0301')).toBe('****efgé');
    expect(lastFour('abcdefgq\u0308')).toBe('****efgq\u0308');
  });

  it.each(['', '1', '123', '1234', '1234567', '1-2-3-4-5-6-7'])('tell nothing of %s, not even its length', (text) => {
    expect(lastFour(text)).toBe('****');
  });
});

describe('the year', () => {
  it.each([
    ['1984-03-17', '1984'],
    ['1984-03', '1984'],
    ['1984', '1984'],
    ['2026-11-21T08:30:00Z', '2026'],
  ])('of %s is %s', (text, expected) => {
    expect(yearOf(text, TODAY)).toBe(expected);
  });

  it('is null where it would tell an age of ninety or more', () => {
    expect(yearOf('1937-01-01', TODAY)).toBe('1937');
    expect(yearOf('1936-12-31', TODAY)).toBeNull();
    expect(yearOf('1899', TODAY)).toBeNull();
  });

  it.each(['', 'March 1984', '19840317', '84-03-17', '-1984'])('of "%s" is none', (text) => {
    expect(yearOf(text, TODAY)).toBeNull();
  });
});

describe('a masked value', () => {
  it('that is not there stays so, and a list is masked item by item', () => {
    for (const as of ['HASH', 'LAST_FOUR', 'INITIALS', 'YEAR', 'REMOVED', 'SEAL'] as const) {
      expect(mask(as, null)).toBeNull();
      expect(mask(as, undefined)).toBeNull();
    }
    expect(mask('INITIALS', ['Ada Moor', null, 'X'])).toEqual(['A. M.', null, null]);
  });

  it('of another kind than the mask is for is null', () => {
    for (const as of ['HASH', 'LAST_FOUR', 'INITIALS', 'YEAR'] as const)
      for (const odd of [true, { name: 'Ada Moor' }, Symbol('x')]) expect(mask(as, odd)).toBeNull();
    expect(mask('INITIALS', 12)).toBeNull();
    expect(mask('HASH', 12)).toBe(mask('HASH', '12'));
  });
});

describe('hashes', () => {
  it('are equal for equal values, and tell nothing of their length', () => {
    expect(mask('HASH', 'PT-00001')).toBe(mask('HASH', 'PT-00001'));
    expect(mask('HASH', 'PT-00001')).not.toBe(mask('HASH', 'PT-00002'));
    for (const text of ['', 'x', 'x'.repeat(5000)]) expect(mask('HASH', text)).toMatch(/^[\w-]{22}$/);
  });

  it('differ between audiences, between parties, and between secrets', () => {
    const acme = { kind: 'supplier', id: 'acme' } as const;
    const all = [
      KEY,
      keys.of({ audience: 'reporting' }),
      keys.of({ audience: 'supplier', party: acme }),
      keys.of({ audience: 'supplier', party: { ...acme, id: 'other' } }),
      keys.of({ audience: 'supplier', party: { kind: 'payer', id: 'acme' } }),
      createMaskKeys(new Secret('another secret')).of({ audience: 'operator' }),
    ].map((key) => key.hash('PT-00001'));
    expect(new Set(all).size).toBe(all.length);
  });

  it('are alike in every process that has the secret', () => {
    expect(createMaskKeys(new Secret('an invented secret')).of({ audience: 'operator' }).hash('x')).toBe(KEY.hash('x'));
    // Changing how keys are derived changes what others have kept: on purpose only.
    expect(KEY.hash('PT-00001')).toMatchInlineSnapshot(`"zjTL5t-g5wEkwYAuN-54Du"`);
  });
});

describe('sealed places', () => {
  it('open for the same kind of caller, and for nobody else', () => {
    const sealed = KEY.seal('["E-0001",1]');
    expect(sealed).not.toBe(KEY.seal('["E-0001",1]'));
    expect(KEY.open(sealed)).toBe('["E-0001",1]');
    const others = [
      keys.of({ audience: 'reporting' }),
      createMaskKeys(new Secret('other')).of({ audience: 'operator' }),
    ];
    for (const other of others) expect(() => other.open(sealed)).toThrow('`after` is not a cursor of this list.');
  });

  it.each(['', 'x', Buffer.from('["E-0001",1]').toString('base64url'), 'A'.repeat(40)])(
    'that were never sealed do not open: %s',
    (text) => {
      expect(() => KEY.open(text)).toThrow('`after` is not a cursor of this list.');
    },
  );
});

describe('the table of masks', () => {
  it('has one for every class and kind of value, and says what each does', () => {
    expect(Object.keys(MASKS).toSorted()).toEqual(Object.keys(CLASSES).toSorted());
    for (const byKind of Object.values(MASKS))
      for (const masks of Object.values(byKind)) {
        expect(masks.length).toBeGreaterThan(0);
        for (const each of masks) expect(Object.keys(MASK_MEANINGS)).toContain(each);
      }
  });

  it('lets no text of a person through unless the field says so, and none that tells who it is', () => {
    for (const name of Object.keys(CLASSES) as DataClass[]) expect(MASKS[name].text[0]).toBe('REMOVED');
    for (const name of ['PII', 'HR_RESTRICTED', 'FIN_RESTRICTED'] as const)
      expect(MASKS[name].text).not.toContain('KEEP');
  });
});
