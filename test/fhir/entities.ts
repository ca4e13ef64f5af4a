import { fhirEntity } from '../../platform/fhir/entity.ts';
import { choiceFilter, idFilter, instantFilter, referenceFilter, textFilter } from '../../platform/fhir/filters.ts';
import { few, linkAt, linkOfParticipant, ofFacility, shared, through } from '../../platform/fhir/links.ts';
import { choice, codeMapping, facility, humanName, identifier, instant, linked } from '../../platform/fhir/mappings.ts';

/** Entities with one of everything, for the tests of the session. */
const STATUS = codeMapping({ name: 'visit-status', version: 3, values: { booked: 'BOOKED', arrived: 'ARRIVED' } });

const place = linkOfParticipant('location', 'Location');
const who = linkOfParticipant('practitioner', 'Practitioner');

export const visit = fhirEntity({
  type: 'Visit',
  resource: 'Appointment',
  scope: ofFacility(place),
  fields: {
    number: identifier('urn:visit'),
    status: choice('Visit', 'status', 'status', STATUS),
    start: instant('Visit', 'start', 'start'),
    who: linked('Who', who),
    facility: facility(place),
  },
  filters: {
    id: idFilter('Visit'),
    status: choiceFilter('status', STATUS),
    start: instantFilter('date'),
    who: referenceFilter('practitioner', 'Who', 'Practitioner'),
  },
  orders: {
    START: {
      param: 'date',
      elements: ['start'],
      value: ({ start }) => (start as string | undefined) ?? null,
      sparse: true,
    },
  },
  defaultOrder: { field: 'START', direction: 'ASC' },
  keys: { number: 'urn:visit' },
  relations: { who, fewOfWho: few(who) },
});

export const person = fhirEntity({
  type: 'Who',
  resource: 'Practitioner',
  scope: shared,
  fields: { number: identifier('urn:who'), name: humanName('text'), family: humanName('family') },
  filters: { name: textFilter('name') },
  orders: { NAME: { param: 'family' } },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
  keys: { number: 'urn:who' },
});

export const patient = fhirEntity({
  type: 'Patient',
  resource: 'Patient',
  scope: ofFacility(linkAt('organization', 'Organization', 'managingOrganization')),
  fields: {
    name: humanName('text'),
    facility: facility(linkAt('organization', 'Organization', 'managingOrganization')),
  },
  orders: { NAME: { param: 'family' } },
  defaultOrder: { field: 'NAME', direction: 'ASC' },
});

export const calendar = fhirEntity({
  type: 'Calendar',
  resource: 'Schedule',
  scope: ofFacility(linkAt('actor', 'Location', 'actor')),
  fields: {},
  orders: { UPDATED: { param: '_lastUpdated', elements: ['meta'], value: ({ meta }) => meta?.lastUpdated ?? null } },
  defaultOrder: { field: 'UPDATED', direction: 'ASC' },
});

const ofCalendar = linkAt('schedule', 'Schedule', 'schedule');

export const opening = fhirEntity({
  type: 'Opening',
  resource: 'Slot',
  scope: through(ofCalendar, calendar),
  fields: { start: instant('Opening', 'start', 'start') },
  orders: {
    START: { param: 'start', elements: ['start'], value: ({ start }) => (start as string | undefined) ?? null },
  },
  defaultOrder: { field: 'START', direction: 'ASC' },
  relations: { calendar: ofCalendar },
});

export const ENTITIES = [visit, person, patient, calendar, opening];
