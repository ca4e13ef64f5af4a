import type { ListArgs, ListSelection } from '../../platform/connection.ts';
import type { Connector } from '../define-subgraph.ts';
import { fhirRecordsOf } from '../fhir-records.ts';
import type { Sessions } from '../owners.ts';
import {
  appointment,
  patient,
  patientIdentity,
  practitioner,
  practitionerIdentity,
  room,
  schedule,
  service,
  slot,
} from './entities.ts';

const ENTITIES = {
  Patient: patient,
  Practitioner: practitioner,
  Room: room,
  Service: service,
  Schedule: schedule,
  Slot: slot,
  Appointment: appointment,
} as const;

const connectScheduling = ({ scheduling }: Pick<Sessions, 'scheduling'>) => ({
  ...fhirRecordsOf(scheduling, ENTITIES),

  /** The practitioner whom an employee's number belongs to. */
  practitionerOfEmployee: (number: unknown, fields: ReadonlySet<string>) =>
    scheduling.findBy(practitioner, 'employeeNumber', number, fields),
  /** The appointment of a number that another system has kept. */
  appointmentOf: (number: unknown, fields: ReadonlySet<string>) =>
    scheduling.findBy(appointment, 'number', number, fields),
  facility: async (id: unknown) => (await scheduling.facility(id))?.record ?? null,
  /** What is at one facility; null where it is none of the caller's. */
  ofFacility: (kind: 'Appointment' | 'Room', facilityId: unknown, args: ListArgs, selected: ListSelection) =>
    scheduling.listAt(ENTITIES[kind], facilityId, args, selected),
});

export type Scheduling = { readonly scheduling: ReturnType<typeof connectScheduling> };

export const connector: Connector<Scheduling> = {
  owners: ['scheduling'],
  scheduling: [...Object.values(ENTITIES), patientIdentity, practitionerIdentity],
  identities: [
    {
      type: 'Patient',
      system: 'scheduling',
      kind: 'patient',
      entity: patientIdentity,
      isHome: true,
      number: 'number',
      linkField: 'Patient.number',
      compared: { name: 'name', birthDate: 'birthDate', phone: 'phone', email: 'email' },
    },
    {
      type: 'Practitioner',
      system: 'scheduling',
      kind: 'practitioner',
      entity: practitionerIdentity,
      isHome: true,
      number: 'number',
      link: 'employeeNumber',
      linkField: 'Practitioner.employeeNumber',
      isExpectedThere: true,
    },
  ],
  connect: (sessions) => ({ scheduling: connectScheduling(sessions) }),
};
