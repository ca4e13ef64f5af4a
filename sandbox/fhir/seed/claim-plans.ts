import { DAY, type Instant } from '../../odoo/seed/calendar.ts';
import type { Cents } from '../../odoo/seed/amounts.ts';
import { memberOf, type Random, randomFor } from '../../odoo/seed/random.ts';
import { groupBy } from '../../../platform/group-by.ts';
import type { Visit } from '../../story/visits.ts';
import { amountOfCharge, type Charge, type ChargePlan } from './charges.ts';
import type { Adjudication, Claim } from './claims.ts';
import { type Cover, isInForce } from './covers.ts';
import type { Statement, StatementLine } from './statements.ts';

/** A claim before its charges have numbers. */
export type ClaimPlan = Omit<Claim, 'charges'> & { readonly plans: readonly ChargePlan[] };

/** How far back a claim reaches for the visits it is about. */
const REACH = 31 * DAY;
/** Since when visits may have been claimed without Odoo knowing. */
export const RECENT = 14 * DAY;

export interface ClaimGround {
  readonly statements: readonly Statement[];
  readonly covers: readonly Cover[];
  /** Those that were kept, oldest first. */
  readonly kept: readonly Visit[];
  readonly usual: ReadonlyMap<string, readonly ChargePlan[]>;
  readonly scale: number;
  readonly today: Instant;
}

/**
 * The claims of Odoo's invoices, and some of the last days that Odoo has not been told of yet.
 *
 * A claim is for one patient that the payer covers. Where the patient was seen in the month before, its lines are what
 * these visits cost; older ones are only their lines.
 */
export const planClaims = (ground: ClaimGround): readonly ClaimPlan[] => {
  const random = randomFor('claims');
  const taken = new Set<string>();
  const known = {
    coversOf: groupBy(ground.covers, ({ patient, payer }) => `${patient.facilityCode} ${payer.code}`),
    visitsOf: groupBy(ground.kept, ({ patientNumber }) => patientNumber),
  };
  const told = ground.statements.flatMap((statement) => claimOf(known, ground.today, statement, taken, random) ?? []);
  return [...told, ...recent(ground, taken, random)];
};

interface Known {
  /** By facility and payer. */
  readonly coversOf: ReadonlyMap<string, readonly Cover[]>;
  /** By patient. */
  readonly visitsOf: ReadonlyMap<string, readonly Visit[]>;
}

const claimOf = (
  { coversOf, visitsOf }: Known,
  today: Instant,
  statement: Statement,
  taken: Set<string>,
  random: Random,
): ClaimPlan | undefined => {
  const { facilityCode, payerCode, date, number, lines, total, payments } = statement;
  const fitting = (coversOf.get(`${facilityCode} ${payerCode}`) ?? []).filter((cover) => isInForce(cover, date - DAY));
  if (fitting.length === 0) return undefined;
  const seen = fitting.flatMap((cover) => {
    const visits = (visitsOf.get(cover.patient.number) ?? []).filter(
      ({ startsAt, number: own }) => startsAt <= date && startsAt > date - REACH && !taken.has(own),
    );
    return visits.length === 0 ? [] : [{ cover, visits }];
  });
  // Who came more often can have cost more.
  const busiest = seen.toSorted((one, other) => other.visits.length - one.visits.length).slice(0, 3);
  const { cover, visits } = busiest.length > 0 ? random.pick(busiest) : { cover: random.pick(fitting), visits: [] };
  for (const visit of visits) taken.add(visit.number);
  const answer = answerTo(statement, today, random);
  const isReversed = statement.credited >= total;
  const status = statement.isDraft ? 'draft' : isReversed ? 'cancelled' : 'active';
  return { number, facilityCode, cover, date, status, lines, total, payments, answer, plans: spread(lines, visits) };
};

/** Lines as charges of visits: each visit has its share of each line, the first ones what does not divide. */
const spread = (lines: readonly StatementLine[], visits: readonly Visit[]): readonly ChargePlan[] =>
  lines.flatMap(({ code, quantity, price }) =>
    visits.flatMap((visit, index) => {
      const share = Math.floor(quantity / visits.length) + (index < quantity % visits.length ? 1 : 0);
      return share === 0 ? [] : [{ visit, code, quantity: share, price }];
    }),
  );

/** What the payer has said, as far as Odoo's books let one know. */
const answerTo = (statement: Statement, today: Instant, random: Random): Adjudication | null => {
  const { isDraft, date, total, credited, payments } = statement;
  const age = (today - date) / DAY;
  const later = Math.min(date + random.int(3, 12) * DAY, today - DAY);
  const chance = random.next();
  if (isDraft) return null;
  if (credited >= total) return { outcome: 'error', date: later, benefit: 0 };
  if (credited > 0) return { outcome: 'partial', date: later, benefit: total - credited };
  const paid = payments.reduce((sum, { amount }) => sum + amount, 0);
  const answered = Math.max(date, Math.min(later, ...payments.map((payment) => payment.date)));
  if (paid > 0) return { outcome: paid < total ? 'partial' : 'complete', date: answered, benefit: paid };
  if (age < 10 || chance < 0.3) return { outcome: 'queued', date, benefit: 0 };
  return chance < 0.85
    ? { outcome: 'complete', date: later, benefit: total }
    : { outcome: 'error', date: later, benefit: 0 };
};

const recent = (ground: ClaimGround, taken: Set<string>, random: Random): readonly ClaimPlan[] => {
  const { kept, covers, usual, scale, today } = ground;
  const coverOf = new Map(
    covers.filter(({ order, until }) => order === 1 && until === null).map((one) => [one.patient.number, one]),
  );
  const first = Math.max(...ground.statements.map(({ number }) => Number(number.slice(4))), 300_000) + 7;
  const open = kept.filter(
    (visit) => visit.startsAt > today - RECENT && !taken.has(visit.number) && coverOf.has(visit.patientNumber),
  );
  return random.sample(open, Math.round(60 * scale)).flatMap((visit, index): ClaimPlan[] => {
    const cover = coverOf.get(visit.patientNumber);
    const plans = usual.get(visit.number) ?? [];
    if (cover === undefined) return [];
    taken.add(visit.number);
    const date = Math.min(visit.startsAt + DAY, today - DAY / 2);
    const status = memberOf(['draft', 'active', 'active', 'active', 'cancelled', 'active'] as const, index);
    const answer: Adjudication | null = status === 'draft' ? null : { outcome: 'queued', date, benefit: 0 };
    const lines = plans.map(({ code, quantity, price }) => ({ code, quantity, price }));
    const total = sumOf(plans);
    const number = `CLM-${first + index * 7}`;
    return [
      { number, facilityCode: visit.facilityCode, cover, date, status, lines, total, payments: [], answer, plans },
    ];
  });
};

const sumOf = (plans: readonly ChargePlan[]): Cents => plans.reduce((sum, plan) => sum + amountOfCharge(plan), 0);

/** Claims with the charges that their plans have become. */
export const withCharges = (plans: readonly ClaimPlan[], chargeOf: ReadonlyMap<ChargePlan, Charge>): readonly Claim[] =>
  plans.map(({ plans: own, ...claim }) => ({ ...claim, charges: own.flatMap((plan) => chargeOf.get(plan) ?? []) }));
