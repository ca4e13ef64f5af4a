import type { ListArgs } from '../../platform/connection.ts';
import { connectionSelection, selection } from '../../platform/selection.ts';
import type { References, Resolver, Resolvers } from '../define-subgraph.ts';
import { keyedResolvers } from '../records.ts';
import type { Scheduling } from './connector.ts';

const { one, many, linked, children, referenced, referencedByNumber } = keyedResolvers(
  ({ scheduling }: Scheduling) => scheduling,
);

const ofFacility =
  (kind: 'Appointment' | 'Room'): Resolver<Scheduling> =>
  (facility: { readonly id: string }, args: ListArgs, { scheduling }, info) =>
    scheduling.ofFacility(kind, facility.id, args, connectionSelection(info, kind));

export const resolvers = {
  Query: {
    patient: one('Patient'),
    patients: many('Patient'),
    practitioner: one('Practitioner'),
    practitioners: many('Practitioner'),
    room: one('Room'),
    rooms: many('Room'),
    service: one('Service'),
    services: many('Service'),
    schedule: one('Schedule'),
    schedules: many('Schedule'),
    slot: one('Slot'),
    slots: many('Slot'),
    appointment: one('Appointment'),
    appointments: many('Appointment'),
  },
  Patient: { appointments: children('Appointment', 'patient') },
  Practitioner: {
    appointments: children('Appointment', 'practitioner'),
    schedules: children('Schedule', 'practitioner'),
  },
  Room: { appointments: children('Appointment', 'room') },
  Schedule: {
    practitioner: linked('Practitioner', 'practitioner'),
    service: linked('Service', 'service'),
    slots: children('Slot', 'schedule'),
  },
  // A service is seen by everybody, and its facility by those who have it.
  Service: {
    facility: ({ facility }: { readonly facility?: { readonly id: string } | null }, _: never, { scheduling }) =>
      scheduling.facility(facility?.id),
  },
  Slot: { schedule: linked('Schedule', 'schedule') },
  Appointment: {
    service: linked('Service', 'service'),
    patient: linked('Patient', 'patient'),
    practitioner: linked('Practitioner', 'practitioner'),
    room: linked('Room', 'room'),
    slot: linked('Slot', 'slot'),
  },
  Consumption: {
    appointment: ({ purpose }: { readonly purpose: unknown }, _: never, { scheduling }, info) =>
      scheduling.appointmentOf(purpose, selection(info, 'Appointment')),
  },
  Employee: {
    practitioner: ({ number }: { readonly number: unknown }, _: never, { scheduling }, info) =>
      scheduling.practitionerOfEmployee(number, selection(info, 'Practitioner')),
  },
  Facility: { appointments: ofFacility('Appointment'), rooms: ofFacility('Room') },
} satisfies Resolvers<Scheduling>;

/** How each entity is found again from its key. */
export const references = {
  Patient: referencedByNumber('Patient'),
  Practitioner: referencedByNumber('Practitioner'),
  Room: referenced('Room'),
  Service: referenced('Service'),
  Schedule: referenced('Schedule'),
  Slot: referenced('Slot'),
  Appointment: referencedByNumber('Appointment'),
  Consumption: ({ id, purpose }) => ({ __typename: 'Consumption', id, purpose }),
  Employee: ({ number }) => ({ __typename: 'Employee', number }),
  Facility: ({ id }, { scheduling }) => scheduling.facility(id),
} satisfies References<Scheduling>;
