import { MINUTE } from '../../../platform/time.ts';
import { dayOf, type Instant } from '../../odoo/seed/calendar.ts';
import { randomFor } from '../../odoo/seed/random.ts';
import type { Cents } from '../../odoo/seed/amounts.ts';
import type { Visit } from '../../story/visits.ts';
import type { Resource } from '../resource.ts';
import { concept, identifier, instant, lower, money, reference, referenceByNumber, resourceOf } from './elements.ts';
import { patientId } from './people.ts';
import { organizationOf } from './places.ts';
import { serviceOf, serviceOfDepartment, servicesOf } from './services.ts';

/** What is charged for a visit. */
export interface Charge {
  readonly id: string;
  readonly number: string;
  readonly visit: Visit;
  readonly code: string;
  readonly quantity: number;
  readonly price: Cents;
}

export type ChargePlan = Omit<Charge, 'id' | 'number'>;

export const amountOfCharge = ({ quantity, price }: ChargePlan): Cents => quantity * price;

/** What a visit costs where nothing else is known: what the patient came for and, now and then, more. */
export const usualCharges = (visits: readonly Visit[]): ReadonlyMap<string, readonly ChargePlan[]> => {
  const random = randomFor('charges');
  return new Map(
    visits.map((visit) => {
      const main = serviceOfDepartment(visit.departmentCode);
      const others = servicesOf(visit.facilityCode).filter(({ code, price }) => code !== main.code && price < 50_000);
      const services = [main, ...random.sample(others, random.int(1, 2))];
      return [
        visit.number,
        services.map(({ code, price }) => ({ visit, code, price, quantity: random.chance(0.15) ? 2 : 1 })),
      ];
    }),
  );
};

/** Charges, in the order of their visits, get numbers: `CHG-000001` and so on. `chargeOf` finds that of a plan. */
export const numbered = (
  plans: readonly ChargePlan[],
): { readonly charges: readonly Charge[]; readonly chargeOf: ReadonlyMap<ChargePlan, Charge> } => {
  const inOrder = plans.toSorted((one, other) => compare(one.visit.number, other.visit.number));
  const chargeOf = new Map(
    inOrder.map((plan, index) => {
      const number = `CHG-${String(index + 1).padStart(6, '0')}`;
      return [plan, { ...plan, id: lower(number), number }];
    }),
  );
  return { charges: [...chargeOf.values()], chargeOf };
};

const compare = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

/** Where a charge has gone: into a claim, into an invoice, or nowhere yet. */
export interface Billing {
  /** By id of the charge. */
  readonly claimOf: ReadonlyMap<string, string>;
  readonly invoiceOf: ReadonlyMap<string, string>;
}

export const chargeItems = (charges: readonly Charge[], { claimOf, invoiceOf }: Billing): readonly Resource[] =>
  charges.map((charge) => {
    const { id, number, visit, code, quantity } = charge;
    const claim = claimOf.get(id);
    const at: Instant = visit.startsAt + (visit.minutes + 30) * MINUTE;
    return resourceOf('ChargeItem', id, at, {
      identifier: [identifier('charge', number)],
      status: claim !== undefined || invoiceOf.has(id) ? 'billed' : 'billable',
      code: concept('service', code, serviceOf(code).name),
      subject: reference('Patient', patientId(visit.patientNumber)),
      // The encounter is kept elsewhere; it is known by the number of the appointment that led to it.
      context: referenceByNumber('Encounter', 'appointment', visit.number),
      occurrenceDateTime: instant(visit.startsAt),
      performer: [{ actor: referenceByNumber('Practitioner', 'practitioner', visit.practitionerNumber) }],
      performingOrganization: organizationOf(visit.facilityCode),
      costCenter: referenceByNumber('Organization', 'cost-center', `CC-${visit.departmentCode}`),
      quantity: { value: quantity },
      priceOverride: money(amountOfCharge(charge)),
      enteredDate: instant(at),
      account: [reference('Account', accountId(visit.patientNumber))],
      supportingInformation: [
        referenceByNumber('Appointment', 'appointment', visit.number),
        ...(claim === undefined ? [] : [reference('Claim', claim)]),
      ],
    });
  });

export const accountId = (patientNumber: string): string => `acc-${patientNumber.slice(3)}`;

export const monthOf = (at: Instant): string => dayOf(at).slice(0, 7);
