import { HOUR, MINUTE } from '../../../platform/time.ts';
import { DAY, dayOf, type Instant, stampOf } from '../../odoo/seed/calendar.ts';
import { practitioners, type Visit } from '../../story/visits.ts';
import type { Resource } from '../resource.ts';
import { concept, identifier, instant, lower, reference, resourceOf } from './elements.ts';
import { healthcareServiceId, practitionerId } from './people.ts';
import { siteOf } from './places.ts';
import { serviceOfDepartment } from './services.ts';

const scheduleId = (practitionerNumber: string): string => `sch-${lower(practitionerNumber)}`;

/** One for each half hour of a practitioner: `slot-pr-001-20261103-0930`. */
export const slotId = (practitionerNumber: string, startsAt: Instant): string =>
  `slot-${lower(practitionerNumber)}-${stampOf(startsAt).slice(0, 16).replaceAll(/[-:]/g, '').replace(' ', '-')}`;

/** Days to come that can be booked. */
const HORIZON = 30;
const FREE_A_DAY = 4;

/** One schedule for each practitioner, at the site where the practitioner works. */
export const schedules = (today: Instant, at: Instant): readonly Resource[] =>
  practitioners().map(({ practitionerNumber, departmentCode, facilityCode }) => {
    const number = practitionerNumber ?? '';
    const service = serviceOfDepartment(departmentCode);
    return resourceOf('Schedule', scheduleId(number), at, {
      identifier: [identifier('schedule', number)],
      active: true,
      serviceType: [concept('service', service.code, service.name)],
      actor: [
        reference('Practitioner', practitionerId(number)),
        reference('HealthcareService', healthcareServiceId(departmentCode)),
        siteOf(facilityCode ?? ''),
      ],
      planningHorizon: { start: dayOf(today), end: dayOf(today + (HORIZON - 1) * DAY) },
    });
  });

/** The half hours of the days to come: those of appointments, and four a day for each practitioner that are free. */
export const slots = (visits: readonly Visit[], today: Instant): readonly Resource[] => {
  const taken = new Map<string, Resource>();
  for (const { practitionerNumber, startsAt, status, madeAt } of visits) {
    if (startsAt < today || status === 'cancelled') continue;
    const slot = slotOf(practitionerNumber, startsAt, status === 'booked' ? 'busy' : 'busy-tentative', madeAt);
    taken.set(slot.id, slot);
  }
  const free = practitioners().flatMap(({ practitionerNumber }) =>
    Array.from({ length: HORIZON }, (_, day) => {
      const open: Resource[] = [];
      for (let half = 0; half < 20 && open.length < FREE_A_DAY; half += 1) {
        // From eight on, a different order each day.
        const startsAt = today + day * DAY + 8 * HOUR + ((half * 7 + day) % 20) * 30 * MINUTE;
        const slot = slotOf(practitionerNumber ?? '', startsAt, 'free', today - DAY);
        if (!taken.has(slot.id)) open.push(slot);
      }
      return open;
    }).flat(),
  );
  return [...taken.values(), ...free];
};

const slotOf = (practitionerNumber: string, startsAt: Instant, status: string, at: Instant): Resource =>
  resourceOf('Slot', slotId(practitionerNumber, startsAt), at, {
    schedule: reference('Schedule', scheduleId(practitionerNumber)),
    status,
    start: instant(startsAt),
    end: instant(startsAt + 30 * MINUTE),
  });
