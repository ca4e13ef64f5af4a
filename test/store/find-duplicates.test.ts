import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ComparedRecord, findDuplicates, normalName } from '../../platform/store/find-duplicates.ts';

const record = (id: string, more: Partial<ComparedRecord> = {}): ComparedRecord => ({ id, facility: null, ...more });
const found = (...records: readonly ComparedRecord[]) =>
  findDuplicates(records).map(({ left, right, reasons }) => [left.id, right.id, ...reasons]);

describe('likely duplicates', () => {
  it('have the same name and birth date, however they are written', () => {
    expect(
      found(
        record('a', { name: 'Zoë  Ångström', birthDate: '1980-02-01' }),
        record('b', { name: 'ANGSTROM, Zoe', birthDate: '1980-02-01' }),
      ),
    ).toEqual([['a', 'b', 'NAME', 'BIRTH_DATE']]);
  });

  it.each([
    ['a name alone', { name: 'Ann Other' }],
    ['a birth date alone', { birthDate: '1980-02-01' }],
    ['a phone number alone', { phone: '+1 555 0100 200' }],
  ])('are not told by %s', (_, more) => {
    expect(found(record('a', more), record('b', more))).toEqual([]);
  });

  it('are told by a tax number alone, unless the rest contradicts it', () => {
    expect(found(record('a', { taxNumber: 'DE-1' }), record('b', { taxNumber: 'de 1' }))).toHaveLength(1);
    expect(
      found(
        record('a', { taxNumber: 'DE1', birthDate: '1980-02-01' }),
        record('b', { taxNumber: 'DE1', birthDate: '1990-02-01' }),
      ),
    ).toEqual([]);
  });

  it('are not people of one name who were born on different days', () => {
    const name = 'Ann Other';
    expect(
      found(
        record('a', { name, birthDate: '1980-02-01', email: 'ann@example.test' }),
        record('b', { name, birthDate: '1981-02-01', email: 'ann@example.test' }),
      ),
    ).toEqual([]);
  });

  it('are not made of a value that everybody has', () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      record(String(index), { name: 'Unknown', email: 'info@example.test' }),
    );
    expect(findDuplicates(many)).toEqual([]);
  });

  it('keep nothing of the values', () => {
    const text = JSON.stringify(
      findDuplicates([
        record('a', { name: 'Ann Other', email: 'x@y.test' }),
        record('b', { name: 'Other Ann', email: 'X@y.test' }),
      ]),
    );
    expect(text).toContain('EMAIL');
    expect(text.toLowerCase()).not.toMatch(/other|y\.test/);
  });

  it('are pairs of two records, each once, whatever the order of the rows', () => {
    const rows = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 3 }),
        facility: fc.constant(null),
        name: fc.constantFrom('Ann Other', 'other ann', 'Bo'),
        taxNumber: fc.constantFrom(null, '1', '2'),
        birthDate: fc.constantFrom(null, '1980-01-01', '1990-01-01'),
      }),
      { selector: ({ id }) => id, maxLength: 12 },
    );
    fc.assert(
      fc.property(rows, (records) => {
        const pairs = findDuplicates(records);
        for (const { left, right, score } of pairs) {
          expect(left.id < right.id).toBe(true);
          expect(score).toBeGreaterThanOrEqual(60);
        }
        const keys = pairs.map(({ left, right }) => `${left.id}\n${right.id}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(
          new Set(findDuplicates(records.toReversed()).map(({ left, right }) => `${left.id}\n${right.id}`)),
        ).toEqual(new Set(keys));
      }),
    );
  });

  it('take a name for the same when nothing but its form differs', () => {
    expect(normalName('Müller & Co. GmbH')).toBe(normalName('CO MULLER'));
    expect(normalName('Ann Other')).not.toBe(normalName('Ann Others'));
  });
});
