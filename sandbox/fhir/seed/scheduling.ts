import { instantOf } from '../../odoo/seed/calendar.ts';
import { visits } from '../../story/visits.ts';
import type { Resource } from '../resource.ts';
import { appointments } from './appointments.ts';
import { foundedAt, healthcareServices, patientRecords, practitionersAndRoles } from './people.ts';
import { facilities, rooms } from './places.ts';
import { schedules, slots } from './schedules.ts';

/** What the scheduling platform of the invented group holds. */
export const schedulingResources = (scale: number, today: string): readonly Resource[] => {
  const [now, at] = [instantOf(today), foundedAt(today)];
  const all = visits({ scale, today });
  return [
    ...facilities(at),
    ...rooms(at),
    ...healthcareServices(at),
    ...practitionersAndRoles(at),
    ...schedules(now, at),
    ...patientRecords(scale, at),
    ...slots(all, now),
    ...appointments(all, now),
  ];
};
