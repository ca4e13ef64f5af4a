import type { Cents } from './amounts.ts';
import { statementsFor } from './bank-statements.ts';
import type { Book } from './book.ts';
import { atHour, DAY, type Instant } from './calendar.ts';
import type { Claim } from './documents.ts';
import type { Entry } from './entries.ts';
import type { Ground } from './ground.ts';
import { claimOf } from './matching.ts';
import { addPayment, type Payment, type Transfer } from './payment-entries.ts';
import { type Random, randomFor } from './random.ts';

/** Claims that are paid as the story of their order says; see `story.ts`. */
export interface Told {
  readonly paid: readonly Claim[];
  readonly partlyPaid: readonly Claim[];
}

/**
 * Pays what is due: suppliers up to four bills at a time, payers invoice by invoice. The oldest payments are on a bank
 * statement (`paid`), those of the last weeks are not yet (`in_process`); some pay a part only, and some debts are left.
 */
export function payClaims(book: Book, ground: Ground, claims: readonly Claim[], story: Told): readonly Entry[] {
  const random = randomFor('payments');
  const told = new Set([...story.paid, ...story.partlyPaid]);
  const transfers = [
    ...story.paid.map((claim) => transferOf([claim], claim.dueAt, 1, 'paid')),
    ...story.partlyPaid.map((claim) => transferOf([claim], claim.dueAt, 0.5, 'paid')),
  ];
  for (const run of runsOf(
    claims.filter((claim) => !told.has(claim)),
    random,
  )) {
    const transfer = planTransfer(ground, run, random);
    if (transfer !== null) transfers.push(transfer);
  }
  const payments = transfers.map((transfer) => addPayment(book, transfer)).filter((payment) => payment !== null);
  return [...payments.map(({ entry }) => entry), ...statementsFor(book, ground, payments.filter(isPaid))];
}

const isPaid = ({ transfer }: Payment): boolean => transfer.state === 'paid';

/** Somewhere around the day the last claim is due; null if that is still to come, or nobody paid. */
function planTransfer(ground: Ground, run: readonly Claim[], random: Random): Transfer | null {
  const lastDue = Math.max(...run.map(({ dueAt }) => dueAt));
  const issued = Math.max(...run.map(({ plan }) => plan.date));
  const at = atHour(Math.max(issued, lastDue + random.int(-12, 9) * DAY), 10);
  const age = (ground.today - at) / DAY;
  const chance = random.next();
  if (age <= 0 || chance < 0.07) return null;
  if (chance < 0.085) return transferOf(run, at, 1, age < 60 ? 'draft' : 'canceled');
  const share = run.length === 1 && chance < 0.15 ? 0.4 : 1;
  return transferOf(run, at, share, age < random.int(8, 26) ? 'in_process' : 'paid');
}

const openOn = (claim: Claim): Cents => Math.abs(claimOf(claim.entry).openAmount);

const transferOf = (claims: readonly Claim[], at: Instant, share: number, state: Transfer['state']): Transfer => ({
  claims,
  at,
  state,
  amount: Math.round(claims.reduce((sum, claim) => sum + openOn(claim), 0) * share),
});

/** Claims that are paid together: of one supplier at one facility, due one soon after the other. */
function* runsOf(claims: readonly Claim[], random: Random): Generator<readonly Claim[]> {
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) {
    const { facility, partner, type, state } = claim.plan;
    if (state !== 'posted' || type === 'in_refund' || type === 'out_refund' || openOn(claim) === 0) continue;
    const key = `${facility.id}:${partner.id}:${type}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [claim]);
    else group.push(claim);
  }
  for (const group of groups.values()) {
    const supplier = group[0]?.plan.type === 'in_invoice';
    const sorted = group.toSorted((one, other) => one.dueAt - other.dueAt || one.entry.row.id - other.entry.row.id);
    for (let start = 0; start < sorted.length; ) {
      const first = sorted[start]?.dueAt ?? 0;
      const next = sorted.slice(start, start + (supplier ? random.int(1, 4) : 1));
      const run = next.filter(({ dueAt }) => dueAt - first < 40 * DAY);
      yield run;
      start += run.length;
    }
  }
}
