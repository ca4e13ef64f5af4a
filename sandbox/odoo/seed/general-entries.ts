import type { AccountCode } from './accounts.ts';
import { type Cents, percentOf } from './amounts.ts';
import type { Book } from './book.ts';
import { DAY, monthBefore } from './calendar.ts';
import type { CostCenters } from './cost-centers.ts';
import { addEntry, type Entry, type Posting } from './entries.ts';
import type { Facility, Ground } from './ground.ts';
import { memberOf, type Random, randomFor } from './random.ts';

/** Fills the books up to `count` entries: opening balances first, then the monthly routine of each facility. */
export function bookRoutine(book: Book, ground: Ground, count: number, centers: CostCenters): readonly Entry[] {
  const random = randomFor('routine');
  const { facilities, today } = ground;
  const routine = [payroll, depreciation, supplies, accrual, bankFees];
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const facility = memberOf(facilities, index);
    const round = Math.floor(index / facilities.length);
    if (round === 0) return open(book, ground, facility);
    const month = monthBefore(today, 1 + (round % 12));
    const { journal = 'general', ref, at, postings } = memberOf(routine, round)(facility, month, random, centers);
    const state = round % 12 === 0 && random.chance(0.15) ? 'draft' : 'posted';
    return addEntry(book, {
      facility,
      journal,
      type: 'entry',
      state,
      date: at,
      ref,
      postings,
      currency: ground.currencies.usd,
      partner: false,
    });
  });
}

/** What a facility began the year with: enough on the bank to pay its bills, and its buildings and devices. */
function open(book: Book, ground: Ground, facility: Facility): Entry {
  const label = 'Opening balance';
  const at = ground.start;
  return addEntry(book, {
    facility,
    journal: 'general',
    type: 'entry',
    state: 'posted',
    date: at,
    partner: false,
    currency: ground.currencies.usd,
    ref: label,
    postings: [
      { account: '101401', label, amount: 850_000_000 },
      { account: '151000', label, amount: 2_400_000_000 },
      { account: '301000', label, amount: -3_250_000_000 },
    ],
  });
}

interface Routine {
  readonly journal?: 'bank';
  readonly ref: string;
  readonly at: number;
  readonly postings: readonly Posting[];
}

type Month = ReturnType<typeof monthBefore>;

const onCenter = (facility: Facility, random: Random, centers: CostCenters) => ({
  analytic_distribution: centers.spread(facility, random),
});

function monthName({ first }: Month): string {
  return new Date(first).toISOString().slice(0, 7);
}

function payroll(facility: Facility, month: Month, random: Random, centers: CostCenters): Routine {
  const label = `Salaries ${monthName(month)}`;
  const wages = Array.from({ length: random.int(2, 4) }, () => random.int(500_000, 2_600_000));
  const total = wages.reduce((sum, wage) => sum + wage, 0);
  const withheld = percentOf(total, 22);
  const due = percentOf(total, 9);
  return {
    ref: label,
    at: month.last - 2 * DAY,
    postings: [
      ...wages.map((amount) => expense('630000', label, amount, onCenter(facility, random, centers))),
      { account: '630000', label: `Employer's share ${monthName(month)}`, amount: due },
      { account: '230100', label, amount: -withheld },
      { account: '230200', label, amount: -due },
      { account: '230000', label, amount: withheld - total },
    ],
  };
}

function depreciation(facility: Facility, month: Month, random: Random, centers: CostCenters): Routine {
  const label = `Depreciation ${monthName(month)}`;
  const amount = random.int(120_000, 1_400_000);
  const postings = [
    expense('600000', label, amount, onCenter(facility, random, centers)),
    { account: '151000' as const, label, amount: -amount },
  ];
  return { ref: label, at: month.last, postings };
}

/** Goods used on a ward, moved from one cost center to another. */
function supplies(facility: Facility, month: Month, random: Random, centers: CostCenters): Routine {
  const label = `Supplies to wards ${monthName(month)}`;
  const amount = random.int(8_000, 640_000);
  const postings = [
    expense('600000', label, amount, onCenter(facility, random, centers)),
    { account: '600000' as const, label, amount: -amount, more: onCenter(facility, random, centers) },
  ];
  return { ref: label, at: month.first + random.int(5, 25) * DAY, postings };
}

/** Goods received and not yet billed at the end of a month. */
function accrual(facility: Facility, month: Month, random: Random, centers: CostCenters): Routine {
  const label = `Goods received, not billed ${monthName(month)}`;
  const amount = random.int(40_000, 2_100_000);
  const postings = [
    expense('600000', label, amount, onCenter(facility, random, centers)),
    { account: '211100' as const, label, amount: -amount },
  ];
  return { ref: label, at: month.last, postings };
}

function bankFees(_facility: Facility, month: Month, random: Random): Routine {
  const label = `Bank fees ${monthName(month)}`;
  const amount = random.int(1_200, 38_000);
  const postings = [expense('620000', label, amount, {}), { account: '101401' as const, label, amount: -amount }];
  return { journal: 'bank', ref: label, at: month.last - DAY, postings };
}

const expense = (account: AccountCode, label: string, amount: Cents, more: Posting['more']): Posting => ({
  account,
  label,
  amount,
  ...(more === undefined ? {} : { more }),
});
