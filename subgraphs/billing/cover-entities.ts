import { fhirEntity } from '../../platform/fhir/entity.ts';
import {
  choiceFilter,
  dateFilter,
  facilityFilter,
  flagFilter,
  identifierFilter,
  idFilter,
  instantFilter,
  referenceFilter,
  textFilter,
} from '../../platform/fhir/filters.ts';
import { chained, few, linkAt, ofFacility, shared } from '../../platform/fhir/links.ts';
import {
  anyCode,
  choice,
  dayOfMoment,
  derived,
  facility,
  identifier,
  linked,
  periodEnd,
  plain,
  toReference,
} from '../../platform/fhir/mappings.ts';
import { token } from '../../platform/fhir/query.ts';
import { localReference, objectsAt } from '../../platform/fhir/references.ts';
import { BY_CREATION, FINANCIAL_STATES, OUTCOMES, SYSTEMS, UPDATED_AT } from './common-entities.ts';

const ofManager = linkAt('organization', 'Organization', 'managingOrganization');

/** A patient as billing knows them: who keeps the record, and the number that leads to the rest. */
export const patient = fhirEntity({
  type: 'Patient',
  resource: 'Patient',
  scope: ofFacility(ofManager),
  fields: { number: identifier(SYSTEMS.patient) },
  orders: { UPDATED_AT },
  defaultOrder: { field: 'UPDATED_AT', direction: 'ASC' },
  keys: { number: SYSTEMS.patient },
});

const INSURER = token('http://terminology.hl7.org/CodeSystem/organization-type', 'ins');

export const payer = fhirEntity({
  type: 'Payer',
  resource: 'Organization',
  scope: shared,
  party: { payer: 'self' },
  only: [{ param: 'type', values: [INSURER] }],
  fields: { code: identifier(SYSTEMS.payer), name: plain('name'), active: plain('active') },
  filters: {
    id: idFilter('Payer'),
    code: identifierFilter(SYSTEMS.payer),
    name: textFilter('name'),
    active: flagFilter('active'),
  },
  orders: { NAME: { param: 'name' } },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  keys: { code: SYSTEMS.payer },
});

/** By which patients and payers are told apart from others, and known to others. */
export const patientIdentity = fhirEntity({
  type: 'Patient',
  resource: 'Patient',
  scope: patient.scope,
  fields: { number: patient.fields.number, active: plain('active'), facility: facility(ofManager) },
  filters: { changedAt: instantFilter('_lastUpdated') },
  // The server's own next pages are followed: many may have changed at one instant.
  orders: { CHANGED_AT: { param: '_lastUpdated' } },
  defaultOrder: { field: 'CHANGED_AT', direction: 'ASC' },
});

export const payerIdentity = fhirEntity({
  type: 'Payer',
  resource: 'Organization',
  scope: payer.scope,
  party: payer.party,
  only: payer.only,
  fields: { code: payer.fields.code, name: payer.fields.name, active: payer.fields.active },
  filters: { changedAt: instantFilter('_lastUpdated') },
  orders: { CHANGED_AT: { param: '_lastUpdated' } },
  defaultOrder: { field: 'CHANGED_AT', direction: 'ASC' },
});

const ofBeneficiary = linkAt('beneficiary', 'Patient', 'beneficiary');
const byPayer = linkAt('payor', 'Organization', 'payor');

export const coverage = fhirEntity({
  type: 'Coverage',
  resource: 'Coverage',
  // It names no facility: it belongs to those who keep the record of the patient.
  scope: chained(ofBeneficiary, patient),
  party: { payer: byPayer },
  fields: {
    number: identifier(SYSTEMS.coverage),
    status: choice('Coverage', 'status', 'status', FINANCIAL_STATES),
    typeCode: anyCode('type'),
    subscriberId: plain('subscriberId'),
    order: plain('order'),
    from: derived(['period'], ({ period }) => periodEnd(period, 'start')),
    to: derived(['period'], ({ period }) => periodEnd(period, 'end')),
    payer: linked('Payer', byPayer),
    patient: linked('Patient', ofBeneficiary),
  },
  filters: {
    id: idFilter('Coverage'),
    number: identifierFilter(SYSTEMS.coverage),
    status: choiceFilter('status', FINANCIAL_STATES),
    payer: referenceFilter('payor', 'Payer', 'Organization'),
  },
  orders: { UPDATED_AT },
  defaultOrder: { field: 'UPDATED_AT', direction: 'DESC' },
  keys: { number: SYSTEMS.coverage },
  relations: { patient: few(ofBeneficiary), payer: byPayer },
});

const ofRequestor = linkAt('requestor', 'Organization', 'requestor');
const ofPatient = linkAt('patient', 'Patient', 'patient');
const ofInsurer = linkAt('insurer', 'Organization', 'insurer');

/** What a payer has said about a coverage, for one facility that had asked. */
export const authorization = fhirEntity({
  type: 'Authorization',
  resource: 'CoverageEligibilityResponse',
  scope: ofFacility(ofRequestor),
  party: { payer: ofInsurer },
  fields: {
    number: identifier(SYSTEMS.authorization),
    status: choice('Authorization', 'status', 'status', FINANCIAL_STATES),
    outcome: choice('Authorization', 'outcome', 'outcome', OUTCOMES),
    inForce: derived(['insurance'], (resource) => {
      const said = objectsAt(resource, 'insurance').flatMap(({ inforce }) => flag(inforce));
      return said[0] ?? null;
    }),
    // One kind of service that needs it is enough to have to ask.
    authorizationRequired: derived(['insurance'], (resource) => {
      const items = objectsAt(resource, 'insurance').flatMap((each) => objectsAt(each, 'item'));
      const said = items.flatMap(({ authorizationRequired }) => flag(authorizationRequired));
      return said.length === 0 ? null : said.includes(true);
    }),
    authorizationNumber: plain('preAuthRef'),
    created: dayOfMoment('Authorization', 'created', 'created'),
    disposition: plain('disposition'),
    coverage: derived(['insurance'], (resource, { address }) => {
      const named = objectsAt(resource, 'insurance').map((each) =>
        localReference(each['coverage'], 'Coverage', address),
      );
      const id = named.find((each) => each !== null);
      return id === undefined || id === null ? null : toReference('Coverage', id);
    }),
    payer: linked('Payer', ofInsurer),
    patient: linked('Patient', ofPatient),
    facility: facility(ofRequestor),
  },
  filters: {
    id: idFilter('Authorization'),
    facility: facilityFilter('requestor', 'Organization'),
    number: identifierFilter(SYSTEMS.authorization),
    status: choiceFilter('status', FINANCIAL_STATES),
    outcome: choiceFilter('outcome', OUTCOMES),
    created: dateFilter('created'),
    payer: referenceFilter('insurer', 'Payer', 'Organization'),
  },
  orders: { CREATED: BY_CREATION, UPDATED_AT },
  defaultOrder: { field: 'CREATED', direction: 'DESC' },
  keys: { number: SYSTEMS.authorization },
  relations: { patient: ofPatient },
});

const flag = (value: unknown): readonly boolean[] => (typeof value === 'boolean' ? [value] : []);
