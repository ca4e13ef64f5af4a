import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allOf, anyOf, everything, not, nothing, prefixed } from '../../platform/odoo/domain.ts';
import type { Domain, DomainTerm } from '../../platform/odoo/types.ts';
import { evaluateDomain } from './evaluate-domain.ts';

type Record = { readonly id: number; readonly a: number; readonly b: number };

const matches = (domain: Domain, record: Record): boolean => evaluateDomain(domain, (each) => holds(each, record));

const holds = ([field, operator, value]: DomainTerm, record: Record): boolean => {
  const actual = record[field as keyof Record];
  if (operator === 'in') return (value as readonly number[]).includes(actual);
  return operator === '=' ? actual === value : actual > Number(value);
};

const record = fc.record({ id: fc.integer({ min: 1, max: 3 }), a: fc.nat(3), b: fc.nat(3) });

const term: fc.Arbitrary<DomainTerm> = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('=' as const, '>' as const), fc.nat(3)),
  fc.tuple(fc.constantFrom('id', 'a'), fc.constant('in' as const), fc.array(fc.nat(3), { maxLength: 2 })),
);

/** Any legal domain, with and without written-out `&`. */
const domain: fc.Arbitrary<Domain> = fc.letrec<{ one: Domain; many: Domain }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    term.map((each): Domain => [each]),
    fc
      .tuple(fc.constantFrom('&' as const, '|' as const), tie('one'), tie('one'))
      .map(([operator, left, right]): Domain => [operator, ...left, ...right]),
    tie('one').map((each): Domain => ['!', ...each]),
  ),
  many: fc.array(tie('one'), { maxLength: 3 }).map((parts): Domain => parts.flat()),
})).many;

describe('search domains', () => {
  it('mean the same with every & written out', () => {
    fc.assert(fc.property(domain, record, (d, r) => matches(prefixed(d), r) === matches(d, r)));
  });

  it('match all of several domains', () => {
    const several = fc.array(domain, { maxLength: 4 });
    fc.assert(fc.property(several, record, (ds, r) => matches(allOf(...ds), r) === ds.every((d) => matches(d, r))));
  });

  it('match any of several domains', () => {
    const several = fc.array(domain, { maxLength: 4 });
    fc.assert(fc.property(several, record, (ds, r) => matches(anyOf(...ds), r) === ds.some((d) => matches(d, r))));
  });

  it('match what another does not', () => {
    fc.assert(fc.property(domain, record, (d, r) => matches(not(d), r) === !matches(d, r)));
  });

  it('stay legal when nested in each other', () => {
    fc.assert(
      fc.property(domain, domain, domain, record, (a, b, c, r) => {
        const nested = allOf(anyOf(a, not(b)), not(allOf(b, c)));
        return matches(nested, r) === ((matches(a, r) || !matches(b, r)) && !(matches(b, r) && matches(c, r)));
      }),
    );
  });

  it('never become match-all by joining nothing with or', () => {
    expect(anyOf()).toEqual(nothing);
    expect(anyOf()).not.toEqual(everything);
    expect(allOf([['a', '=', 1]], anyOf())).toEqual(nothing);
    expect(anyOf(nothing, nothing)).toEqual(nothing);
    expect(not(everything)).toEqual(nothing);
  });

  it('are written in prefix form', () => {
    const a: Domain = [['a', '=', 1]];
    const pair: Domain = [
      ['a', '=', 1],
      ['b', '=', 2],
    ];
    expect(anyOf(pair, a)).toEqual(['|', '&', ['a', '=', 1], ['b', '=', 2], ['a', '=', 1]]);
    expect(not(pair)).toEqual(['!', '&', ['a', '=', 1], ['b', '=', 2]]);
  });

  it('are refused when malformed', () => {
    for (const malformed of [['|', ['a', '=', 1]], ['!'], [['a', '=']], ['x']] as unknown as Domain[]) {
      expect(() => allOf(malformed)).toThrow(
        expect.objectContaining({ extensions: expect.objectContaining({ code: 'INTERNAL_SERVER_ERROR' }) }),
      );
    }
  });
});
