import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';

interface Sight {
  readonly audience: string;
  readonly purpose: string;
  readonly verdict: string;
  readonly mask: string | null;
}

/** What the page of the access matrix makes of the graph's answer; it is served as it stands. */
interface MatrixRows {
  wordOf(sight: Sight): string;
  seenBy(sights: readonly Sight[], audience: string, purpose: string): string;
  takes(needs: readonly { readonly oneOf: readonly (readonly string[])[] }[]): string;
  isMeant(field: object, wanted: object): boolean;
}

const FILE = join(import.meta.dirname, '..', '..', 'gateway', 'explorer', 'page', 'matrix-rows.js');
const { wordOf, seenBy, takes, isMeant } = (await import(pathToFileURL(FILE).href)) as MatrixRows;

const sight = (audience: string, purpose: string, verdict: string, mask: string | null = null): Sight => ({
  audience,
  purpose,
  verdict,
  mask,
});

const SIGHTS = [
  sight('internal', 'operations', 'ALLOWED'),
  sight('internal', 'payroll', 'ALLOWED'),
  sight('internal', 'support', 'MASKED', 'INITIALS'),
  sight('operator', 'audit', 'MASKED', 'REMOVED'),
  sight('payer', 'payment', 'ABSENT'),
];

describe('the page of the access matrix', () => {
  it('says how an audience sees a field, for each purpose or for one', () => {
    expect(seenBy(SIGHTS, 'internal', '')).toBe('clear; INITIALS for support');
    expect(seenBy(SIGHTS, 'internal', 'support')).toBe('INITIALS');
    expect(seenBy(SIGHTS, 'operator', '')).toBe('removed');
    expect(seenBy(SIGHTS, 'operator', 'payroll')).toBe('–');
    expect(seenBy(SIGHTS, 'payer', '')).toBe('not there');
    expect(wordOf(sight('internal', 'audit', 'DENIED'))).toBe('refused');
  });

  it('says what a field takes', () => {
    expect(takes([{ oneOf: [] }])).toBe('a token');
    expect(takes([{ oneOf: [['a', 'b'], ['c']] }, { oneOf: [['rule']] }])).toBe('a and b, or c; rule');
  });

  it('finds fields by name, class and how somebody sees them', () => {
    const field = { coordinate: 'Employee.name', class: 'HR', audiences: SIGHTS };
    const any = { text: '', dataClass: '', audience: '', purpose: '', word: '' };
    const found = (wanted: object) => isMeant(field, { ...any, ...wanted });
    expect([found({}), found({ text: ' employee.N ' }), found({ text: 'patient' })]).toEqual([true, true, false]);
    expect([found({ dataClass: 'HR' }), found({ dataClass: 'PII' })]).toEqual([true, false]);
    expect([found({ word: 'INITIALS' }), found({ word: 'refused' })]).toEqual([true, false]);
    expect([found({ word: 'clear', audience: 'operator' }), found({ word: 'clear', purpose: 'support' })]).toEqual([
      false,
      false,
    ]);
  });
});
