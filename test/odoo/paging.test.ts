import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BoundEntity, Order } from '../../platform/odoo/binding.ts';
import { cursorOf, orderText, startAfter } from '../../platform/odoo/paging.ts';
import type { DomainTerm } from '../../platform/odoo/types.ts';
import { evaluateDomain } from './evaluate-domain.ts';

interface Row {
  readonly [column: string]: unknown;
  readonly id: number;
  readonly text: string | null;
  readonly amount: number;
  readonly at: string | null;
}

const bound = { datetimes: new Set(['at']) } as unknown as BoundEntity;

/** How PostgreSQL orders: NULL last when ascending, first when descending; then the id. */
const compare =
  ({ column, direction }: Order) =>
  (a: Row, b: Row): number => {
    const sign = direction === 'ASC' ? 1 : -1;
    const [left, right] = [a[column] as string | number | null, b[column] as string | number | null];
    if (left === right) return sign * (a.id - b.id);
    if (left === null) return sign;
    if (right === null) return -sign;
    return left < right ? -sign : sign;
  };

/** How Odoo 19 compares: an unset text counts as an empty one, an unset instant as nothing; `= false` is "is unset". */
const holds =
  (row: Row) =>
  ([column, operator, value]: DomainTerm): boolean => {
    const stored = column === 'at' ? (row.at?.replace('T', ' ').replace('Z', '') ?? null) : row[column];
    if (value === false) return operator === '=' ? stored === null : stored !== null;
    if (operator === '=') return stored === value;
    const comparable = stored === null && column === 'text' ? '' : stored;
    if (comparable === null) return false;
    const [left, right] = [comparable as string | number, value as string | number];
    return operator === '<' ? left < right : left > right;
  };

const rows: fc.Arbitrary<Row[]> = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 60 }),
    text: fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null }),
    amount: fc.constantFrom(-1, 0, 2.5),
    at: fc.option(fc.constantFrom('2026-01-01T00:00:00Z', '2026-06-01T12:30:00Z'), { nil: null }),
  }),
  { selector: ({ id }) => id, maxLength: 25 },
);

const orders: fc.Arbitrary<Order> = fc.record({
  column: fc.constantFrom('id', 'text', 'amount', 'at'),
  direction: fc.constantFrom('ASC' as const, 'DESC' as const),
});

describe('keyset paging', () => {
  it('visits every row once, in order, whatever is unset or alike', () => {
    fc.assert(
      fc.property(rows, orders, fc.integer({ min: 1, max: 7 }), (all, order, size) => {
        const whole = all.toSorted(compare(order));
        const visited: Row[] = [];
        for (let page = whole.slice(0, size); page.length > 0; ) {
          visited.push(...page);
          const domain = startAfter(bound, order, cursorOf(order, page.at(-1) as Row));
          page = whole.filter((row) => evaluateDomain(domain, holds(row))).slice(0, size);
        }
        expect(visited).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('orders by the id last', () => {
    expect(orderText({ column: 'date_order', direction: 'DESC' })).toBe('date_order DESC, id DESC');
    expect(orderText({ column: 'id', direction: 'ASC' })).toBe('id ASC');
  });
});
