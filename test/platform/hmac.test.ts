import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHmac256 } from '../../platform/hmac.ts';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

describe('a signature', () => {
  // RFC 4231, test cases 1, 2 and 6.
  it.each([
    ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe').toString('hex'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      'aa'.repeat(131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('is that of the RFC: %s', (key, text, mac) => {
    expect(createHmac256(bytes(key))(text)).toBe(bytes(mac).toString('base64url'));
  });

  it('is that of node, for keys and texts of any length, one after the other', () => {
    const key = fc.uint8Array({ maxLength: 200 });
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 5000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(key, texts, (given, all) => {
        const sign = createHmac256(given);
        for (const text of all) {
          const plain = Buffer.from(text).toString('latin1');
          expect(sign(plain)).toBe(createHmac('sha256', given).update(plain, 'latin1').digest('base64url'));
        }
      }),
    );
  });
});
