import { fhirEntity } from '../../platform/fhir/entity.ts';
import {
  choiceFilter,
  codeFilter,
  dateFilter,
  facilityFilter,
  identifierFilter,
  idFilter,
  instantFilter,
  numberFilter,
} from '../../platform/fhir/filters.ts';
import { few, linkAt, numberAt, ofFacility } from '../../platform/fhir/links.ts';
import {
  choice,
  codeIn,
  codeMapping,
  dayIn,
  dayOfMoment,
  derived,
  facility,
  identifier,
  labelIn,
  linked,
  linkedByNumber,
  toReference,
  toUtc,
} from '../../platform/fhir/mappings.ts';
import { money, quantity, toMoney } from '../../platform/fhir/money.ts';
import { identifiersIn, localReference, objectsAt } from '../../platform/fhir/references.ts';
import { SYSTEMS, text, UPDATED_AT } from './common-entities.ts';

const CHARGE_STATES = codeMapping({
  name: 'chargeitem-status',
  version: 1,
  values: {
    planned: 'PLANNED',
    billable: 'BILLABLE',
    'not-billable': 'NOT_BILLABLE',
    billed: 'BILLED',
    aborted: 'ABORTED',
    'entered-in-error': 'ENTERED_IN_ERROR',
    unknown: 'UNKNOWN',
  },
});

const ofPerforming = linkAt('performing-organization', 'Organization', 'performingOrganization');
const forAppointment = numberAt('context', 'Encounter', SYSTEMS.appointment, 'context');
const ofSubject = linkAt('subject', 'Patient', 'subject');

const performer = {
  ...numberAt('performer-actor', 'Practitioner', SYSTEMS.practitioner, 'performer'),
  targets: (resource: unknown) =>
    objectsAt(resource, 'performer').flatMap(({ actor }) => identifiersIn(actor, SYSTEMS.practitioner)),
};

/** When it was, which R4 lets one write as a moment or as a period. */
const OCCURRENCE = ['occurrence', 'occurrenceDateTime', 'occurrencePeriod'];
const occurrence = (resource: Readonly<Record<string, unknown>>): unknown =>
  resource['occurrenceDateTime'] ?? (resource['occurrencePeriod'] as { start?: unknown } | undefined)?.start;

export const charge = fhirEntity({
  type: 'Charge',
  resource: 'ChargeItem',
  scope: ofFacility(ofPerforming),
  fields: {
    number: identifier(SYSTEMS.charge),
    status: choice('Charge', 'status', 'status', CHARGE_STATES),
    serviceCode: codeIn('code', SYSTEMS.service),
    serviceName: labelIn('code', SYSTEMS.service),
    quantity: quantity('quantity'),
    amount: money('Charge', 'amount', 'priceOverride'),
    occurredAt: derived(OCCURRENCE, (resource) => toUtc(occurrence(resource))),
    occurredOn: derived(OCCURRENCE, (resource) => dayIn(occurrence(resource))),
    enteredAt: derived(['enteredDate'], ({ enteredDate }) => toUtc(enteredDate)),
    patient: linked('Patient', ofSubject),
    practitioner: linkedByNumber('Practitioner', 'number', performer),
    appointment: linkedByNumber('Appointment', 'number', forAppointment),
    costCenter: linkedByNumber('CostCenter', 'code', numberAt('', 'Organization', SYSTEMS.costCenter, 'costCenter')),
    claim: linked('Claim', linkAt('', 'Claim', 'supportingInformation')),
    facility: facility(ofPerforming),
  },
  // R4 has no search for the status of a charge.
  filters: {
    id: idFilter('Charge'),
    facility: facilityFilter('performing-organization', 'Organization'),
    number: identifierFilter(SYSTEMS.charge),
    serviceCode: codeFilter('code', SYSTEMS.service),
    occurredAt: instantFilter('occurrence'),
    enteredAt: instantFilter('entered-date'),
    appointment: numberFilter('context', SYSTEMS.appointment),
    practitioner: numberFilter('performer-actor', SYSTEMS.practitioner),
  },
  orders: {
    ENTERED_AT: {
      param: 'entered-date',
      elements: ['enteredDate'],
      value: ({ enteredDate }) => text(enteredDate),
      sparse: true,
    },
    OCCURRED_AT: {
      param: 'occurrence',
      elements: OCCURRENCE,
      value: (resource) => text(occurrence(resource)),
      sparse: true,
    },
    UPDATED_AT,
  },
  // Every server has it for every charge; the others may be missing, or be a timetable.
  defaultOrder: { field: 'UPDATED_AT', direction: 'DESC' },
  keys: { number: SYSTEMS.charge },
  relations: { appointment: few(forAppointment) },
});

const INVOICE_STATES = codeMapping({
  name: 'invoice-status',
  version: 1,
  values: {
    draft: 'DRAFT',
    issued: 'ISSUED',
    balanced: 'BALANCED',
    cancelled: 'CANCELLED',
    'entered-in-error': 'ENTERED_IN_ERROR',
  },
});

const ofIssuer = linkAt('issuer', 'Organization', 'issuer');
const ofInvoiced = linkAt('patient', 'Patient', 'subject');

export const patientInvoice = fhirEntity({
  type: 'PatientInvoice',
  resource: 'Invoice',
  scope: ofFacility(ofIssuer),
  fields: {
    number: identifier(SYSTEMS.invoice),
    status: choice('PatientInvoice', 'status', 'status', INVOICE_STATES),
    date: dayOfMoment('PatientInvoice', 'date', 'date'),
    total: money('PatientInvoice', 'total', 'totalGross'),
    patient: linked('Patient', ofInvoiced),
    facility: facility(ofIssuer),
    charges: derived(['lineItem'], (resource, { address }) =>
      objectsAt(resource, 'lineItem').flatMap(({ chargeItemReference }) => {
        const id = localReference(chargeItemReference, 'ChargeItem', address);
        return id === null ? [] : [toReference('Charge', id)];
      }),
    ),
  },
  filters: {
    id: idFilter('PatientInvoice'),
    facility: facilityFilter('issuer', 'Organization'),
    number: identifierFilter(SYSTEMS.invoice),
    status: choiceFilter('status', INVOICE_STATES),
    date: dateFilter('date'),
  },
  orders: { DATE: { param: 'date', elements: ['date'], value: ({ date }) => text(date), sparse: true }, UPDATED_AT },
  defaultOrder: { field: 'DATE', direction: 'DESC' },
  keys: { number: SYSTEMS.invoice },
  relations: { patient: ofInvoiced },
});

const ACCOUNT_STATES = codeMapping({
  name: 'account-status',
  version: 1,
  values: {
    active: 'ACTIVE',
    inactive: 'INACTIVE',
    'on-hold': 'ON_HOLD',
    unknown: 'UNKNOWN',
    'entered-in-error': 'ENTERED_IN_ERROR',
  },
});

/** R4 has no place for a balance; R5 has, and this is its name for those who need it earlier. */
const BALANCE = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Account.balance';

const ofKeeper = linkAt('owner', 'Organization', 'owner');
const ofHolder = linkAt('patient', 'Patient', 'subject');

export const patientAccount = fhirEntity({
  type: 'PatientAccount',
  resource: 'Account',
  scope: ofFacility(ofKeeper),
  fields: {
    number: identifier(SYSTEMS.account),
    status: choice('PatientAccount', 'status', 'status', ACCOUNT_STATES),
    balance: derived(['extension'], (resource) => {
      const said = objectsAt(resource, 'extension').find(({ url }) => url === BALANCE);
      const amount = objectsAt(said, 'extension').find(({ url }) => url === 'amount');
      return toMoney(amount?.['valueMoney']);
    }),
    patient: linked('Patient', ofHolder),
    facility: facility(ofKeeper),
    coverages: derived(['coverage'], (resource, { address }) =>
      objectsAt(resource, 'coverage')
        .toSorted((one, other) => placeOf(one) - placeOf(other))
        .flatMap(({ coverage }) => {
          const id = localReference(coverage, 'Coverage', address);
          return id === null ? [] : [toReference('Coverage', id)];
        }),
    ),
  },
  filters: {
    id: idFilter('PatientAccount'),
    facility: facilityFilter('owner', 'Organization'),
    number: identifierFilter(SYSTEMS.account),
    status: choiceFilter('status', ACCOUNT_STATES),
  },
  orders: { UPDATED_AT },
  defaultOrder: { field: 'UPDATED_AT', direction: 'DESC' },
  keys: { number: SYSTEMS.account },
  relations: { patient: few(ofHolder) },
});

/** Those without a priority come last. */
const placeOf = ({ priority }: Readonly<Record<string, unknown>>): number =>
  typeof priority === 'number' ? priority : Number.POSITIVE_INFINITY;
