import { fhirEntity, type FhirLink } from '../../platform/fhir/entity.ts';
import {
  choiceFilter,
  codeFilter,
  dateFilter,
  facilityFilter,
  flagFilter,
  identifierFilter,
  idFilter,
  instantFilter,
  referenceFilter,
  textFilter,
} from '../../platform/fhir/filters.ts';
import { linkAt, linkOfParticipant, ofFacility, shared, through } from '../../platform/fhir/links.ts';
import {
  address,
  choice,
  codeIn,
  codeMapping,
  day,
  derived,
  facility,
  humanName,
  identifier,
  identifiers,
  instant,
  labelOf,
  linked,
  periodEnd,
  plain,
  telecom,
  toReference,
  toUtc,
} from '../../platform/fhir/mappings.ts';

const SYSTEMS = {
  patient: 'urn:caregraph:patient',
  practitioner: 'urn:caregraph:practitioner',
  employee: 'urn:caregraph:employee',
  appointment: 'urn:caregraph:appointment',
  room: 'urn:caregraph:room',
  department: 'urn:caregraph:department',
  service: 'urn:caregraph:service',
} as const;

const GENDERS = codeMapping({
  name: 'administrative-gender',
  version: 1,
  values: { male: 'MALE', female: 'FEMALE', other: 'OTHER', unknown: 'UNKNOWN' },
});
const APPOINTMENT_STATES = codeMapping({
  name: 'appointment-status',
  version: 1,
  values: {
    proposed: 'PROPOSED',
    pending: 'PENDING',
    waitlist: 'WAITLISTED',
    booked: 'BOOKED',
    arrived: 'ARRIVED',
    'checked-in': 'CHECKED_IN',
    fulfilled: 'COMPLETED',
    noshow: 'NO_SHOW',
    cancelled: 'CANCELLED',
    'entered-in-error': 'ENTERED_IN_ERROR',
  },
});
const SLOT_STATES = codeMapping({
  name: 'slot-status',
  version: 1,
  values: {
    free: 'FREE',
    busy: 'BUSY',
    'busy-tentative': 'TENTATIVE',
    'busy-unavailable': 'UNAVAILABLE',
    'entered-in-error': 'ENTERED_IN_ERROR',
  },
});
const ROOM_STATES = codeMapping({
  name: 'location-status',
  version: 1,
  values: { active: 'ACTIVE', suspended: 'SUSPENDED', inactive: 'INACTIVE' },
});

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The order of when the owner last changed a record. */
const UPDATED_AT = {
  param: '_lastUpdated',
  elements: ['meta'],
  value: ({ meta }: { readonly meta?: { readonly lastUpdated?: string } }) => text(meta?.lastUpdated),
};

const ofManager = linkAt('organization', 'Organization', 'managingOrganization');

export const patient = fhirEntity({
  type: 'Patient',
  resource: 'Patient',
  scope: ofFacility(ofManager),
  fields: {
    number: identifier(SYSTEMS.patient),
    identifiers: identifiers(),
    name: humanName('text'),
    givenName: humanName('given'),
    familyName: humanName('family'),
    birthDate: day('Patient', 'birthDate', 'birthDate'),
    gender: choice('Patient', 'gender', 'gender', GENDERS),
    phone: telecom('phone'),
    email: telecom('email'),
    street: address('line'),
    city: address('city'),
    postalCode: address('postalCode'),
    country: address('country'),
    active: plain('active'),
    facility: facility(ofManager),
  },
  filters: {
    id: idFilter('Patient'),
    facility: facilityFilter('organization', 'Organization'),
    number: identifierFilter(SYSTEMS.patient),
    name: textFilter('name'),
    birthDate: dateFilter('birthdate'),
    active: flagFilter('active'),
  },
  orders: {
    NAME: { param: 'family' },
    BIRTH_DATE: {
      param: 'birthdate',
      elements: ['birthDate'],
      value: ({ birthDate }) => text(birthDate),
      sparse: true,
    },
  },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  keys: { number: SYSTEMS.patient },
});

export const practitioner = fhirEntity({
  type: 'Practitioner',
  resource: 'Practitioner',
  scope: shared,
  fields: {
    number: identifier(SYSTEMS.practitioner),
    employeeNumber: identifier(SYSTEMS.employee),
    name: humanName('text'),
    givenName: humanName('given'),
    familyName: humanName('family'),
    email: telecom('email'),
    phone: telecom('phone'),
    active: plain('active'),
  },
  filters: {
    id: idFilter('Practitioner'),
    number: identifierFilter(SYSTEMS.practitioner),
    employeeNumber: identifierFilter(SYSTEMS.employee),
    name: textFilter('name'),
    active: flagFilter('active'),
  },
  orders: { NAME: { param: 'family' } },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  keys: { number: SYSTEMS.practitioner, employeeNumber: SYSTEMS.employee },
});

/** By which patients are told apart. The server's own next pages are followed: many may have changed at one instant. */
export const patientIdentity = fhirEntity({
  type: 'Patient',
  resource: 'Patient',
  scope: ofFacility(ofManager),
  fields: {
    number: patient.fields.number,
    name: patient.fields.name,
    birthDate: patient.fields.birthDate,
    phone: patient.fields.phone,
    email: patient.fields.email,
    active: patient.fields.active,
    facility: patient.fields.facility,
  },
  filters: { changedAt: instantFilter('_lastUpdated') },
  orders: { CHANGED_AT: { param: '_lastUpdated' } },
  defaultOrder: { field: 'CHANGED_AT', direction: 'ASC' },
});

export const practitionerIdentity = fhirEntity({
  type: 'Practitioner',
  resource: 'Practitioner',
  scope: shared,
  fields: { number: practitioner.fields.number, employeeNumber: practitioner.fields.employeeNumber },
  filters: { changedAt: instantFilter('_lastUpdated') },
  orders: { CHANGED_AT: { param: '_lastUpdated' } },
  defaultOrder: { field: 'CHANGED_AT', direction: 'ASC' },
});

const ofSite = linkAt('partof', 'Location', 'partOf');

/** A Location directly below the site of a facility. */
export const room = fhirEntity({
  type: 'Room',
  resource: 'Location',
  scope: ofFacility(ofSite),
  fields: {
    code: identifier(SYSTEMS.room),
    name: plain('name'),
    status: choice('Room', 'status', 'status', ROOM_STATES),
    facility: facility(ofSite),
  },
  filters: {
    id: idFilter('Room'),
    facility: facilityFilter('partof', 'Location'),
    code: identifierFilter(SYSTEMS.room),
    name: textFilter('name'),
    status: choiceFilter('status', ROOM_STATES),
  },
  orders: { NAME: { param: 'name' } },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
});

const ofProvider = linkAt('organization', 'Organization', 'providedBy');

export const service = fhirEntity({
  type: 'Service',
  resource: 'HealthcareService',
  scope: shared,
  fields: {
    name: plain('name'),
    serviceCode: codeIn('type', SYSTEMS.service),
    departmentCode: identifier(SYSTEMS.department),
    active: plain('active'),
    facility: facility(ofProvider),
  },
  filters: {
    id: idFilter('Service'),
    facility: facilityFilter('organization', 'Organization'),
    name: textFilter('name'),
    serviceCode: codeFilter('service-type', SYSTEMS.service),
    departmentCode: identifierFilter(SYSTEMS.department),
    active: flagFilter('active'),
  },
  orders: { NAME: { param: 'name' } },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
});

const actor = (to: string): FhirLink => linkAt('actor', to, 'actor');

export const schedule = fhirEntity({
  type: 'Schedule',
  resource: 'Schedule',
  scope: ofFacility(actor('Location')),
  fields: {
    practitioner: linked('Practitioner', actor('Practitioner')),
    service: linked('Service', actor('HealthcareService')),
    facility: facility(actor('Location')),
    active: plain('active'),
    from: derived(['planningHorizon'], ({ planningHorizon }) => periodEnd(planningHorizon, 'start')),
    to: derived(['planningHorizon'], ({ planningHorizon }) => periodEnd(planningHorizon, 'end')),
  },
  filters: {
    id: idFilter('Schedule'),
    facility: facilityFilter('actor', 'Location'),
    practitioner: referenceFilter('actor', 'Practitioner', 'Practitioner'),
    service: referenceFilter('actor', 'Service', 'HealthcareService'),
    active: flagFilter('active'),
  },
  orders: { UPDATED_AT },
  defaultOrder: { field: 'UPDATED_AT', direction: 'ASC' },
  relations: { practitioner: actor('Practitioner') },
});

const ofSchedule = linkAt('schedule', 'Schedule', 'schedule');

export const slot = fhirEntity({
  type: 'Slot',
  resource: 'Slot',
  scope: through(ofSchedule, schedule),
  fields: {
    schedule: linked('Schedule', ofSchedule),
    status: choice('Slot', 'status', 'status', SLOT_STATES),
    start: instant('Slot', 'start', 'start'),
    end: instant('Slot', 'end', 'end'),
  },
  filters: {
    id: idFilter('Slot'),
    schedule: referenceFilter('schedule', 'Schedule', 'Schedule'),
    status: choiceFilter('status', SLOT_STATES),
    start: instantFilter('start'),
  },
  orders: { START: { param: 'start', elements: ['start'], value: ({ start }) => text(start) } },
  defaultOrder: { field: 'START', direction: 'ASC' },
  relations: { schedule: ofSchedule },
});

const withPatient = linkOfParticipant('patient', 'Patient');
const withPractitioner = linkOfParticipant('practitioner', 'Practitioner');
const atLocation = linkOfParticipant('location', 'Location');
const forService = linkOfParticipant('actor', 'HealthcareService');

export const appointment = fhirEntity({
  type: 'Appointment',
  resource: 'Appointment',
  // The site takes part in each appointment, and so does the room.
  scope: ofFacility(atLocation),
  fields: {
    number: identifier(SYSTEMS.appointment),
    status: choice('Appointment', 'status', 'status', APPOINTMENT_STATES),
    start: instant('Appointment', 'start', 'start'),
    end: instant('Appointment', 'end', 'end'),
    minutes: plain('minutesDuration'),
    createdAt: instant('Appointment', 'createdAt', 'created'),
    updatedAt: derived(['meta'], ({ meta }) => toUtc(meta?.lastUpdated)),
    serviceCode: codeIn('serviceType', SYSTEMS.service),
    serviceName: labelOf('serviceType'),
    service: linked('Service', forService),
    patient: linked('Patient', withPatient),
    practitioner: linked('Practitioner', withPractitioner),
    room: derived(atLocation.elements, (resource, env) => {
      const rooms = atLocation.targets(resource, env).filter((id) => env.directory.at('Location', id) === undefined);
      return rooms[0] === undefined ? null : toReference('Room', rooms[0]);
    }),
    slot: linked('Slot', linkAt('slot', 'Slot', 'slot')),
    facility: facility(atLocation),
  },
  filters: {
    id: idFilter('Appointment'),
    facility: facilityFilter('location', 'Location'),
    number: identifierFilter(SYSTEMS.appointment),
    status: choiceFilter('status', APPOINTMENT_STATES),
    start: instantFilter('date'),
    updatedAt: instantFilter('_lastUpdated'),
    serviceCode: codeFilter('service-type', SYSTEMS.service),
    service: referenceFilter('actor', 'Service', 'HealthcareService'),
    patient: referenceFilter('patient', 'Patient', 'Patient'),
    practitioner: referenceFilter('practitioner', 'Practitioner', 'Practitioner'),
    room: referenceFilter('location', 'Room', 'Location'),
  },
  orders: {
    // One that is only proposed may have no time yet.
    START: { param: 'date', elements: ['start'], value: ({ start }) => text(start), sparse: true },
    UPDATED_AT,
  },
  defaultOrder: { field: 'START', direction: 'DESC' },
  keys: { number: SYSTEMS.appointment },
  relations: {
    patient: withPatient,
    practitioner: withPractitioner,
    room: atLocation,
  },
});
