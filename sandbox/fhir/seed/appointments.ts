import { MINUTE } from '../../../platform/time.ts';
import type { Visit } from '../../story/visits.ts';
import type { Fields, Resource } from '../resource.ts';
import { concept, hl7, identifier, instant, lower, reference, resourceOf } from './elements.ts';
import { healthcareServiceId, patientId, practitionerId } from './people.ts';
import { roomId, siteOf } from './places.ts';
import { slotId } from './schedules.ts';
import { serviceOfDepartment } from './services.ts';

/** How each participant stands to an appointment of this status. */
const PARTICIPATION: Readonly<Record<Visit['status'], string>> = {
  fulfilled: 'accepted',
  noshow: 'accepted',
  booked: 'accepted',
  pending: 'tentative',
  proposed: 'needs-action',
  cancelled: 'declined',
};

/** Every visit as an Appointment: patient, practitioner, room, site and the service of the department take part. */
export const appointments = (visits: readonly Visit[], now: number): readonly Resource[] =>
  visits.map((visit, index) => {
    const { number, startsAt, minutes, status, madeAt } = visit;
    const service = serviceOfDepartment(visit.departmentCode);
    const isPast = startsAt < now;
    // The last that happened to it: it was kept or missed, or it was made.
    const touchedAt = isPast && status !== 'cancelled' ? startsAt + minutes * MINUTE : madeAt;
    return resourceOf('Appointment', lower(number), touchedAt, {
      identifier: [identifier('appointment', number)],
      status,
      ...(status === 'cancelled' && {
        cancelationReason: hl7('appointment-cancellation-reason', REASONS[index % 2] ?? 'pat'),
      }),
      serviceType: [concept('service', service.code, service.name)],
      appointmentType: hl7('v2-0276', index % 3 === 0 ? 'FOLLOWUP' : 'ROUTINE'),
      start: instant(startsAt),
      end: instant(startsAt + minutes * MINUTE),
      minutesDuration: minutes,
      ...(!isPast &&
        status !== 'cancelled' && { slot: [reference('Slot', slotId(visit.practitionerNumber, startsAt))] }),
      created: instant(madeAt),
      participant: participants(visit),
    });
  });

const REASONS = ['pat', 'prov'];

const participants = ({ patientNumber, practitionerNumber, departmentCode, room, facilityCode, status }: Visit) => {
  const take = (actor: Fields): Fields => ({ actor, required: 'required', status: PARTICIPATION[status] });
  return [
    take(reference('Patient', patientId(patientNumber))),
    take(reference('Practitioner', practitionerId(practitionerNumber))),
    take(reference('Location', roomId(departmentCode, room))),
    take(siteOf(facilityCode)),
    take(reference('HealthcareService', healthcareServiceId(departmentCode))),
  ];
};
