import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeId, encodeId } from '../../platform/ids.ts';

describe('ids', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z][A-Za-z]{0,20}$/), fc.stringMatching(/^[\w.-]{1,40}$/), (type, local) => {
        expect(decodeId(type, encodeId(type, local))).toBe(local);
      }),
    );
  });

  it('of one type are not ids of another', () => {
    expect(decodeId('Item', encodeId('ItemCategory', 7))).toBeNull();
    expect(decodeId('ItemCategory', encodeId('Item', 7))).toBeNull();
  });

  // The last character of a base64 text may carry bits that no decoder looks at.
  const id = encodeId('Lot', 7);
  it.each([`${id}=`, `${id}\n`, ` ${id}`, `${id.slice(0, -1)}d`])('have one spelling, and %j is not it', (other) => {
    expect(Buffer.from(other, 'base64url').toString()).toBe('Lot:7');
    expect(decodeId('Lot', other)).toBeNull();
  });

  it.each([null, undefined, 7, {}, '', 'x'.repeat(500), '💥'])('are not %p', (value) => {
    expect(decodeId('Item', value)).toBeNull();
  });
});
