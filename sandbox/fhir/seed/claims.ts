import { DAY, dayOf, type Instant } from '../../odoo/seed/calendar.ts';
import type { Cents } from '../../odoo/seed/amounts.ts';
import type { Resource } from '../resource.ts';
import type { Charge } from './charges.ts';
import type { Cover } from './covers.ts';
import { payerOf } from './covers.ts';
import {
  concept,
  hl7,
  identifier,
  instant,
  lower,
  money,
  reference,
  referenceByNumber,
  resourceOf,
} from './elements.ts';
import { patientId } from './people.ts';
import { organizationOf, siteOf } from './places.ts';
import { serviceOf } from './services.ts';
import type { Payment, StatementLine } from './statements.ts';

/** What a payer is asked to pay, for one patient. */
export interface Claim {
  readonly number: string;
  readonly facilityCode: string;
  readonly cover: Cover;
  readonly date: Instant;
  readonly status: 'draft' | 'active' | 'cancelled';
  readonly lines: readonly StatementLine[];
  readonly charges: readonly Charge[];
  readonly total: Cents;
  /** What the payer has said; null: nothing. */
  readonly answer: Adjudication | null;
  readonly payments: readonly Payment[];
}

export interface Adjudication {
  readonly outcome: 'queued' | 'complete' | 'error' | 'partial';
  readonly date: Instant;
  /** What the payer pays. */
  readonly benefit: Cents;
}

export const claimId = (number: string): string => lower(number);
export const responseId = (number: string): string => `clr-${number.slice(4)}`;

export const claimResources = (claims: readonly Claim[]): readonly Resource[] =>
  claims.flatMap((claim) => [
    claimResource(claim),
    ...(claim.answer === null ? [] : [responseResource(claim, claim.answer)]),
  ]);

const claimResource = (claim: Claim): Resource => {
  const { number, facilityCode, cover, date, status, charges, total } = claim;
  const began = charges.length === 0 ? date - 30 * DAY : Math.min(...charges.map(({ visit }) => visit.startsAt));
  return resourceOf('Claim', claimId(number), date, {
    identifier: [identifier('claim', number)],
    status,
    type: hl7('claim-type', 'institutional', 'Institutional'),
    use: 'claim',
    patient: reference('Patient', patientId(cover.patient.number)),
    billablePeriod: { start: dayOf(Math.min(began, date)), end: dayOf(date) },
    created: dayOf(date),
    insurer: payerOf(cover.payer),
    provider: organizationOf(facilityCode),
    priority: hl7('processpriority', 'normal'),
    payee: { type: hl7('payeetype', 'provider'), party: organizationOf(facilityCode) },
    facility: siteOf(facilityCode),
    insurance: [{ sequence: 1, focal: true, coverage: reference('Coverage', cover.id) }],
    ...(charges.length > 0 && {
      supportingInfo: charges.map(({ id }, index) => ({
        sequence: index + 1,
        category: hl7('claiminformationcategory', 'other'),
        valueReference: reference('ChargeItem', id),
      })),
    }),
    item: claim.lines.map((line, index) => itemOf(claim, line, index)),
    total: money(total),
  });
};

/** A line names the visits whose charges it adds up. */
const itemOf = ({ date, charges }: Claim, { code, quantity, price }: StatementLine, index: number) => {
  const own = charges.flatMap((charge, place) => (charge.code === code ? [{ charge, place }] : []));
  const visits = new Set(own.map(({ charge }) => charge.visit.number));
  return {
    sequence: index + 1,
    ...(own.length > 0 && { informationSequence: own.map(({ place }) => place + 1) }),
    productOrService: concept('service', code, serviceOf(code).name),
    servicedDate: dayOf(date),
    quantity: { value: quantity },
    unitPrice: money(price),
    net: money(quantity * price),
    ...(visits.size > 0 && {
      encounter: [...visits].map((number) => referenceByNumber('Encounter', 'appointment', number)),
    }),
  };
};

const responseResource = (claim: Claim, { outcome, date, benefit }: Adjudication): Resource => {
  const { number, cover, facilityCode, total, payments } = claim;
  const isDecided = outcome === 'complete' || outcome === 'partial';
  const last = payments.at(-1);
  return resourceOf('ClaimResponse', responseId(number), date, {
    identifier: [identifier('claim-response', `CLR-${number.slice(4)}`)],
    status: claim.status === 'cancelled' ? 'cancelled' : 'active',
    type: hl7('claim-type', 'institutional', 'Institutional'),
    use: 'claim',
    patient: reference('Patient', patientId(cover.patient.number)),
    created: instant(date),
    insurer: payerOf(cover.payer),
    requestor: organizationOf(facilityCode),
    request: reference('Claim', claimId(number)),
    outcome,
    disposition: DISPOSITIONS[outcome],
    ...(isDecided && {
      total: [
        { category: hl7('adjudication', 'submitted'), amount: money(total) },
        { category: hl7('adjudication', 'benefit'), amount: money(benefit) },
      ],
      payment: {
        type: hl7('ex-paymenttype', outcome === 'complete' ? 'complete' : 'partial'),
        ...(last !== undefined && { date: dayOf(last.date) }),
        amount: money(benefit),
      },
    }),
    ...(outcome === 'error' && { error: [{ code: hl7('adjudication-error', 'a002', 'Missing Creation Date') }] }),
  });
};

const DISPOSITIONS: Readonly<Record<Adjudication['outcome'], string>> = {
  queued: 'Received',
  complete: 'Accepted',
  error: 'Not accepted',
  partial: 'Accepted in part',
};

/** One for each payment that Odoo has of a claim. */
export const reconciliations = (claims: readonly Claim[]): readonly Resource[] =>
  claims.flatMap(({ number, cover, facilityCode, payments }) =>
    payments.map(({ name, date, amount, isSettled }, index) =>
      resourceOf('PaymentReconciliation', `rmt-${number.slice(4)}-${index + 1}`, date, {
        identifier: [identifier('remittance', `RMT-${number.slice(4)}-${index + 1}`)],
        status: 'active',
        created: instant(date),
        paymentIssuer: payerOf(cover.payer),
        requestor: organizationOf(facilityCode),
        outcome: isSettled ? 'complete' : 'queued',
        disposition: isSettled ? 'Settled' : 'Waiting for the bank',
        paymentDate: dayOf(date),
        paymentAmount: money(amount),
        // Odoo counts payments anew in each facility.
        paymentIdentifier: identifier('payment', name),
        detail: [
          {
            type: hl7('payment-type', 'payment'),
            request: reference('Claim', claimId(number)),
            response: reference('ClaimResponse', responseId(number)),
            payee: organizationOf(facilityCode),
            date: dayOf(date),
            amount: money(amount),
          },
        ],
      }),
    ),
  );
