import { describe, expect, it } from '@jest/globals';
import { decodeCursor, encodeCursor, MAX_PAGE, pageSize, toConnection } from '../../platform/connection.ts';
import { codeOf } from '../../platform/errors.ts';

const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return codeOf(error);
  }
  return 'nothing was refused';
};

describe('a page', () => {
  it.each([
    [undefined, 50],
    [null, 50],
    [0, 0],
    [MAX_PAGE, MAX_PAGE],
  ])('asked for with first: %p holds %p', (first, size) => {
    expect(pageSize(first)).toBe(size);
  });

  it.each([-1, MAX_PAGE + 1, 1.5, Number.NaN])('of %p rows is refused', (first) => {
    expect(refusal(() => pageSize(first))).toBe('BAD_USER_INPUT');
  });

  it('tells where it starts and ends and whether rows are left out', () => {
    const edges = ['a', 'b'].map((node) => ({ cursor: `cursor of ${node}`, node }));
    expect(toConnection(edges, true, 'cursor of z', 7)).toEqual({
      edges,
      nodes: ['a', 'b'],
      pageInfo: { hasNextPage: true, hasPreviousPage: true, startCursor: 'cursor of a', endCursor: 'cursor of b' },
      totalCount: 7,
    });
    expect(toConnection([], false, null).pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });
});

describe('a cursor', () => {
  it.each(['2026-11-21', '', 12.5, true, null])('keeps the value %p', (value) => {
    expect(decodeCursor(encodeCursor({ value, id: 9 }))).toEqual({ value, id: 9 });
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  it.each([
    'nonsense',
    '',
    encoded(['x']),
    encoded(['x', '9']),
    encoded(['x', 9, 1]),
    encoded([['a'], 9]),
    encoded([{ a: 1 }, 9]),
    encoded(['x'.repeat(600), 9]),
    encoded(['x', 1.5]),
    encoded(null),
  ])('that was made up is refused: %s', (cursor) => {
    expect(refusal(() => decodeCursor(cursor))).toBe('BAD_USER_INPUT');
  });
});
