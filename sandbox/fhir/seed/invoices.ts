import { DAY, dayOf, type Instant, monthBefore } from '../../odoo/seed/calendar.ts';
import type { Cents } from '../../odoo/seed/amounts.ts';
import { randomFor } from '../../odoo/seed/random.ts';
import { groupBy } from '../../../platform/group-by.ts';
import type { Patient } from '../../story/patients.ts';
import type { Fields, Resource } from '../resource.ts';
import { accountId, amountOfCharge, type Charge, monthOf } from './charges.ts';
import { RECENT } from './claim-plans.ts';
import type { Cover } from './covers.ts';
import { hl7, identifier, instant, lower, money, reference, resourceOf } from './elements.ts';
import { patientId } from './people.ts';
import { organizationOf } from './places.ts';

/** What a patient is asked to pay for the visits of a month that no payer was asked to pay for. */
export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly patientNumber: string;
  readonly facilityCode: string;
  readonly date: Instant;
  readonly status: 'issued' | 'balanced' | 'cancelled';
  readonly charges: readonly Charge[];
  readonly total: Cents;
}

/** By patient and month; what is recent may still be claimed, and some charges were forgotten. */
export const planInvoices = (charges: readonly Charge[], today: Instant): readonly Invoice[] => {
  const random = randomFor('patient invoices');
  const groups = groupBy(
    charges.filter(({ visit }) => visit.startsAt <= today - RECENT),
    ({ visit }) => `${visit.patientNumber} ${monthOf(visit.startsAt)}`,
  );
  return [...groups.values()]
    .filter(() => !random.chance(0.08))
    .map((own, index): Invoice => {
      const visit = own[0]?.visit;
      const number = `INV-${String(index + 1).padStart(6, '0')}`;
      const chance = random.next();
      return {
        id: lower(number),
        number,
        patientNumber: visit?.patientNumber ?? '',
        facilityCode: visit?.facilityCode ?? '',
        date: monthBefore(visit?.startsAt ?? today, 0).last + DAY,
        status: chance < 0.7 ? 'balanced' : chance < 0.96 ? 'issued' : 'cancelled',
        charges: own,
        total: own.reduce((sum, charge) => sum + amountOfCharge(charge), 0),
      };
    });
};

export const invoiceResources = (invoices: readonly Invoice[]): readonly Resource[] =>
  invoices.map(({ id, number, patientNumber, facilityCode, date, status, charges, total }) =>
    resourceOf('Invoice', id, date, {
      identifier: [identifier('invoice', number)],
      status,
      ...(status === 'cancelled' && { cancelledReason: 'Made in error' }),
      subject: reference('Patient', patientId(patientNumber)),
      recipient: reference('Patient', patientId(patientNumber)),
      date: instant(date),
      issuer: organizationOf(facilityCode),
      account: reference('Account', accountId(patientNumber)),
      lineItem: charges.map((charge, index) => ({
        sequence: index + 1,
        chargeItemReference: reference('ChargeItem', charge.id),
        priceComponent: [{ type: 'base', factor: charge.quantity, amount: money(amountOfCharge(charge)) }],
      })),
      totalNet: money(total),
      totalGross: money(total),
    }),
  );

/** R4 has no place for a balance; R5 has, and names this extension for those who need it earlier. */
export const BALANCE = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance';

/** One for each patient, with what is open on it. */
export const accounts = (
  patients: readonly Patient[],
  covers: readonly Cover[],
  invoices: readonly Invoice[],
  at: Instant,
): readonly Resource[] => {
  const open = new Map<string, Cents>();
  for (const { patientNumber, status, total } of invoices)
    if (status === 'issued') open.set(patientNumber, (open.get(patientNumber) ?? 0) + total);
  const own = groupBy(covers, ({ patient }) => patient.number);
  return patients.map(({ number, facilityCode, givenName, familyName }) => {
    const coverage = (own.get(number) ?? []).map(
      ({ id, order }): Fields => ({
        coverage: reference('Coverage', id),
        priority: order,
      }),
    );
    return resourceOf('Account', accountId(number), at, {
      extension: [{ url: BALANCE, extension: [{ url: 'amount', valueMoney: money(open.get(number) ?? 0) }] }],
      identifier: [identifier('account', `ACC-${number.slice(3)}`)],
      status: 'active',
      type: hl7('v3-ActCode', 'PBILLACCT', 'patient billing account'),
      name: `${givenName} ${familyName}`,
      subject: [reference('Patient', patientId(number))],
      servicePeriod: { start: dayOf(at) },
      ...(coverage.length > 0 && { coverage }),
      owner: organizationOf(facilityCode),
    });
  });
};
