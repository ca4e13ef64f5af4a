import { fhirEntity, type FhirLink } from '../../platform/fhir/entity.ts';
import {
  choiceFilter,
  dateFilter,
  facilityFilter,
  identifierFilter,
  idFilter,
  numberFilter,
  referenceFilter,
} from '../../platform/fhir/filters.ts';
import { few, linkAt, ofFacility, unsearched } from '../../platform/fhir/links.ts';
import {
  choice,
  codeIn,
  day,
  dayIn,
  dayOfMoment,
  derived,
  facility,
  identifier,
  labelIn,
  linked,
  periodEnd,
  plain,
  toReference,
} from '../../platform/fhir/mappings.ts';
import { money, toMoney, toQuantity } from '../../platform/fhir/money.ts';
import { identifierOf, identifiersIn, localReference, objectsAt } from '../../platform/fhir/references.ts';
import type { Stored } from '../../platform/fhir/types.ts';
import { BY_CREATION, FINANCIAL_STATES, OUTCOMES, SYSTEMS, UPDATED_AT } from './common-entities.ts';

const ofProvider = linkAt('provider', 'Organization', 'provider');
const ofRequestor = linkAt('requestor', 'Organization', 'requestor');
const ofInsurer = linkAt('insurer', 'Organization', 'insurer');
const ofPatient = linkAt('patient', 'Patient', 'patient');

/** The visits that a line is for, each known by the number of the appointment that led to it. */
const ofAppointment: FhirLink = {
  param: 'encounter',
  to: 'Encounter',
  system: SYSTEMS.appointment,
  elements: ['item'],
  targets: (resource) =>
    objectsAt(resource, 'item')
      .flatMap((item) => objectsAt(item, 'encounter'))
      .flatMap((reference) => identifiersIn(reference, SYSTEMS.appointment)),
};

const serviceCode = codeIn('productOrService', SYSTEMS.service);
const serviceName = labelIn('productOrService', SYSTEMS.service);

export const claim = fhirEntity({
  type: 'Claim',
  resource: 'Claim',
  scope: ofFacility(ofProvider),
  party: { payer: ofInsurer },
  // What is asked in advance is no claim yet, though R4 keeps both as one type.
  only: [{ param: 'use', values: ['claim'] }],
  fields: {
    number: identifier(SYSTEMS.claim),
    status: choice('Claim', 'status', 'status', FINANCIAL_STATES),
    created: dayOfMoment('Claim', 'created', 'created'),
    from: derived(['billablePeriod'], ({ billablePeriod }) => periodEnd(billablePeriod, 'start')),
    to: derived(['billablePeriod'], ({ billablePeriod }) => periodEnd(billablePeriod, 'end')),
    total: money('Claim', 'total', 'total'),
    payer: linked('Payer', ofInsurer),
    coverage: derived(['insurance'], (resource, { address }) => {
      const all = objectsAt(resource, 'insurance');
      // The one that this claim is made to; others are named for who pays after it.
      const focal = all.find((each) => each['focal'] === true) ?? all[0];
      const id = localReference(focal?.['coverage'], 'Coverage', address);
      return id === null ? null : toReference('Coverage', id);
    }),
    patient: linked('Patient', ofPatient),
    facility: facility(ofProvider),
    lines: derived(['item'], (resource, env) =>
      objectsAt(resource, 'item').map((item) => ({
        sequence: item['sequence'] ?? null,
        serviceCode: serviceCode.read(item as Stored, env),
        serviceName: serviceName.read(item as Stored, env),
        quantity: toQuantity(item['quantity']),
        unitPrice: toMoney(item['unitPrice']),
        amount: toMoney(item['net']),
        servicedOn: dayIn(item['servicedDate']) ?? periodEnd(item['servicedPeriod'], 'start'),
      })),
    ),
    appointments: derived(ofAppointment.elements, (resource, env) =>
      [...new Set(ofAppointment.targets(resource, env))].map((number) => ({ __typename: 'Appointment', number })),
    ),
    charges: derived(['supportingInfo'], (resource, { address }) =>
      objectsAt(resource, 'supportingInfo').flatMap(({ valueReference }) => {
        const id = localReference(valueReference, 'ChargeItem', address);
        return id === null ? [] : [toReference('Charge', id)];
      }),
    ),
  },
  filters: {
    id: idFilter('Claim'),
    facility: facilityFilter('provider', 'Organization'),
    number: identifierFilter(SYSTEMS.claim),
    status: choiceFilter('status', FINANCIAL_STATES),
    created: dateFilter('created'),
    payer: referenceFilter('insurer', 'Payer', 'Organization'),
    appointment: numberFilter('encounter', SYSTEMS.appointment),
  },
  orders: { CREATED: BY_CREATION, UPDATED_AT },
  defaultOrder: { field: 'CREATED', direction: 'DESC' },
  keys: { number: SYSTEMS.claim },
  relations: { appointment: ofAppointment, patient: ofPatient, payer: ofInsurer },
});

/** Kinds of amounts in the totals of an answer, by HL7's own system. */
const ADJUDICATION = 'http://terminology.hl7.org/CodeSystem/adjudication';

const totalOf = (kind: 'submitted' | 'benefit') =>
  derived(['total'], (resource) => {
    const found = objectsAt(resource, 'total').find((each) =>
      objectsAt(each, 'category')
        .flatMap((concept) => objectsAt(concept, 'coding'))
        .some(({ system, code }) => system === ADJUDICATION && code === kind),
    );
    return found === undefined ? null : toMoney(found['amount']);
  });

const ofClaim = linkAt('request', 'Claim', 'request');

export const claimResponse = fhirEntity({
  type: 'ClaimResponse',
  resource: 'ClaimResponse',
  scope: ofFacility(ofRequestor),
  party: { payer: ofInsurer },
  only: [{ param: 'use', values: ['claim'] }],
  fields: {
    number: identifier(SYSTEMS.claimResponse),
    status: choice('ClaimResponse', 'status', 'status', FINANCIAL_STATES),
    outcome: choice('ClaimResponse', 'outcome', 'outcome', OUTCOMES),
    created: dayOfMoment('ClaimResponse', 'created', 'created'),
    disposition: plain('disposition'),
    submitted: totalOf('submitted'),
    benefit: totalOf('benefit'),
    paidOn: derived(['payment'], ({ payment }) => dayIn((payment as { date?: unknown } | undefined)?.date)),
    claim: linked('Claim', ofClaim),
    payer: linked('Payer', ofInsurer),
    facility: facility(ofRequestor),
  },
  filters: {
    id: idFilter('ClaimResponse'),
    facility: facilityFilter('requestor', 'Organization'),
    number: identifierFilter(SYSTEMS.claimResponse),
    status: choiceFilter('status', FINANCIAL_STATES),
    outcome: choiceFilter('outcome', OUTCOMES),
    created: dateFilter('created'),
    paidOn: dateFilter('payment-date'),
    claim: referenceFilter('request', 'Claim', 'Claim'),
    payer: referenceFilter('insurer', 'Payer', 'Organization'),
  },
  orders: { CREATED: BY_CREATION, UPDATED_AT },
  defaultOrder: { field: 'CREATED', direction: 'DESC' },
  keys: { number: SYSTEMS.claimResponse },
  relations: { claim: few(ofClaim) },
});

const byIssuer = linkAt('payment-issuer', 'Organization', 'paymentIssuer');

/** R4 has no search for what a payment is for. */
const forClaim = unsearched({
  to: 'Claim',
  elements: ['detail'],
  targets: (resource, { address }) =>
    objectsAt(resource, 'detail').flatMap(({ request }) => localReference(request, 'Claim', address) ?? []),
});

export const remittance = fhirEntity({
  type: 'Remittance',
  resource: 'PaymentReconciliation',
  scope: ofFacility(ofRequestor),
  party: { payer: byIssuer },
  fields: {
    number: identifier(SYSTEMS.remittance),
    status: choice('Remittance', 'status', 'status', FINANCIAL_STATES),
    outcome: choice('Remittance', 'outcome', 'outcome', OUTCOMES),
    created: dayOfMoment('Remittance', 'created', 'created'),
    paidOn: day('Remittance', 'paidOn', 'paymentDate'),
    amount: money('Remittance', 'amount', 'paymentAmount'),
    paymentName: derived(['paymentIdentifier'], ({ paymentIdentifier }) =>
      identifierOf({ identifier: paymentIdentifier }, SYSTEMS.payment),
    ),
    payer: linked('Payer', byIssuer),
    facility: facility(ofRequestor),
    lines: derived(['detail'], (resource, { address }) =>
      objectsAt(resource, 'detail').map((detail) => ({
        claim: referenceTo('Claim', localReference(detail['request'], 'Claim', address)),
        response: referenceTo('ClaimResponse', localReference(detail['response'], 'ClaimResponse', address)),
        amount: toMoney(detail['amount']),
        date: dayIn(detail['date']),
      })),
    ),
  },
  filters: {
    id: idFilter('Remittance'),
    facility: facilityFilter('requestor', 'Organization'),
    number: identifierFilter(SYSTEMS.remittance),
    status: choiceFilter('status', FINANCIAL_STATES),
    outcome: choiceFilter('outcome', OUTCOMES),
    created: dateFilter('created'),
    payer: referenceFilter('payment-issuer', 'Payer', 'Organization'),
  },
  orders: { CREATED: BY_CREATION, UPDATED_AT },
  defaultOrder: { field: 'CREATED', direction: 'DESC' },
  keys: { number: SYSTEMS.remittance },
  relations: { claim: forClaim },
});

const referenceTo = (type: string, id: string | null) => (id === null ? null : toReference(type, id));
