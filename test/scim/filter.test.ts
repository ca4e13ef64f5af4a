import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'scim2-parse-filter';
import {
  allOf,
  among,
  anyOf,
  compare,
  everything,
  type Filter,
  not,
  nothing,
  present,
} from '../../platform/scim/filter.ts';
import { matches, parseFilter } from '../fakes/scim-filter.ts';

const textOf = (filter: Filter): string => {
  if (filter.kind !== 'term') throw new Error(`${filter.kind} has no text`);
  return filter.text;
};

const WORKFORCE = 'urn:caregraph:params:scim:schemas:workforce:2.0:User';

/** Text of every kind, and what somebody would write who wants to get out of the quotes. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('" or id pr or id eq "', '\\', '\\"', '") or (id pr', '%" or "', 'a\nb', "'", '\u2028', '\ud800'),
);

describe('a value in a filter', () => {
  it('is never syntax, whatever it is, and is read back as it was', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const filter = allOf(compare(`${WORKFORCE}:position`, 'co', value), compare('title', 'eq', 'x'));
        expect(parseFilter(textOf(filter))).toEqual({
          op: 'and',
          parts: [
            { op: 'co', path: `${WORKFORCE}:position`, value },
            { op: 'eq', path: 'title', value: 'x' },
          ],
        });
      }),
    );
  });

  it('leaves the shape of the filter alone for the parser of another author too', () => {
    const shape = (filter: unknown): unknown =>
      JSON.parse(JSON.stringify(filter, (key, value: unknown) => (key === 'compValue' ? typeof value : value)));
    fc.assert(
      fc.property(anyText, (value) => {
        const text = textOf(anyOf(compare('userName', 'eq', value), present('title')));
        // That parser takes a backslash for itself unless a quote follows; it is right about all other text.
        fc.pre(!/\\[^"]/.test(text) && !text.includes('\\\\'));
        const parsed = parse(text);
        expect(shape(parsed)).toEqual({
          op: 'or',
          filters: [
            { op: 'eq', attrPath: 'userName', compValue: 'string' },
            { op: 'pr', attrPath: 'title' },
          ],
        });
        expect(parsed).toMatchObject({ filters: [{ compValue: value }, {}] });
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('is not %s', (value) => {
    expect(() => compare('fte', 'gt', value)).toThrow();
  });
});

describe('a name in a filter', () => {
  it.each(['userName eq "x" or id', 'a b', '', 'a)', 'urn:x', '1a', 'a.b.c', 'emails[type eq "work"]'])(
    'that is none is refused: %s',
    (path) => {
      expect(() => compare(path, 'eq', 'x')).toThrow();
      expect(() => present(path)).toThrow();
    },
  );
});

describe('filters put together', () => {
  const RESOURCE = { a: 'x', b: 'y', n: 3, t: true };
  type Pair = readonly [Filter, boolean];
  const leaf = fc.constantFrom<Pair>(
    [compare('a', 'eq', 'x'), true],
    [compare('a', 'eq', 'other'), false],
    [compare('n', 'gt', 2), true],
    [compare('t', 'eq', false), false],
    [present('b'), true],
    [present('c'), false],
    [among('b', ['x', 'y']), true],
    [among('b', []), false],
    [everything, true],
    [nothing, false],
  );
  const tree = fc.letrec<{ any: Pair }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 5 },
      leaf,
      fc
        .array(tie('any'), { maxLength: 4 })
        .map((parts): Pair => [allOf(...parts.map(([f]) => f)), parts.every(([, is]) => is)]),
      fc
        .array(tie('any'), { maxLength: 4 })
        .map((parts): Pair => [anyOf(...parts.map(([f]) => f)), parts.some(([, is]) => is)]),
      tie('any').map(([filter, is]): Pair => [not(filter), !is]),
    ),
  })).any;

  it('mean what they were made of', () => {
    fc.assert(
      fc.property(tree, ([filter, is]) => {
        const meant = filter.kind === 'term' ? matches(parseFilter(filter.text), RESOURCE) : filter.kind === 'all';
        expect(meant).toBe(is);
      }),
    );
  });
});
